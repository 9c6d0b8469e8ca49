"""Many inputs, one folder of results."""
