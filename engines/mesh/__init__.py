"""The mesh of 468 landmarks: its triangles, its UV map, its surface in a picture."""
