"""What of a film could not be read or shown whole.

Knows counts; knows nothing of why.
"""


class Damage:
    """Counted by the thread that reads a film, read by any."""

    def __init__(self) -> None:
        self.lost_pieces = 0
        """Pieces of the file that could not be read or decoded: their pictures are missing."""
        self.faulty_frames = 0
        """Pictures that were decoded although parts of them were missing."""

    def __bool__(self) -> bool:
        return bool(self.lost_pieces or self.faulty_frames)
