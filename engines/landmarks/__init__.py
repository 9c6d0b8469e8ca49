"""Landmarks: points on faces and hands, and whether they can be right."""
