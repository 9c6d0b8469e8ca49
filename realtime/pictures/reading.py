"""Reading pictures, safely: the format and the size are judged before a pixel is decoded, EXIF rotation is applied.

Knows files, what may be read, and what is said of the rest; knows nothing of streams and decoders.
"""

import logging
from collections.abc import Collection
from pathlib import Path

import numpy as np
import PIL.Image

from engines.image.geometry import shrunk_to
from engines.types import Image
from realtime.errors import SourceError
from realtime.media.hdr import HDR_TRANSFERS, still_to_bgr
from realtime.media.local_path import remedy_for
from realtime.pictures.colours import Converted, to_srgb
from realtime.pictures.decoder import DamagedPictureError, decode, page_count
from realtime.pictures.header import (
    FORMATS,
    HEADER_BYTES,
    JPEG,
    PictureHeader,
    header_of,
    holds_another,
    kind_of,
)
from realtime.pictures.heif_header import colour_codes

logger = logging.getLogger(__name__)

MAX_PIXELS = 64_000_000
"""A 64-megapixel photo takes 450 MB while it is decoded; more is a mistake or an attack."""
KIND_BYTES = 256
"""In which a file says what it is."""
MOST_BITS = 8
"""Of a colour, as everything here is worked on and written."""
GAIN_MAPS = (
    b"http://ns.adobe.com/hdr-gain-map/",
    b"urn:iso:std:iso:ts:21496",
    b"urn:com:apple:photo:2020:aux:hdrgainmap",
)
"""By which a picture says that another one beside it makes it HDR: Ultra HDR's, ISO 21496-1's, Apple's."""
MOST_BYTES = 512 << 20
"""Of a picture's file."""
MOST_SCANS = 100
"""Of a JPEG: each goes over the whole picture. Encoders make about ten."""
START_OF_SCAN = b"\xff\xda"


def picture_content(path: Path) -> bytes | None:
    """The bytes of a file that is a picture by its content, whatever its name, readable or not, moving or not.

    None for any other, of which only the beginning is read, and for one that cannot be read.
    """
    try:
        with path.open("rb") as file:
            beginning = file.read(HEADER_BYTES)
            if header_of(beginning) is None and kind_of(beginning[:KIND_BYTES]) is None:
                return None
            content = beginning + file.read(MOST_BYTES)
    except OSError:
        return None
    header = header_of(content)
    is_video = header is not None and header.format == JPEG and holds_another(content, JPEG)
    return None if is_video else content


def is_animated(content: bytes) -> bool:
    """Whether a picture's bytes are of one that moves."""
    header = header_of(content)
    return header is not None and header.is_animated


def is_picture(path: Path) -> bool:
    """Whether the content, whatever the name, is a picture that does not move, readable or not."""
    content = picture_content(path)
    return content is not None and not is_animated(content)


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
    """(H, W, 3) uint8 BGR of a picture's bytes; sRGB; other colours are converted, transparent ones laid on white.

    name: for messages. fit_pixels: a larger picture is made smaller, a JPEG while it is decoded; None: as it is.
    Raises SourceError when they are no picture of `formats`, or one of over `most_pixels`.
    """
    image = to_srgb(_decoded(content, name, most_pixels, fit_pixels, formats), name).image
    return image if fit_pixels is None else shrunk_to(image, fit_pixels)


def read_whole(path: Path, *, tells: bool = True) -> Converted:
    """As `read_image`, with what the picture is beyond 8-bit sRGB. tells: it is said what of it is left."""
    return decode_whole(read_content(path), str(path), tells=tells)


def decode_whole(content: bytes, name: str, *, tells: bool = True) -> Converted:
    """As `read_whole`, of a picture's bytes. name: for messages."""
    picture = _decoded(content, name, MAX_PIXELS, None, FORMATS)
    if tells:
        _tell_what_is_left(content, name)
    return to_srgb(picture, name, keeps=True)


def _tell_what_is_left(content: bytes, name: str) -> None:
    pages = page_count(content)
    if pages > 1:
        logger.warning("%s has %d pages: only the first is taken", name, pages)
    header = header_of(content)
    if header is not None and header.bits > MOST_BITS:
        logger.warning("%s has %d bits a colour: they become %d", name, header.bits, MOST_BITS)
    if any(mark in content for mark in GAIN_MAPS):
        logger.warning("%s: not kept: its gain map, which makes it brighter on HDR screens", name)


def _decoded(
    content: bytes, name: str, most_pixels: int, fit_pixels: int | None, formats: Collection[str]
) -> PIL.Image.Image:
    header = judge(content, name, most_pixels, formats)
    scale = 1.0 if fit_pixels is None else min(1.0, (fit_pixels / (header.width * header.height)) ** 0.5)
    try:
        return _without_hdr(_with_colours(decode(content, header, scale)), content, name)
    except DamagedPictureError as error:
        if error.is_cut_off:
            raise SourceError(
                f"{name} is cut off: its end is missing", remedy="copy or download it again from where it is whole"
            ) from error
        raise SourceError(
            f"{name} is not a readable picture: it is damaged, or of a rare kind of {header.format}",
            remedy="copy it again, or save it as JPEG or PNG",
        ) from error


def _with_colours(picture: PIL.Image.Image) -> PIL.Image.Image:
    """Raises DamagedPictureError for pixels that are no colours."""
    if picture.mode in {"I", "F"}:
        raise DamagedPictureError(ValueError(f"pixels of the mode {picture.mode}"))
    return picture


def _without_hdr(picture: PIL.Image.Image, content: bytes, name: str) -> PIL.Image.Image:
    """The same, if it is HDR as SDR, which is said. An ICC profile is followed instead, where there is one."""
    codes = colour_codes(content)
    if codes is None or codes[1] not in HDR_TRANSFERS or picture.info.get("icc_profile"):
        return picture
    logger.warning("%s: HDR (%s) was converted to SDR", name, HDR_TRANSFERS[codes[1]])
    bgr = np.asarray(picture.convert("RGB"), np.uint8)[:, :, ::-1]
    made = PIL.Image.fromarray(np.ascontiguousarray(still_to_bgr(bgr, *codes)[:, :, ::-1]))
    if picture.has_transparency_data:
        made.putalpha(picture.convert("RGBA").getchannel("A"))
    return made


def judge(content: bytes, name: str, most_pixels: int, formats: Collection[str]) -> PictureHeader:
    """What a picture says of itself. Raises SourceError when it should not be decoded; see `decode_image`."""
    header = header_of(content)
    if header is None or header.format not in formats:
        kind = kind_of(content[:KIND_BYTES]) if formats is FORMATS else None
        if kind is None:
            raise SourceError(f"{name} is not a readable picture", remedy=f"use {', '.join(formats)}")
        raise SourceError(
            f"{name} is not a readable picture: it begins like {kind}", remedy="save or export it as JPEG or PNG"
        )
    if header.pixels > most_pixels:
        raise SourceError(
            f"{name} has {header.width} x {header.height} pixels"
            + (f", and parts of {header.pixels} to decode" if header.pixels > header.width * header.height else "")
            + f"; at most {most_pixels // 10**6} million are read",
            remedy="make it smaller: the face itself needs only a few hundred",
        )
    if header.format == JPEG and content.count(START_OF_SCAN) > MOST_SCANS:
        raise SourceError(f"{name} is not a readable picture: it has endless scans", remedy="save it again")
    return header


def read_content(path: Path) -> bytes:
    """The bytes of a file that should be a picture. Raises SourceError."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError as error:
        raise SourceError(f"there is no file {path}", remedy="check the path") from error
    except IsADirectoryError as error:
        raise SourceError(f"{path} is a folder", remedy="give one picture in it") from error
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}", remedy=remedy_for(error)) from error
    if len(content) > MOST_BYTES:
        raise SourceError(f"{path} has over {MOST_BYTES >> 20} MB", remedy="save it as JPEG or PNG")
    if not content:
        raise SourceError(f"{path} is empty", remedy="use another copy of the picture")
    return content
