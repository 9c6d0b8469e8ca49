"""Models: which files there are, under which licence, and a verified copy of each on this machine."""
