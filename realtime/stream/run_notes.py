"""What a person must be told of a run: why nobody was swapped, or that more faces were seen than are followed.

Knows the numbers of a run; knows no terminal.
"""

from dataclasses import dataclass

from realtime.choices import Strangers
from realtime.stream.metrics import Snapshot
from realtime.wording import counted


@dataclass(frozen=True, slots=True)
class Note:
    """problem: one sentence without a full stop. remedy: what to try."""

    problem: str
    remedy: str


def nobody_swapped(numbers: Snapshot) -> Note | None:
    """Why nobody was; None if somebody was, or nothing was to be seen, or it was paused all the time."""
    outcomes, faces = numbers["outcomes"], numbers["faces"]
    frames = sum(outcomes.values())
    if outcomes["swapped"] or not frames:
        return None
    if outcomes["failed"]:
        why = f"the engines failed{_in(outcomes['failed'], frames)}"
        return _note(why, "see the messages above; liveswap doctor looks for the usual causes")
    if faces["frames_with_wanted"]:
        why = f"of the faces{_in(faces['frames_with_wanted'], frames)} too little could be painted to be shown"
        return _note(why, "show the face from the front, in even light, with nothing before it")
    if faces["frames_with_faces"]:
        why = f"there were faces{_in(faces['frames_with_faces'], frames)}, but none that was asked for"
        return _note(why, "give --map a sharp photo of each target from the front, or use --face with --faces all")
    if faces["frames_with_unplaced"]:
        why = f"the faces{_in(faces['frames_with_unplaced'], frames)} are too small, turned away or hidden"
        return _note(why, "use a picture in which a face is larger and seen from the front: cut it out, or enlarge it")
    if not outcomes["no_face"] and not numbers["detector_runs"]:
        return None
    return _note(
        f"no face was seen{f' in any of {frames} frames' if frames > 1 else ''}",
        "use a picture in which a face is larger, lighter and seen from the front; --detector looks for smaller ones",
    )


def too_many(numbers: Snapshot, most: int | None, strangers: Strangers) -> Note | None:
    """That some were not followed. most: how many are, where more were asked for. strangers: what became of others."""
    faces = numbers["faces"]
    if most is None or not faces["frames_with_more"]:
        return None
    became = "left as they were" if strangers is Strangers.LEAVE else "blurred"
    return Note(
        f"at most {most} faces are followed live; up to {faces['most_more']} more were seen in "
        f"{counted(faces['frames_with_more'], 'frame')} and {became}",
        "record it, and run liveswap on the file: in videos everybody is followed",
    )


def _in(number: int, frames: int) -> str:
    """Where; nothing of a picture, which has no frames."""
    return f" in {number} of {frames} frames" if frames > 1 else ""


def _note(why: str, remedy: str) -> Note:
    return Note(f"nobody was swapped: {why}", remedy)
