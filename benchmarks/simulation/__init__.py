"""Does a bare face leave? Simulated and real scenes that try to unmask somebody."""
