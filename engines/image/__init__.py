"""Pixels and places: crops, colours, tensors. Knows no face."""
