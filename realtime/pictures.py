"""Reading pictures, safely: the format and the size are judged before a pixel is decoded, EXIF rotation is applied.

Knows files and pixels; knows nothing of streams.
"""

from collections.abc import Collection
from pathlib import Path

import cv2
import numpy as np

from engines.geometry import shrunk_to
from engines.types import Image
from realtime.errors import SourceError
from realtime.local_path import remedy_for
from realtime.picture_header import FORMATS, HEADER_BYTES, JPEG, PictureHeader, header_of

MAX_PIXELS = 64_000_000
"""A 64-megapixel photo takes 190 MB decoded; more is a mistake or an attack."""
MOST_SCANS = 100
"""Of a JPEG: each goes over the whole picture. Encoders make about ten."""
START_OF_SCAN = b"\xff\xda"
REDUCED = {2: cv2.IMREAD_REDUCED_COLOR_2, 4: cv2.IMREAD_REDUCED_COLOR_4, 8: cv2.IMREAD_REDUCED_COLOR_8}


def is_picture(path: Path) -> bool:
    """Whether the content, whatever the name, begins like a picture that is no film."""
    try:
        with path.open("rb") as file:
            header = header_of(file.read(HEADER_BYTES))
    except OSError:
        return False
    return header is not None and not header.is_animated


def read_image(path: Path) -> Image:
    """(H, W, 3) uint8 BGR of a picture file. Raises SourceError when it cannot be read; see `decode_image`."""
    return decode_image(read_content(path), str(path))


def decode_image(
    content: bytes,
    name: str,
    *,
    most_pixels: int = MAX_PIXELS,
    fit_pixels: int | None = None,
    formats: Collection[str] = FORMATS,
) -> Image:
    """(H, W, 3) uint8 BGR of a picture's bytes; grey, 16-bit and transparent ones are converted.

    name: for messages. fit_pixels: a larger picture is made smaller, a JPEG while it is decoded; None: as it is.
    Raises SourceError when they are no picture of `formats`, or one of over `most_pixels`.
    """
    header = _judged(content, name, most_pixels, formats)
    scale = 1.0 if fit_pixels is None else (fit_pixels / header.pixels) ** 0.5
    steps = [step for step in REDUCED if step * scale <= 1] if header.format == JPEG else []
    pixels = cv2.imdecode(np.frombuffer(content, np.uint8), REDUCED[steps[-1]] if steps else cv2.IMREAD_COLOR)
    if pixels is None:
        raise SourceError(
            f"{name} is no picture that can be read: it is damaged, or of a rare kind",
            remedy="copy it again, or save it as JPEG or PNG",
        )
    image = np.asarray(pixels, np.uint8)
    return image if fit_pixels is None else shrunk_to(image, fit_pixels)


def read_content(path: Path) -> bytes:
    """The bytes of a file that should be a picture. Raises SourceError."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise SourceError(f"there is no file {path}", remedy="check the path") from error
    except IsADirectoryError as error:
        raise SourceError(f"{path} is a folder", remedy="give one picture in it") from error
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}", remedy=remedy_for(error)) from error
    if not content:
        raise SourceError(f"{path} is empty", remedy="use another copy of the picture")
    return content


def _judged(content: bytes, name: str, most_pixels: int, formats: Collection[str]) -> PictureHeader:
    header = header_of(content)
    if header is None or header.format not in formats:
        raise SourceError(f"{name} is no picture that can be read", remedy=f"use {' or '.join(formats)}")
    if header.pixels > most_pixels:
        raise SourceError(
            f"{name} has {header.width} x {header.height} pixels; at most {most_pixels // 10**6} million are read",
            remedy="make it smaller: the face itself needs only a few hundred",
        )
    if header.format == JPEG and content.count(START_OF_SCAN) > MOST_SCANS:
        raise SourceError(f"{name} is no picture that can be read: it has endless scans", remedy="save it anew")
    return header
