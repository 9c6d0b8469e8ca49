"""Stills: read safely, in their own colours, upright."""
