"""One file a device: what it needs here, and how a file of a network is opened on it."""
