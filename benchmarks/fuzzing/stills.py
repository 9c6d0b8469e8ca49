"""Pictures, as visitors of a server send them: every format that is read, also with checksums made right again.

Knows formats as far as samples need it.
"""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import product
from pathlib import Path

import numpy as np
import PIL.Image
from hypothesis import strategies as st

from benchmarks.common.heif import Heic, heic_of
from benchmarks.fuzzing.edits import edited
from benchmarks.fuzzing.target import MB, Target, require
from engines.types import Image
from realtime.pictures.header import FORMATS
from realtime.pictures.reading import decode_image, is_animated, judge
from realtime.sources.animated import AnimatedSource
from realtime.web.uploads import FIT_PIXELS, MOST_PIXELS

SIZE_WH = (46, 30)
PNG = b"\x89PNG\r\n\x1a\n"
FRAMES = 8
"""Of a moving picture that are looked at."""
MOST_S, MOST_BYTES = 10.0, 550 * MB
"""Of a picture within MOST_PIXELS: what a WebP of that size takes."""
WORDS = (
    b"IHDR",
    b"acTL",
    b"fcTL",
    b"iCCP",
    b"IDAT",
    b"ispe",
    b"iloc",
    b"auxl",
    b"grid",
    b"av01",
    b"VP8X",
    b"ALPH",
    b"ANMF",
    b"Exif\0\0II*\0",
    b"Exif\0\0MM\0*",
    b"ICC_PROFILE\0",
    b"\xff\xda",
    b"\xff\xc4",
    b"\xff\xdb",
    b"\xff\xc2",
    b"\x21\xf9\x04",
)


@contextmanager
def pictures(folder: Path) -> Iterator[Target]:
    """Decoded as uploads are; moving ones frame by frame."""
    samples = tuple(made_samples())

    def take(content: bytes) -> None:
        image = decode_image(content, "it", most_pixels=MOST_PIXELS, fit_pixels=FIT_PIXELS)
        require(image.dtype == np.uint8 and image.ndim == 3 and image.shape[2] == 3, f"{image.dtype} {image.shape}")
        require(0 < image.shape[0] * image.shape[1] <= FIT_PIXELS, f"larger than was asked for: {image.shape}")
        if is_animated(content):
            play(content)

    plain = edited(samples, WORDS)
    inputs = st.one_of(
        plain, plain.map(with_right_sums), st.builds(lying, st.sampled_from(samples), *[st.integers(0, 1 << 16)] * 2)
    )
    yield Target(inputs=inputs, take=take, samples=samples, most_s=MOST_S, most_bytes=MOST_BYTES, watched=folder)


def play(content: bytes) -> None:
    """The first frames, as a run reads them."""
    judge(content, "it", MOST_PIXELS, FORMATS)
    source = AnimatedSource(content, "it")
    try:
        for number, frame in enumerate(source.frames()):
            require(frame.image.shape[2] == 3, "no colours")
            if number == FRAMES:
                break
    finally:
        source.close()


def made_samples() -> Iterator[bytes]:
    """One of each kind, small."""
    image = card()
    moving = [PIL.Image.fromarray(np.roll(image, step, 1)) for step in range(3)]
    for kind in ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "AVIF"):
        yield saved(moving[:1], kind)
    yield saved(
        moving[:1],
        "JPEG",
        progressive=True,
        exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0",
    )
    yield saved(moving[:1], "WEBP", lossless=True)
    yield saved([moving[0].convert("RGBA")], "PNG")
    yield saved([moving[0].convert("P")], "PNG")
    yield saved([moving[0].convert("CMYK")], "JPEG")
    for compression in ("tiff_lzw", "jpeg", "tiff_adobe_deflate"):
        yield saved(moving[:1], "TIFF", compression=compression)
    for kind in ("GIF", "PNG", "WEBP"):
        yield saved(moving, kind)
    yield heic_of(image, Heic(tile=64))
    yield heic_of(image, Heic(tile=64, header_last=True, quarters=1))


def card() -> Image:
    """Colours that turn into each other."""
    wide, high = SIZE_WH
    rows, columns = np.mgrid[0:high, 0:wide]
    return np.stack([rows * 8 % 256, columns * 5 % 256, (rows + columns) * 3 % 256], axis=2).astype(np.uint8)


def saved(frames: list[PIL.Image.Image], kind: str, **options: object) -> bytes:
    """A picture's file."""
    file, more = BytesIO(), {"save_all": True, "append_images": frames[1:]} if len(frames) > 1 else {}
    frames[0].save(file, kind, **options, **more)
    return file.getvalue()


def with_right_sums(content: bytes) -> bytes:
    """A PNG whose chunks' checksums are made right, so that what is in them is read; anything else as it is."""
    if not content.startswith(PNG):
        return content
    at, parts = len(PNG), [PNG]
    while at + 8 <= len(content):
        (length,) = struct.unpack_from(">I", content, at)
        data = content[at + 4 : at + 8 + length]
        parts += [content[at : at + 4], data, struct.pack(">I", zlib.crc32(data))]
        at += 12 + length
    return b"".join(parts)


def lying(content: bytes, width: int, height: int) -> bytes:
    """A picture that says it has another size, wherever it says so in 16 or 32 bits."""
    for order, letter in product("<>", "HI"):
        form, most = f"{order}2{letter}", 65535 if letter == "H" else 1 << 31
        for said, new in ((SIZE_WH, (width, height)), (SIZE_WH[::-1], (height, width))):
            content = content.replace(struct.pack(form, *said), struct.pack(form, *(min(most, edge) for edge in new)))
    return with_right_sums(content)
