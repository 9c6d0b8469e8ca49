"""What a frame of a video is there for: whoever makes a part of it looks at what lies beside, too. Knows words."""

from enum import StrEnum


class Role(StrEnum):
    """Only frames that are shown are counted."""

    SHOWN = "shown"
    PAINTED = "painted"  # as if it were shown: what comes after it learns from that
    TRACKED = "tracked"  # looked at, and learnt from as far as that goes
    SAMPLED = "sampled"  # the same, for itself and those after it that are left out, SAMPLE together


SAMPLE = 3
"""A face is followed from one of so many pictures to the next as well, and tracking is half of a frame's work."""
