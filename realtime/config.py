"""Everything a person can set for one run, checked when it is made and then never changed.

Knows values and their limits; knows nothing of how they were typed.
"""

import re
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from models.errors import UserError
from realtime.casting import Faces
from realtime.privacy import WhenLost

SIZE = re.compile(r"(\d{2,5})[xX](\d{2,5})")
SWAPPERS = ("mesh",)
CPU_DEVICES = ("auto", "cpu")
OTHER_DEVICES = ("cuda", "tensorrt", "rtx", "openvino", "coreml", "directml")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunConfig:
    """One run: whose face, from where, to where, how.

    size_wh and rate: what a camera is asked for, or what a file's picture is turned into; None keeps what comes.
    when_lost: None takes the default of `realtime.privacy` for live and for files. duration_s: None for all of it.
    Raises UserError for a value out of its range.
    """

    faces_from: tuple[Path, ...]
    input: str
    outputs: tuple[str, ...]
    swapper: str = "mesh"
    device: str = "auto"
    faces: Faces = field(default_factory=Faces)
    when_lost: WhenLost | None = None
    badge: bool = True
    size_wh: tuple[int, int] | None = None
    rate: Fraction | None = None
    duration_s: float | None = None
    codec: str | None = None
    crf: int | None = None
    metrics_file: Path | None = None

    def __post_init__(self) -> None:
        if not self.faces_from:
            raise UserError("no source face", remedy="add --face PHOTO: a photo of the face to appear with")
        if not self.outputs:
            raise UserError("no output", remedy="add --output OUT: a file such as out.mp4, a picture, or null")
        if self.swapper not in SWAPPERS:
            raise UserError(
                f"no swapper {self.swapper!r} in this version", remedy=f"use --swapper {' or '.join(SWAPPERS)}"
            )
        if self.device in OTHER_DEVICES:
            raise UserError(
                f"--device {self.device} is for neural swappers, and the mesh swapper runs on the CPU only",
                remedy="use --device auto or --device cpu",
            )
        if self.device not in CPU_DEVICES:
            raise UserError(f"no device {self.device!r}", remedy=f"use --device {' or '.join(CPU_DEVICES)}")
        if self.duration_s is not None and not 0 < self.duration_s < float("inf"):
            raise UserError(f"--duration {self.duration_s:g} is no length of time", remedy="give seconds above 0")


def parse_size(text: str) -> tuple[int, int]:
    """ "1280x720" -> (1280, 720). Raises UserError."""
    match = SIZE.fullmatch(text)
    if match is None:
        raise UserError(f"--size {text!r} is no size", remedy="give width x height in px, e.g. --size 1280x720")
    width, height = int(match[1]), int(match[2])
    if not (16 <= width <= 7680 and 16 <= height <= 7680):
        raise UserError(f"--size {text} is out of range", remedy="each side may be 16 to 7680 px")
    return width, height


def parse_rate(text: str) -> Fraction:
    """ "30", "29.97" or "30000/1001" -> frames per second. Raises UserError."""
    try:
        rate = Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        raise UserError(f"--fps {text!r} is no rate", remedy="give frames per second, e.g. --fps 30") from error
    if not 1 <= rate <= 240:
        raise UserError(f"--fps {text} is out of range", remedy="give 1 to 240 frames per second")
    return rate
