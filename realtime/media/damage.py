"""What of a video could not be read, or not shown whole: counts, and words for them.

Knows counts; knows nothing of causes.
"""

from typing import TypedDict

from realtime.wording import counted


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
