"""Reading pictures from disk, safely: size checked before a pixel is decoded, EXIF rotation applied.

Knows files and pixels; knows nothing of streams.
"""

from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import PIL.Image

from engines.types import Image
from realtime.errors import SourceError

PIL.Image.MAX_IMAGE_PIXELS = None  # we judge, by MAX_PIXELS, and say so in our words; only headers are read with it
MAX_PIXELS = 64_000_000
"""A 64-megapixel photo takes 190 MB decoded; more is a mistake or an attack."""


def is_picture(path: Path) -> bool:
    """Whether the content, whatever the name, begins like a picture."""
    try:
        with PIL.Image.open(path) as header:
            return getattr(header, "n_frames", 1) == 1
    except (OSError, SyntaxError, ValueError):
        return False


def read_image(path: Path) -> Image:
    """(H, W, 3) uint8 BGR of a picture file. Raises SourceError when it cannot be read; see `decode_image`."""
    return decode_image(read_content(path), str(path))


def decode_image(content: bytes, name: str, *, most_pixels: int = MAX_PIXELS) -> Image:
    """(H, W, 3) uint8 BGR of a picture's bytes; grey, 16-bit and transparent ones are converted.

    name: for messages. Raises SourceError when they are no picture, or one of over `most_pixels`.
    """
    _refuse_too_large(content, name, most_pixels)
    pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        raise SourceError(
            f"{name} is no picture that can be read: it is damaged, or of a rare kind",
            remedy="copy it again, or save it as JPEG or PNG",
        )
    return np.asarray(pixels, np.uint8)


def read_content(path: Path) -> bytes:
    """The bytes of a file that should be a picture. Raises SourceError."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise SourceError(f"there is no file {path}", remedy="check the path") from error
    except IsADirectoryError as error:
        raise SourceError(f"{path} is a folder", remedy="give one picture in it") from error
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}", remedy="check its permissions") from error
    if not content:
        raise SourceError(f"{path} is empty", remedy="use another copy of the picture")
    return content


def _refuse_too_large(content: bytes, name: str, most_pixels: int) -> None:
    try:
        with PIL.Image.open(BytesIO(content)) as header:
            width, height = header.size
    except (OSError, SyntaxError, ValueError) as error:
        raise SourceError(f"{name} is no picture that can be read", remedy="use a JPEG, PNG or WebP file") from error
    if width * height > most_pixels:
        raise SourceError(
            f"{name} has {width} x {height} pixels; at most {most_pixels // 10**6} million are read",
            remedy="make it smaller: the face itself needs only a few hundred",
        )
