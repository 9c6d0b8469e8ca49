"""Photos of phones: HEIC with its tiles whole and turned upright, AVIF; and files that lie about their size."""

import struct
from io import BytesIO

import numpy as np
import PIL.Image
import pytest

from benchmarks.common.heif import Heic, heic_of
from engines.types import Image
from realtime.errors import SourceError
from realtime.pictures.header import AVIF, HEIC, header_of
from realtime.pictures.heif_header import heif_items
from realtime.pictures.reading import decode_image

SIZE_WH = (150, 100)


def card() -> Image:
    """Each quarter of another colour, and no tile of one colour only."""
    image = np.zeros((SIZE_WH[1], SIZE_WH[0], 3), np.uint8)
    image[:50, :75], image[:50, 75:] = (40, 40, 200), (40, 200, 40)
    image[50:, :75], image[50:, 75:] = (200, 40, 40), (200, 200, 200)
    return image


def inside(image: Image) -> Image:
    """Without the borders of the quarters, where chroma runs over."""
    return image[8:40, 8:60]


@pytest.mark.parametrize("header_last", [False, True])
@pytest.mark.parametrize("quarters", range(4))
def test_tiles_are_put_together_and_turned_and_the_thumbnail_is_not_taken(quarters: int, header_last: bool) -> None:
    content = heic_of(card(), Heic(quarters=quarters, header_last=header_last))
    header = header_of(content)
    assert header is not None
    assert (header.format, header.width, header.height) == (HEIC, *SIZE_WH)
    image, expected = decode_image(content, "it"), np.rot90(card(), quarters)
    assert image.shape == expected.shape
    difference = np.abs(image.astype(int) - expected).max(axis=2)
    assert np.median(difference) <= 4
    assert (difference > 24).mean() < 0.06


@pytest.mark.parametrize(
    "lies",
    [
        {"size": (60_000, 60_000)},
        {"tile": (30_000, 30_000)},
        {"grid": (60_000, 60_000)},
        {"rows": (200, 200)},
        {"size": (40, 40)},
    ],
    ids=str,
)
def test_heic_that_lies_is_refused(lies: dict[str, tuple[int, int]]) -> None:
    with pytest.raises(SourceError) as refused:
        decode_image(heic_of(card(), Heic(lies=lies)), "lie")
    assert refused.value.remedy


def test_tile_that_is_larger_than_its_item_says_is_refused() -> None:
    """libheif's own limit; a decoder that follows the stream instead would take what the file wants."""
    with pytest.raises(SourceError, match="not a readable picture"):
        decode_image(heic_of(card()[:64, :64], Heic(tile=512, lies={"tile": (64, 64)})), "lie")


def avif_of(image: Image, **options: object) -> bytes:
    file = BytesIO()
    PIL.Image.fromarray(image[:, :, ::-1]).save(file, "AVIF", speed=10, **options)
    return file.getvalue()


def test_avif_is_read_and_turned() -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    content = avif_of(card(), quality=95, exif=exif)
    header = header_of(content)
    assert header is not None
    assert (header.format, header.width, header.height) == (AVIF, *SIZE_WH)
    image, expected = decode_image(content, "it"), np.rot90(card(), -1)
    assert np.median(np.abs(image.astype(int) - expected)) <= 4


def test_avif_that_is_larger_than_it_says_is_refused_before_it_is_decoded() -> None:
    content = bytearray(avif_of(np.full((600, 800, 3), 90, np.uint8)))
    at = content.index(b"ispe") + 8
    content[at : at + 8] = struct.pack(">II", 64, 64)
    with pytest.raises(SourceError, match="not a readable picture"):
        decode_image(bytes(content), "lie")


@pytest.mark.parametrize("content", [heic_of(card()), avif_of(card())], ids=["HEIC", "AVIF"])
def test_file_that_is_cut_off_anywhere_is_refused(content: bytes) -> None:
    words = []
    for cut in range(0, len(content) - 1, max(1, len(content) // 60)):
        with pytest.raises(SourceError) as refused:
            decode_image(content[:cut], "it")
        words.append(str(refused.value))
    assert "cut off" in words[-1]


def test_damaged_boxes_are_no_crash() -> None:
    content, rng = heic_of(card()), np.random.default_rng(5)
    end = content.index(b"mdat")
    for _ in range(400):
        damaged = bytearray(content)
        for at in rng.integers(12, end, 3):
            damaged[at] = rng.integers(256)
        header = header_of(bytes(damaged))
        assert header is None or header.pixels > 0


def test_video_in_the_same_boxes_is_no_picture() -> None:
    assert heif_items(b"\0\0\0\x18ftypisom" + bytes(200)) is None
    assert header_of(b"\0\0\0\x18ftypisom" + bytes(200)) is None
