"""What an animated picture's file says beside its frames: for how long the last one is shown, and that it was made.

ffmpeg guesses the former and has no place for the latter. Knows the blocks of GIF89a, WebP (RFC 9649) and APNG
(W3C PNG, third edition); knows no encoder.
"""

import struct
import zlib
from collections.abc import Iterator

from realtime.provenance.words import COMMENT, XMP

GIF_TRAILER, GIF_EXTENSION, GIF_FRAME = 0x3B, 0x21, 0x2C
GIF_CONTROL, GIF_COMMENT = 0xF9, 0xFE
WEBP_HAS_XMP = 0x04
LONGEST_TICKS = 65_535


def finished(content: bytes, ending: str, last_ticks: int) -> bytes:
    """The file with both. ending: .gif, .webp or .apng. last_ticks: of 1/100 s in a GIF, else of 1/1000 s."""
    make = {".gif": _gif, ".webp": _webp, ".apng": _apng}[ending]
    return make(bytearray(content), min(last_ticks, LONGEST_TICKS))


def _gif(content: bytearray, last_ticks: int) -> bytes:
    controls = [at for kind, at in _gif_blocks(content) if kind == GIF_CONTROL]
    struct.pack_into("<H", content, controls[-1] + 4, last_ticks)
    comment = COMMENT.encode("ascii")
    parts = [comment[at : at + 255] for at in range(0, len(comment), 255)]
    blocks = b"".join(bytes([len(part)]) + part for part in parts)
    return bytes(content[:-1]) + bytes([GIF_EXTENSION, GIF_COMMENT]) + blocks + b"\0" + bytes([GIF_TRAILER])


def _gif_blocks(content: bytearray) -> Iterator[tuple[int, int]]:
    """Label and place of each extension, GIF_FRAME and place of each frame."""
    at = 13 + _colours(content[10])
    while content[at] != GIF_TRAILER:
        label = content[at + 1] if content[at] == GIF_EXTENSION else GIF_FRAME
        yield label, at
        at += 2 if label != GIF_FRAME else 11 + _colours(content[at + 9])
        while content[at]:
            at += 1 + content[at]
        at += 1


def _colours(flags: int) -> int:
    """Bytes of a colour table."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _webp(content: bytearray, last_ticks: int) -> bytes:
    frames = [at for kind, at, _ in _riff_chunks(content) if kind == b"ANMF"]
    content[frames[-1] + 12 : frames[-1] + 15] = last_ticks.to_bytes(3, "little")
    content[next(at for kind, at, _ in _riff_chunks(content) if kind == b"VP8X")] |= WEBP_HAS_XMP
    words = XMP.encode()
    content += b"XMP " + struct.pack("<I", len(words)) + words + b"\0" * (len(words) % 2)
    struct.pack_into("<I", content, 4, len(content) - 8)
    return bytes(content)


def _riff_chunks(content: bytearray) -> Iterator[tuple[bytes, int, int]]:
    """Kind, place and length of each chunk's content."""
    at = 12
    while at + 8 <= len(content):
        kind, size = struct.unpack_from("<4sI", content, at)
        yield kind, at + 8, size
        at += 8 + size + size % 2


def _apng(content: bytearray, last_ticks: int) -> bytes:
    at, last = 8, 0
    while at < len(content):
        size, kind = struct.unpack_from(">I4s", content, at)
        if kind == b"fcTL":
            last = at
        if kind == b"IEND":
            break
        at += 12 + size
    struct.pack_into(">HH", content, last + 28, last_ticks, 1000)
    struct.pack_into(">I", content, last + 34, zlib.crc32(content[last + 4 : last + 34]))
    words = b"XML:com.adobe.xmp\0\0\0\0\0" + XMP.encode()
    chunk = b"iTXt" + words
    mark = struct.pack(">I", len(words)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return bytes(content[:at]) + mark + bytes(content[at:])
