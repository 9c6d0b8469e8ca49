"""What is wrong with a video that was read: damage, an early end, times that jump; counts, and words for them.

Knows counts; knows nothing of causes.
"""

from collections.abc import Sequence
from typing import TypedDict

from realtime.wording import counted

CUT_OFF = 0.05
"""Part of the time that a file's header promises, at least 1 s, that must be missing before it is called cut off."""
MOST_TOLD = 5
"""Jumps that are told one by one."""


class DamageNumbers(TypedDict):
    """As `--metrics` writes them."""

    faulty_frames: int  # pictures that were decoded although parts of them are missing
    lost_pieces: int  # pieces of the file that could not be read or decoded: their pictures are missing


class Damage:
    """Counted by the thread that reads a video, read by any."""

    def __init__(self) -> None:
        self.faulty_frames = 0
        self.lost_pieces = 0

    def numbers(self) -> DamageNumbers:
        """Until now."""
        return DamageNumbers(faulty_frames=self.faulty_frames, lost_pieces=self.lost_pieces)


def damage_words(numbers: DamageNumbers) -> str:
    """For people: "the input is damaged: 6 faulty pictures, 1 piece that cannot be read"; empty where it is whole."""
    faulty, lost = numbers["faulty_frames"], numbers["lost_pieces"]
    told = [counted(faulty, "faulty picture")] if faulty else []
    told += [f"{counted(lost, 'piece')} that cannot be read"] if lost else []
    return f"the input is damaged: {', '.join(told)}" if told else ""


def reading_report(
    held_s: float, promised_s: float | None, jumps_s: Sequence[float], repaired: int, *, hides_another: bool
) -> list[str]:
    """Sentences without their subject, the video.

    held_s: how long it was. promised_s: what its header says; None where it does not know, and nothing is believed of
    it where time jumps. jumps_s: by how much. repaired: stamps that were made up. hides_another: another recording was
    written behind it.
    """
    told = []
    if promised_s and not jumps_s and held_s < promised_s - max(1.0, CUT_OFF * promised_s):
        told.append(f"is cut off: it holds {held_s:.1f} of {promised_s:.1f} s")
    if jumps_s:
        more = f" and {len(jumps_s) - MOST_TOLD} more" if len(jumps_s) > MOST_TOLD else ""
        gaps = ", ".join(f"{by_s:.1f} s" for by_s in jumps_s[:MOST_TOLD])
        told.append(f"has time stamps that jump ({gaps}{more}); the video goes on there without a gap")
    if repaired:
        told.append(f"has {counted(repaired, 'time stamp')} missing or going back")
    if hides_another:
        told.append("has another recording behind it that is not read, nor played: join them with ffmpeg's concat")
    return told
