"""What benchmarks share: clips, commands, timing, made models."""
