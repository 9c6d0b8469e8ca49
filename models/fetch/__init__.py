"""Ways to a model file: the web, wheels, insightface's packs."""
