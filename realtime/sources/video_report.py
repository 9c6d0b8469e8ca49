"""What is to be said of a video when it was read: cut off, jumps of its time, stamps that were made up.

Knows words; damage is counted elsewhere (realtime/media/damage.py).
"""

from collections.abc import Sequence

from realtime.wording import counted

CUT_OFF = 0.05
"""Part of the time that a file's header promises, at least 1 s, that must be missing before it is called cut off."""
MOST_TOLD = 5
"""Jumps that are told one by one."""


def report(held_s: float, promised_s: float | None, jumps_s: Sequence[float], repaired: int) -> list[str]:
    """Sentences without their subject, the video.

    held_s: how long it was. promised_s: what its header says; None where it does not know, and nothing is believed of
    it where time jumps. jumps_s: by how much. repaired: stamps that were made up.
    """
    told = []
    if promised_s and not jumps_s and held_s < promised_s - max(1.0, CUT_OFF * promised_s):
        told.append(f"breaks off: it holds {held_s:.1f} of {promised_s:.1f} s")
    if jumps_s:
        more = f" and {len(jumps_s) - MOST_TOLD} more" if len(jumps_s) > MOST_TOLD else ""
        gaps = ", ".join(f"{by_s:.1f} s" for by_s in jumps_s[:MOST_TOLD])
        told.append(f"has time stamps that jump ({gaps}{more}); the video goes on there without a gap")
    if repaired:
        told.append(f"has {counted(repaired, 'time stamp')} missing or going back")
    return told
