"""Source faces: read from photos and videos, agreed to, kept ready."""
