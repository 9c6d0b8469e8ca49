"""Hostile input, measured: each parser that takes something from outside, and made-up input for it for a while."""
