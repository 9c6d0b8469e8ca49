"""Colour profiles and transparency of photos, against formulas; profiles are made here, tag by tag (ICC.1:2001)."""

import logging
import struct
from io import BytesIO
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray
from PIL import ImageCms

from engines.types import Image
from realtime.outputs import open_sink
from realtime.pictures.colours import to_srgb
from realtime.pictures.reading import read_image
from realtime.sources import open_source
from realtime.stream.privacy import FrameStatus, PrivacyGate, PrivacyPolicy
from realtime.types import Frame, Outcome, ShownFrame

Values = NDArray[np.float64]
D50 = (0.9642, 1.0, 0.8249)
WIDE = np.array([[0.60974, 0.20528, 0.14919], [0.31111, 0.62567, 0.06322], [0.01947, 0.06087, 0.74457]])
"""Adobe RGB (1998), linear to XYZ of D50; its gamma is 563/256."""
GAMMA = 563 / 256
SRGB_FROM_D50 = np.linalg.inv([[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]])
PATCHES = {"grey": (128, 128, 128), "skin": (190, 150, 125), "leaf": (90, 130, 80), "white": (255, 255, 255)}
"""RGB in the wide colours, inside sRGB all."""
SIZE = 40


def tag(kind: bytes, content: bytes) -> bytes:
    return kind + bytes(4) + content


def profile(space: bytes = b"RGB ", matrix: Values = WIDE) -> bytes:
    """A display's profile: a gamma, and for RGB three primaries."""
    curve = tag(b"curv", struct.pack(">IH", 1, round(GAMMA * 256)))
    tags = {b"wtpt": xyz(D50), b"cprt": tag(b"text", b"none\0"), b"desc": description(b"made for a test")}
    if space == b"RGB ":
        for name, column in zip((b"r", b"g", b"b"), matrix.T, strict=True):
            tags |= {name + b"XYZ": xyz(column), name + b"TRC": curve}
    else:
        tags[b"kTRC"] = curve
    table, body, at = b"", b"", 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        padded = content + bytes(-len(content) % 4)
        table += name + struct.pack(">II", at + len(body), len(content))
        body += padded
    head = struct.pack(">I4sI4s4s4s12x4s", at + len(body), b"", 0x02400000, b"mntr", space, b"XYZ ", b"acsp")
    head += bytes(28) + struct.pack(">3i", *(round(value * 65536) for value in D50)) + bytes(48)
    return head + struct.pack(">I", len(tags)) + table + body


def xyz(values: object) -> bytes:
    return tag(b"XYZ ", struct.pack(">3i", *(round(float(value) * 65536) for value in np.asarray(values))))


def description(text: bytes) -> bytes:
    return tag(b"desc", struct.pack(">I", len(text) + 1) + text + bytes(1 + 8 + 3 + 67))


def expected_srgb(rgb: Values) -> Values:
    """0..255 in the wide colours -> 0..255 in sRGB (IEC 61966-2-1)."""
    light = np.clip((rgb / 255) ** GAMMA @ WIDE.T @ SRGB_FROM_D50.T, 0, 1)
    return np.asarray(255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055))


def card(*colours: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Stripes, RGB."""
    return np.repeat(np.array(colours, np.uint8), SIZE, axis=0)[:, np.newaxis].repeat(SIZE, axis=1)


def save(path: Path, rgb: NDArray[np.uint8], icc: bytes | None = None) -> Path:
    PIL.Image.fromarray(rgb).save(path, icc_profile=icc, quality=100)
    return path


def painted(frame: Frame, box: tuple[slice, slice], colour: tuple[int, int, int]) -> ShownFrame:
    frame.image[box] = colour
    return ShownFrame(frame.image, 0, 0, 0, Outcome.SWAPPED, frame.original)


def run(path: Path, out: Path, box: tuple[slice, slice], colour: tuple[int, int, int]) -> PIL.Image.Image:
    """What a still becomes when a box of it is painted in a BGR colour."""
    source = open_source(str(path))
    sink = open_sink(str(out), source.info)
    sink.send(painted(next(iter(source.frames())), box, colour))
    sink.close()
    with PIL.Image.open(out) as picture:
        picture.load()
    return picture


def rgba_at(picture: PIL.Image.Image, x: int, y: int) -> tuple[int, ...]:
    return tuple(int(value) for value in np.asarray(picture.convert("RGBA"))[y, x])


@pytest.mark.parametrize("ending", [".png", ".jpg", ".webp"])
@pytest.mark.parametrize("colour", PATCHES.values(), ids=PATCHES)
def test_profile_is_followed_in(tmp_path: Path, colour: tuple[int, int, int], ending: str) -> None:
    image = read_image(save(tmp_path / f"in{ending}", card(colour), profile()))
    assert np.abs(image[SIZE // 2, SIZE // 2, ::-1] - expected_srgb(np.array(colour))).max() <= 3


def test_what_nobody_painted_keeps_its_numbers_and_its_profile(tmp_path: Path) -> None:
    rgb = card((10, 250, 10), (200, 30, 60), (128, 128, 128))
    made = run(save(tmp_path / "in.png", rgb, profile()), tmp_path / "out.png", np.s_[:30, :], (125, 150, 190))
    assert made.info["icc_profile"] == profile()
    assert (np.asarray(made)[30:] == rgb[30:]).all()
    assert np.abs(expected_srgb(np.asarray(made)[10, 10].astype(float)) - (190, 150, 125)).max() <= 3


def test_profile_without_a_way_back_becomes_srgb(tmp_path: Path) -> None:
    grey = np.full((SIZE, SIZE), 128, np.uint8)
    made = run(save(tmp_path / "in.png", grey, profile(b"GRAY")), tmp_path / "out.png", np.s_[:5, :], (0, 0, 0))
    level = 255 * (1.055 * (128 / 255) ** (GAMMA / 2.4) - 0.055)
    assert np.abs(np.asarray(made)[20, 20].astype(int) - level).max() <= 2
    assert ImageCms.ImageCmsProfile(BytesIO(made.info["icc_profile"])).profile.xcolor_space.strip() == "RGB"


@pytest.mark.parametrize("content", [b"no profile", profile(b"GRAY")], ids=["rubbish", "of other colours"])
def test_profile_that_cannot_be_used_is_said(tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        image = read_image(save(tmp_path / "in.png", card((190, 150, 125)), content))
    assert (image[5, 5] == (125, 150, 190)).all()
    assert "its colour profile cannot be used" in caplog.text


def test_untagged_picture_is_written_untagged(tmp_path: Path) -> None:
    made = run(save(tmp_path / "in.png", card((9, 90, 200))), tmp_path / "out.png", np.s_[:5, :], (0, 0, 0))
    assert made.mode == "RGB"
    assert "icc_profile" not in made.info


@pytest.mark.parametrize(
    ("mode", "value", "bgr"),
    [
        ("CMYK", (0, 0, 0, 0), (255, 255, 255)),
        ("CMYK", (0, 0, 0, 255), (0, 0, 0)),
        ("CMYK", (0, 255, 255, 0), (0, 0, 255)),
        ("L", 90, (90, 90, 90)),
        ("I;16", 90 * 257, (90, 90, 90)),
        ("1", 1, (255, 255, 255)),
        ("LAB", (137, 128, 128), (128, 128, 128)),
    ],
    ids=["white ink", "black ink", "red ink", "grey", "16 bit", "1 bit", "Lab"],
)
def test_other_kinds_of_colour(mode: str, value: int | tuple[int, ...], bgr: tuple[int, int, int]) -> None:
    image = to_srgb(PIL.Image.new(mode, (8, 8), value), "it").image
    assert np.abs(image[4, 4].astype(int) - bgr).max() <= 2


def test_cmyk_jpeg_is_not_inverted(tmp_path: Path) -> None:
    PIL.Image.new("CMYK", (SIZE, SIZE), (0, 0, 0, 0)).save(tmp_path / "in.jpg", quality=95)
    assert read_image(tmp_path / "in.jpg").min() >= 250


def cutout(path: Path) -> tuple[Path, NDArray[np.uint8]]:
    """Transparent at the left, half so in the middle; its hidden pixels are green."""
    rgba = np.full((SIZE, 3 * SIZE, 4), (60, 120, 180, 255), np.uint8)
    rgba[:, :SIZE] = (0, 255, 0, 0)
    rgba[:, SIZE : 2 * SIZE, 3] = 128
    return save(path, rgba), rgba


@pytest.mark.parametrize("ending", [".png", ".webp"])
def test_transparency_is_kept(tmp_path: Path, ending: str) -> None:
    path, rgba = cutout(tmp_path / "in.png")
    made = np.asarray(run(path, tmp_path / f"out{ending}", np.s_[:20, 90:110], (10, 20, 230)).convert("RGBA"))
    assert (made[:, :, 3] == rgba[:, :, 3]).all()
    assert np.abs(made[5, 100].astype(int) - (230, 20, 10, 255)).max() <= 8
    assert np.abs(made[30, 100].astype(int) - rgba[30, 100]).max() <= 8


def test_picture_is_seen_on_white_and_the_mark_shows_on_what_is_transparent(tmp_path: Path) -> None:
    path, _ = cutout(tmp_path / "in.png")
    assert (read_image(path)[5, 5] == 255).all()
    source = open_source(str(path))
    sink = open_sink(str(tmp_path / "out.png"), source.info)

    def mark(canvas: Image) -> None:
        canvas[:20, :20] = 60

    gate = PrivacyGate(PrivacyPolicy.choose(None, live=False), mark=mark)
    sink.send(gate.show(next(iter(source.frames())), FrameStatus.SWAPPED, 0))
    sink.close()
    with PIL.Image.open(tmp_path / "out.png") as made:
        assert rgba_at(made, 5, 5) == (60, 60, 60, 255)
        assert rgba_at(made, 30, 30) == (0, 255, 0, 0)


def test_paint_on_what_is_transparent_is_not_seen_and_leaves_it_transparent(tmp_path: Path) -> None:
    path, rgba = cutout(tmp_path / "in.png")
    made = run(path, tmp_path / "out.png", np.s_[:20, :20], (60, 60, 60))
    assert (np.asarray(made)[:, :, 3] == rgba[:, :, 3]).all()


def test_paint_on_half_transparent_pixels_is_half_transparent(tmp_path: Path) -> None:
    path, _ = cutout(tmp_path / "in.png")
    blue, green, red = (int(value) + 3 for value in read_image(path)[5, 60])
    made = run(path, tmp_path / "out.png", np.s_[:10, 50:70], (blue, green, red))
    red, green, blue, alpha = rgba_at(made, 60, 5)
    assert alpha == 128
    assert np.abs(np.array([red, green, blue]) - (66, 126, 186)).max() <= 2


def test_format_without_transparency_is_white_and_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path, _ = cutout(tmp_path / "in.png")
    with caplog.at_level(logging.WARNING):
        made = run(path, tmp_path / "out.jpg", np.s_[:5, 100:], (0, 0, 0))
    assert min(rgba_at(made, 10, 30)) >= 250
    assert "what was transparent is white" in caplog.text
