"""Counts in words for people."""


def counted(number: int, what: str) -> str:
    """ "1 frame", "3 frames". what: the one thing."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def faces_words(wanted: int, seen: int, frames: int) -> str:
    """ " (3 of 5 faces)" of a picture, " (up to 3 faces a frame)" of a video; "" where no two were seen.

    wanted, seen: the most in one frame, of those to be swapped and of all.
    """
    if seen < 2:
        return ""
    return f" ({wanted} of {seen} faces)" if frames == 1 else f" (up to {counted(wanted, 'face')} a frame)"
