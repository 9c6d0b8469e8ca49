"""The parts of `python -m benchmarks.survive`: what happens to a run, and how what came of it is judged."""
