"""Which part of a video is wanted: --trim START-END.

Knows how people write times; knows nothing of videos.
"""

import re
from dataclasses import dataclass
from fractions import Fraction

from models.errors import UserError

CLOCK = re.compile(r"(?:(?:(\d{1,9}):)?(\d{1,9}):)?(\d{1,9}(?:\.\d{0,99})?|\.\d{1,99})")
"""h:mm:ss.ms, m:ss or seconds."""
DASHES = str.maketrans("\u2013\u2014\u2212", "---")
"""What word processors make of a hyphen."""
EXAMPLES = "give START-END in seconds or h:mm:ss, e.g. --trim 10-25.5, --trim 1:30- or --trim -0:45"


@dataclass(frozen=True, slots=True)
class Trim:
    """From `start_s` on (s, of the video) until before `end_s`; None for its end."""

    start_s: Fraction = Fraction(0)
    end_s: Fraction | None = None

    @classmethod
    def parse(cls, text: str) -> "Trim":
        """Read "10-25.5", "1:02:03.5-", "-0:45". Raises UserError for anything else."""
        start, dash, end = text.translate(DASHES).strip().partition("-")
        if not dash or not (start.strip() or end.strip()):
            raise UserError(f"--trim {text!r} is not a part of a video", remedy=EXAMPLES)
        trim = cls(_seconds(start, text) or Fraction(0), _seconds(end, text))
        if trim.end_s is not None and trim.end_s <= trim.start_s:
            raise UserError(f"--trim {text}: it ends before it begins", remedy=EXAMPLES)
        return trim

    def __str__(self) -> str:
        return f"{float(self.start_s):g}-{'' if self.end_s is None else f'{float(self.end_s):g}'}"


def _seconds(words: str, text: str) -> Fraction | None:
    """None for no words."""
    if not words.strip():
        return None
    found = CLOCK.fullmatch(words.strip())
    hours, minutes, seconds = (found[1], found[2], Fraction(found[3])) if found else (None, None, Fraction(-1))
    if seconds < 0 or (minutes is not None and seconds >= 60) or (hours is not None and int(minutes or 0) >= 60):
        raise UserError(f"--trim {text!r}: {words.strip()!r} is not a time", remedy=EXAMPLES)
    return seconds + 60 * int(minutes or 0) + 3600 * int(hours or 0)
