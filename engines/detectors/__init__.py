"""Detectors: where in an image there are faces."""
