"""Who is where, who is who, and who gets which face."""
