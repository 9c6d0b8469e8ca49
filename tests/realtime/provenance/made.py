"""Files of every kind that is written, with and without a manifest."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from realtime.outputs import open_sink
from realtime.provenance.credit import Credit
from realtime.types import Outcome, ShownFrame, StreamInfo

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".avif", ".tif", ".tiff")
SIGNED = (*PICTURES, ".gif", ".mp4", ".mov")
SIZE_WH = (96, 64)


def write(path: Path, credit: Credit | None, frames: int = 8) -> Path:
    """A picture or a short video with a bar that moves. A name with "moving" in it is of an animated picture."""
    is_still = path.suffix in PICTURES and "moving" not in path.name
    info = StreamInfo("x", SIZE_WH, Fraction(10), False, time_base=Fraction(1, 10), is_still=is_still, credit=credit)
    sink = open_sink(str(path), info)
    for number in range(frames):
        image = np.full((SIZE_WH[1], SIZE_WH[0], 3), (number * 20, 60, 200), np.uint8)
        image[10:40, number * 6 : number * 6 + 12] = 250
        image.setflags(write=False)
        sink.send(ShownFrame(image, number, 0, number, Outcome.SWAPPED, duration=1))
    sink.close()
    return path


def decoded(path: Path) -> list[tuple[float | None, bytes]]:
    """Time and pixels of each frame."""
    with av.open(str(path)) as container:
        return [(frame.time, frame.to_ndarray(format="rgba").tobytes()) for frame in container.decode(video=0)]
