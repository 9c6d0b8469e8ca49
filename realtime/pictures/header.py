"""What a picture says of itself in its headers: its format, its size, and what its largest part takes to decode.

Nothing is decoded. Only formats whose decoder needs no more memory than the header says: an ICO, for one, holds another
picture of any size. Knows eight formats' headers; knows nothing of pixels.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass

from realtime.pictures.heif_header import HEVC, heif_items, is_heif

HEIC, AVIF = "HEIC", "AVIF"
RAW = "a camera's raw format, or a rare TIFF"
JPEG, PNG, WEBP, BMP, GIF, TIFF = "JPEG", "PNG", "WebP", "BMP", "GIF", "TIFF"
FORMATS = (JPEG, PNG, WEBP, HEIC, AVIF, GIF, TIFF, BMP)
HEADER_BYTES = 1 << 20
"""Enough of most files to find the size in: a JPEG may have thumbnails and colour profiles before it."""
SUBFILE, DNG_VERSION = 254, 50_706
"""TIFF's tags: what a picture of several is (bit 0: a small copy), and what only a camera's raw file has."""
MOST_BITS = 64
"""Of a TIFF's pixel: four channels of 16."""
NEXT_JPEG, NEXT_PNG = b"\xff\xd9\xff\xd8\xff", b"IEND\xae\x42\x60\x82\x89PNG"
"""The end of one and the beginning of the next."""
MANY_OF_A_PHOTO = b"MPF\0"
SIZE_MARKERS = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
LONE_MARKERS = {0x01, *range(0xD0, 0xD9)}


@dataclass(frozen=True, slots=True)
class PictureHeader:
    """format: one of FORMATS. width, height: px, before any rotation. is_animated: it has more pictures than one.

    coded_pixels: of its tiles, strips or frames, where these are more than the picture shows. bits: of a channel, where
    they are more than 8.
    """

    format: str
    width: int
    height: int
    is_animated: bool = False
    coded_pixels: int = 0
    bits: int = 8

    @property
    def pixels(self) -> int:
        """What is decoded."""
        return max(self.width * self.height, self.coded_pixels)


def header_of(content: bytes) -> PictureHeader | None:
    """What `content` is, or begins as; None when that is none of FORMATS, or cut off before its size."""
    for signature, read in READERS:
        if content.startswith(signature):
            return _read(read, content)
    return _read(_heif, content) if content[4:8] == b"ftyp" else None


def kind_of(content: bytes) -> str | None:
    """What kind of picture a file begins like, readable or not; None when it is none that is known."""
    for signature, name in UNREAD:
        if content.startswith(signature) and not content.startswith(NO_ICONS):
            return name
    if is_heif(content):
        return HEIC
    return next((name for signature, name in SIGNATURES if content.startswith(signature)), None)


def begins_as(beginning: bytes) -> str | None:
    """Which of FORMATS it is by its first 32 bytes, whether it can be read or not; None for anything else."""
    header, kind = header_of(beginning), kind_of(beginning)
    if header is not None:
        return header.format
    return TIFF if kind == RAW else kind if kind in FORMATS else None


def holds_another(content: bytes, kind: str) -> bool:
    """Whether a picture is followed by one of its kind, as in a video of such; of other kinds nobody makes videos.

    Not those that belong to a photo: its gain map, the other eye's picture (JPEG's multi-picture format).
    """
    if kind == BMP:
        end = int.from_bytes(content[2:6], "little")
        return content[end : end + 2] == content[:2]
    if kind == JPEG:
        return MANY_OF_A_PHOTO not in content[:HEADER_BYTES] and NEXT_JPEG in content
    return kind == PNG and NEXT_PNG in content


def _read(read: Callable[[bytes], PictureHeader | None], content: bytes) -> PictureHeader | None:
    try:
        header = read(content)
    except (struct.error, IndexError, KeyError, ValueError):
        return None
    return header if header is not None and header.width * header.height > 0 else None


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
    return PictureHeader(PNG, width, height, b"acTL" in content[: content.find(b"IDAT")], bits=max(8, content[24]))


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


def _gif(content: bytes) -> PictureHeader | None:
    """GIF89a, 18 to 26: a frame may lie beyond the screen, which then grows."""
    width, height, flags = struct.unpack_from("<HHB", content, 6)
    position, frames, largest = 13 + _colours(flags), 0, (width, height)
    while position < len(content) and content[position] in {0x21, 0x2C}:
        if content[position] == 0x21:
            position += 2
        elif position + 10 <= len(content):
            x, y, wide, high, flags = struct.unpack_from("<HHHHB", content, position + 1)
            largest, frames = (max(largest[0], x + wide), max(largest[1], y + high)), frames + 1
            position += 11 + _colours(flags)
        while position < len(content) and content[position]:
            position += 1 + content[position]
        position += 1
    return PictureHeader(GIF, width, height, frames > 1, largest[0] * largest[1]) if frames else None


def _colours(flags: int) -> int:
    """Bytes of a GIF's colour table."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _tiff(content: bytes) -> PictureHeader | None:
    """TIFF 6.0, section 2: the first directory. A tile or strip may be larger than the picture."""
    order = "<" if content.startswith(b"II") else ">"
    (position,) = struct.unpack_from(f"{order}I", content, 4)
    (count,) = struct.unpack_from(f"{order}H", content, position)
    tags: dict[int, int] = {}
    for number in range(count):
        tag, kind, values = struct.unpack_from(f"{order}HHI", content, position + 2 + 12 * number)
        at = position + 10 + 12 * number
        if kind == 3:  # 16 bits; two fit, more are elsewhere
            at = at if values <= 2 else struct.unpack_from(f"{order}I", content, at)[0]
            (tags[tag],) = struct.unpack_from(f"{order}H", content, at)
        elif kind == 4 and values == 1:
            (tags[tag],) = struct.unpack_from(f"{order}I", content, at)
        elif tag == DNG_VERSION:
            tags[tag] = 1
    if DNG_VERSION in tags or tags.get(SUBFILE, 0) & 1 or content[8:10] == b"CR":
        return None  # a camera's raw file, and this is its thumbnail
    width, height, tile = tags[256], tags[257], (tags.get(322, 0), tags.get(323, 0))
    bits = tags.get(258, 1)
    is_fit = bits * tags.get(277, 1) <= MOST_BITS
    return PictureHeader(TIFF, width, height, coded_pixels=tile[0] * tile[1], bits=max(8, bits)) if is_fit else None


def _heif(content: bytes) -> PictureHeader | None:
    items = heif_items(content)
    if items is None:
        return None
    kind = items.kinds[items.coded(items.main)[0]]
    most = max(items.pixels(item) for item in items.shown())
    return PictureHeader(HEIC if kind == HEVC else AVIF, *items.sizes[items.main], coded_pixels=most)


READERS: tuple[tuple[bytes, Callable[[bytes], PictureHeader | None]], ...] = (
    (b"\xff\xd8\xff", _jpeg),
    (b"\x89PNG\r\n\x1a\n", _png),
    (b"RIFF", _webp),
    (b"BM", _bmp),
    (b"GIF8", _gif),
    (b"II*\0", _tiff),
    (b"MM\0*", _tiff),
)
NO_ICONS = b"\0\0\1\0\0\0", b"\0\0\2\0\0\0"
"""So begin raw MPEG-4 and Targa; an icon's or cursor's file has one in it, and a number above 0 here."""
SIGNATURES = ((b"\xff\xd8\xff", JPEG), (b"\x89PNG", PNG), (b"GIF8", GIF), (b"II*\0", RAW), (b"MM\0*", RAW))
UNREAD = (
    (b"\0\0\1\0", "an icon"),
    (b"\0\0\2\0", "a cursor"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"\xff\x0a", "JPEG XL"),
    (b"8BPS", "Photoshop"),
    (b"\x76\x2f\x31\x01", "OpenEXR"),
    (b"#?RADIANCE", "Radiance HDR"),
    (b"DDS ", "DDS"),
    (b"%PDF", "PDF"),
    (b"<svg", "SVG"),
    (b"qoif", "QOI"),
    (b"FUJIFILM", RAW),
    (b"IIU\0", RAW),
    (b"IIRO", RAW),
    (b"II+\0", "BigTIFF"),
    (b"MM\0+", "BigTIFF"),
    (b"\0\0\0\x18ftypcrx ", RAW),
)
"""Kinds of pictures that are not read: by their first bytes, and what they are called."""
