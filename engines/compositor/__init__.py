"""The compositor: our own network, what it is shown, and its answer applied."""
