"""One picture as a file: its format by the name's ending, with square pixels, marked as made.

Knows picture formats and what they hold; knows nothing of streams and disks.
"""

import logging
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import PIL.PngImagePlugin

from engines.types import Image
from realtime.errors import SinkError
from realtime.outputs.marks import COMMENT, XMP
from realtime.picture_colours import from_srgb
from realtime.types import Original

logger = logging.getLogger(__name__)

FORMATS = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".webp": "WEBP",
    ".avif": "AVIF",
    ".gif": "GIF",
    ".tif": "TIFF",
    ".tiff": "TIFF",
}
"""Endings -> Pillow's names of the formats. BMP is none of them: it holds no mark."""
UNWRITABLE = {".heic": ".avif", ".heif": ".avif", ".jxl": ".avif", ".bmp": ".png"}
"""Endings that people expect, and the nearest that one picture can be written as."""
LONGEST_EDGE = {"WEBP": 16_383, "JPEG": 65_500, "GIF": 65_535, "AVIF": 65_535}
"""px; the formats' own limits, libjpeg's for JPEG."""
WITH_ALPHA = {"PNG", "WEBP", "AVIF", "TIFF", "GIF"}
QUALITY = 95
XMP_TAG = 700
"""TIFF's (Adobe's XMP specification, part 3)."""


def require_format(ending: str, size_wh: tuple[int, int]) -> None:
    """Raise SinkError unless a picture of this size can be written with this ending, one of FORMATS."""
    kind = FORMATS[ending]
    longest = LONGEST_EDGE.get(kind)
    if longest is not None and max(size_wh) > longest:
        raise SinkError(
            f"{ending} pictures have at most {longest} pixels an edge, and this one has {size_wh[0]} x {size_wh[1]}",
            remedy="end the output's name in .png",
        )


def encode_picture(image: Image, path: Path, original: Original | None = None) -> bytes:
    """A picture file's bytes. image: (H, W, 3) uint8 BGR. path: its ending is one of FORMATS.

    original: what the image was made of; its colours and transparency are kept. Raises OSError or ValueError.
    """
    kind, file = FORMATS[path.suffix.lower()], BytesIO()
    if original is not None and original.alpha is not None and kind not in WITH_ALPHA:
        logger.warning("%s: what was transparent is white; .png and .webp keep it transparent", path)
    picture, profile = from_srgb(image, original, with_alpha=kind in WITH_ALPHA)
    picture.save(file, kind, icc_profile=profile, **_options(kind))
    return file.getvalue()


def square_pixels(image: Image, pixel_aspect: Fraction) -> Image:
    """A picture as it is shown, for formats that know no other shape. pixel_aspect: width / height of a pixel.

    No pixel is lost: the shorter direction grows.
    """
    height, width = image.shape[:2]
    size_wh = square_size((width, height), pixel_aspect)
    if size_wh == (width, height):
        return image
    return np.asarray(cv2.resize(image, size_wh, interpolation=cv2.INTER_CUBIC), np.uint8)


def square_size(size_wh: tuple[int, int], pixel_aspect: Fraction) -> tuple[int, int]:
    """px."""
    width, height = size_wh
    if pixel_aspect >= 1:
        return round(width * pixel_aspect), height
    return width, round(height / pixel_aspect)


def _options(kind: str) -> dict[str, Any]:
    """What is said to the encoder, and the mark where the format keeps one."""
    match kind:
        case "PNG":
            marks = PIL.PngImagePlugin.PngInfo()
            marks.add_itxt("XML:com.adobe.xmp", XMP)
            marks.add_text("Comment", COMMENT)
            return {"pnginfo": marks}
        case "GIF":
            return {"comment": COMMENT.encode()}
        case "TIFF":
            return {"compression": "tiff_lzw", "tiffinfo": {XMP_TAG: XMP.encode(), 270: COMMENT}}
        case _:
            return {"quality": QUALITY, "xmp": XMP.encode()}
