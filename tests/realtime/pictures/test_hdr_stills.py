"""HDR photos (PQ, HLG) as SDR images, against the formulas of the standards."""

from io import BytesIO

import numpy as np
import PIL.Image
import pytest

from engines.image.hdr_light import Light, compressed, light_to_pq
from realtime.pictures.reading import decode_image, decode_whole

LIGHTS = np.array([1.0, 10.0, 50.0, 100.0, 203.0, 400.0, 1000.0])
"""cd/m2, of grey stripes."""
STRIPE = 32


def photo(levels: np.ndarray[tuple[int, ...], np.dtype[np.float64]], transfer: int, mode: str = "RGB") -> bytes:
    """An AVIF of grey stripes that says that its numbers mean BT.2020 and that transfer. levels: 0..1."""
    codes = np.repeat(np.rint(255 * levels).astype(np.uint8), STRIPE)
    pixels = np.repeat(np.repeat(codes[np.newaxis, :, np.newaxis], 64, 0), 3, 2)
    picture, file = PIL.Image.fromarray(pixels), BytesIO()
    if mode == "RGBA":
        picture.putalpha(128)
    picture.save(file, "AVIF", quality=100, subsampling="4:4:4")
    content = file.getvalue()
    at = content.index(b"colrnclx") + 8
    return content[:at] + bytes([0, 9, 0, transfer]) + content[at + 4 :]


def middles(image: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return image[32, STRIPE // 2 :: STRIPE, 1]


def test_pq_becomes_what_the_standards_say_and_that_is_said(caplog: pytest.LogCaptureFixture) -> None:
    found = middles(decode_image(photo(light_to_pq(LIGHTS), 16), "photo"))
    wanted = 255 * (compressed(LIGHTS, Light(203, 1000)) / 203) ** (1 / 2.4)
    assert found == pytest.approx(wanted, abs=4)  # 8 bits of PQ are coarse
    assert "photo: HDR (PQ) was converted to SDR" in caplog.text


def test_hlg_is_brighter_than_its_numbers_and_transparency_stays() -> None:
    levels = np.linspace(0.1, 1, 7)
    read = decode_whole(photo(levels, 18, "RGBA"), "photo")
    assert read.original is not None
    assert read.original.alpha is not None
    assert (read.original.alpha == 128).all()
    found = middles(read.original.pixels).astype(int)
    assert (np.diff(found) > 0).all()
    assert found[3] > 255 * levels[3]


def test_other_photos_are_as_they_were(caplog: pytest.LogCaptureFixture) -> None:
    levels = np.linspace(0.1, 1, 7)
    assert middles(decode_image(photo(levels, 13), "photo")) == pytest.approx(255 * levels, abs=2)
    assert "HDR" not in caplog.text
