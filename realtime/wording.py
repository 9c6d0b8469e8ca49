"""Counts in words for people."""


def counted(number: int, what: str) -> str:
    """ "1 frame", "3 frames". what: the one thing."""
    return f"{number} {what}{'' if number == 1 else 's'}"
