"""Faces cut out for networks: where they lie in a crop, and how it is told and read."""
