"""A time in the pixels: black and white cells in a strip at the top of a picture.

Whatever carries the picture (a driver, a codec, a browser) carries the time, so latency is read where the picture comes
out. 48 bits of milliseconds and an 8-bit checksum: a strip that was damaged reads as None, not as a wrong time.

Knows pixels and numbers; knows nothing of clocks.
"""

import zlib

import numpy as np

from engines.types import Image

TIME_BITS, CHECK_BITS = 48, 8
CELLS = TIME_BITS + CHECK_BITS
DOUBT = 48
"""A cell this near to the middle grey (127.5) is neither black nor white. Cells stay 85 away through H.264 at crf 40;
real pictures have some within 11 in their top rows, and read as a time now and then if that is let pass."""
STRIP_SHARE = 1 / 45
"""Height of the strip, as a share of the picture's: 16 px at 720p, 8 px at 360p."""


def write_timecode(image: Image, at_ns: int) -> None:
    """Write `at_ns` (0 to 2^48 ms, rounded down to ms) into the top rows of `image`, in place, across its width."""
    value = at_ns // 1_000_000
    time_bytes = value.to_bytes(TIME_BITS // 8, "big")
    bits = np.unpackbits(np.frombuffer(time_bytes + bytes([_check(time_bytes)]), np.uint8))
    edges = _edges(image.shape[1])
    image[: _strip_height(image)] = np.repeat(bits * 255, np.diff(edges))[np.newaxis, :, np.newaxis]


def read_timecode(image: Image) -> int | None:
    """The time in ns (whole ms), or None when there is none or it was damaged. image: scaled to any size since."""
    edges = _edges(image.shape[1])
    rows = image[: _strip_height(image)]
    middle = rows[rows.shape[0] // 4 : max(1, rows.shape[0] * 3 // 4)]
    quarter = np.diff(edges) // 4
    levels = np.array(
        [middle[:, a + q : max(a + q + 1, b - q)].mean() for a, b, q in zip(edges, edges[1:], quarter, strict=False)]
    )
    if np.abs(levels - 127.5).min() < DOUBT:
        return None
    bits = (levels > 127.5).astype(np.uint8)
    code = np.packbits(bits).tobytes()
    time_bytes = code[: TIME_BITS // 8]
    return int.from_bytes(time_bytes, "big") * 1_000_000 if code[-1] == _check(time_bytes) else None


def _check(time_bytes: bytes) -> int:
    """Never right for an all-black or all-white strip."""
    return int(zlib.crc32(time_bytes) ^ 0x5A) & 0xFF


def _edges(width: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.linspace(0, width, CELLS + 1).round().astype(np.int64)


def _strip_height(image: Image) -> int:
    return max(4, round(int(image.shape[0]) * STRIP_SHARE))
