"""One picture as a file: its format by the name's ending, with square pixels, marked as made.

Knows picture formats and what they hold; knows nothing of streams and disks.
"""

import logging
from io import BytesIO
from pathlib import Path
from typing import Any

import PIL.PngImagePlugin

from engines.types import Image
from realtime.errors import SinkError
from realtime.media.colour import in_bt709
from realtime.pictures.colours import from_srgb
from realtime.pictures.original import BLACK, Original, resized
from realtime.provenance.words import COMMENT, XMP
from realtime.types import StreamInfo

logger = logging.getLogger(__name__)

FORMATS = {
    ".png": "PNG",
    ".apng": "PNG",
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
    longest = LONGEST_EDGE.get(FORMATS[ending])
    if longest is not None:
        require_edges(ending, size_wh, longest)


def require_edges(ending: str, size_wh: tuple[int, int], longest: int) -> None:
    """Raise SinkError when a picture is larger than its format can be, px."""
    if max(size_wh) > longest:
        raise SinkError(
            f"{ending} pictures have at most {longest} pixels an edge, and this one has {size_wh[0]} x {size_wh[1]}",
            remedy="end the output's name in .png",
        )


def encode_picture(image: Image, path: Path, original: Original | None = None) -> bytes:
    """A picture file's bytes. image: (H, W, 3) uint8 BGR. path: its ending is one of FORMATS.

    original: what the image was made of, of any size; its colours and transparency are kept. Raises OSError or
    ValueError.
    """
    kind, file = FORMATS[path.suffix.lower()], BytesIO()
    if original is not None and original.alpha is not None and kind not in WITH_ALPHA:
        ground = "black" if original.ground == BLACK else "white"
        logger.warning("%s: what was transparent is %s; .png and .webp keep it transparent", path, ground)
    original = None if original is None else original.resized((image.shape[1], image.shape[0]))
    picture, profile = from_srgb(image, original, with_alpha=kind in WITH_ALPHA)
    picture.save(file, kind, icc_profile=profile, **_options(kind))
    return file.getvalue()


def as_picture(image: Image, info: StreamInfo) -> Image:
    """A stream's picture as it is shown: with square pixels, in sRGB. The same object where it is that already."""
    return resized(in_bt709(image, info.colour), square_size(info))


def square_size(info: StreamInfo) -> tuple[int, int]:
    """Of a stream's pictures as they are shown, px: picture formats know square pixels only.

    No pixel is lost: the shorter direction grows.
    """
    width, height = info.size_wh
    if info.pixel_aspect >= 1:
        return round(width * info.pixel_aspect), height
    return width, round(height / info.pixel_aspect)


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
