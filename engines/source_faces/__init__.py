"""A source person: photos examined, cleaned and made a texture."""
