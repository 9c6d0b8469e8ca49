"""What a picture says of itself in its first bytes: its format and its size. Nothing is decoded.

Only formats whose decoder needs no more memory than this size says: an ICO holds another picture, and a TIFF tiles,
that may be any size. Knows four formats' headers; knows nothing of pixels.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass

JPEG, PNG, WEBP, BMP = "JPEG", "PNG", "WebP", "BMP"
FORMATS = (JPEG, PNG, WEBP, BMP)
HEADER_BYTES = 1 << 20
"""Enough of a file to find its size in: a JPEG may have thumbnails and colour profiles before it."""
SIZE_MARKERS = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
LONE_MARKERS = {0x01, *range(0xD0, 0xD9)}


@dataclass(frozen=True, slots=True)
class PictureHeader:
    """format: one of FORMATS. width, height: px, before any rotation. is_animated: it has more pictures than one."""

    format: str
    width: int
    height: int
    is_animated: bool = False

    @property
    def pixels(self) -> int:
        """Of the whole picture."""
        return self.width * self.height


def header_of(content: bytes) -> PictureHeader | None:
    """What `content` begins as; None when that is none of FORMATS, or cut off before its size."""
    for signature, read in READERS:
        if content.startswith(signature):
            try:
                header = read(content)
            except (struct.error, IndexError):
                return None
            return header if header is not None and header.pixels > 0 else None
    return None


def _jpeg(content: bytes) -> PictureHeader | None:
    """The first start-of-frame segment (ITU T.81, B.2.2)."""
    position = 2
    while content[position] == 0xFF:
        marker = content[position + 1]
        if marker == 0xFF:
            position += 1
        elif marker in LONE_MARKERS:
            position += 2
        elif marker in SIZE_MARKERS:
            height, width = struct.unpack_from(">HH", content, position + 5)
            return PictureHeader(JPEG, width, height)
        else:
            position += 2 + int(struct.unpack_from(">H", content, position + 2)[0])
    return None


def _png(content: bytes) -> PictureHeader | None:
    if content[12:16] != b"IHDR":
        return None
    width, height = struct.unpack_from(">II", content, 16)
    return PictureHeader(PNG, width, height, b"acTL" in content[: content.find(b"IDAT")])


def _webp(content: bytes) -> PictureHeader | None:
    """RFC 9649, 2.5 to 2.7."""
    if content[8:12] != b"WEBP":
        return None
    match content[12:16]:
        case b"VP8X":
            width, width_high, height, height_high = struct.unpack_from("<HBHB", content, 24)
            is_animated = bool(content[20] & 2)
            return PictureHeader(WEBP, 1 + width + (width_high << 16), 1 + height + (height_high << 16), is_animated)
        case b"VP8L":
            bits = int(struct.unpack_from("<I", content, 21)[0])
            return PictureHeader(WEBP, 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
        case b"VP8 ":
            width, height = struct.unpack_from("<HH", content, 26)
            return PictureHeader(WEBP, width & 0x3FFF, height & 0x3FFF)
    return None


def _bmp(content: bytes) -> PictureHeader | None:
    (header_bytes,) = struct.unpack_from("<I", content, 14)
    width, height = struct.unpack_from("<HH" if header_bytes == 12 else "<ii", content, 18)
    return PictureHeader(BMP, abs(width), abs(height))


READERS: tuple[tuple[bytes, Callable[[bytes], PictureHeader | None]], ...] = (
    (b"\xff\xd8\xff", _jpeg),
    (b"\x89PNG\r\n\x1a\n", _png),
    (b"RIFF", _webp),
    (b"BM", _bmp),
)
