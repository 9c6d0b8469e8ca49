"""Swappers: ways of putting a source face onto another."""
