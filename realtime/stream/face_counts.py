"""How many faces were seen, and in how many frames: by it a run that swapped nobody is explained. Knows counts only."""

from typing import TypedDict

from realtime.types import FacesSeen


class FaceNumbers(TypedDict):
    """In how many frames faces were seen, and the most in one."""

    frames_with_faces: int  # followed by their landmarks
    frames_with_wanted: int  # of them, those to be swapped
    frames_with_unplaced: int  # found, and too small, turned or hidden for landmarks
    frames_with_more: int  # found, and more than are followed
    most_more: int  # of these, in one frame
    most_seen: int  # of all, in one frame
    most_wanted: int  # to be swapped, in one frame


def no_faces() -> FaceNumbers:
    """Nothing was seen yet."""
    return FaceNumbers(
        frames_with_faces=0,
        frames_with_wanted=0,
        frames_with_unplaced=0,
        frames_with_more=0,
        most_more=0,
        most_seen=0,
        most_wanted=0,
    )


def count_faces(numbers: FaceNumbers, seen: FacesSeen) -> None:
    """Add one picture, in place."""
    numbers["frames_with_faces"] += seen.in_view > 0
    numbers["frames_with_wanted"] += seen.wanted > 0
    numbers["frames_with_unplaced"] += seen.unplaced > 0 and not seen.is_full
    numbers["frames_with_more"] += seen.unplaced > 0 and seen.is_full
    numbers["most_more"] = max(numbers["most_more"], seen.unplaced if seen.is_full else 0)
    numbers["most_seen"] = max(numbers["most_seen"], seen.in_view + seen.unplaced)
    numbers["most_wanted"] = max(numbers["most_wanted"], seen.wanted)
