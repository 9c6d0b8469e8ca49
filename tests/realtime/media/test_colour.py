"""Colours against the formula of the standard (ITU-R BT.601, BT.709, BT.2020), not against our own way back."""

from pathlib import Path

import av
import numpy as np
import pytest

from realtime.media.colour import FromBgr, ToBgr, in_bt709, settle, tags_of
from realtime.sources import open_source
from realtime.sources.frame_reader import FrameReader
from realtime.types import ColourTags
from tests.realtime.clips import Clip, write_clip

KR_KB = {
    1: (0.2126, 0.0722),
    4: (0.30, 0.11),
    5: (0.299, 0.114),
    6: (0.299, 0.114),
    7: (0.212, 0.087),
    9: (0.2627, 0.0593),
}
"""By H.273's matrix code."""
BGR = {
    "black": (0, 0, 0),
    "grey": (128, 128, 128),
    "white": (255, 255, 255),
    "red": (0, 0, 255),
    "green": (0, 255, 0),
    "blue": (255, 0, 0),
    "skin": (120, 150, 205),
}
SIZE = 16


def yuv_of(bgr: tuple[int, int, int], tags: ColourTags, bits: int) -> tuple[float, float, float]:
    """H.273, equations 11 to 40, before rounding."""
    kr, kb = KR_KB[tags.matrix]
    b, g, r = (value / 255 for value in bgr)
    y = kr * r + (1 - kr - kb) * g + kb * b
    u, v = (b - y) / (2 * (1 - kb)), (r - y) / (2 * (1 - kr))
    if tags.full_range:
        most = 2**bits - 1
        return y * most, u * most + 2 ** (bits - 1), v * most + 2 ** (bits - 1)
    unit = 2 ** (bits - 8)
    return (219 * y + 16) * unit, (224 * u + 128) * unit, (224 * v + 128) * unit


def plain_frame(yuv: tuple[float, float, float], bits: int) -> av.VideoFrame:
    """A 4:4:4 frame of one colour, written plane by plane."""
    frame = av.VideoFrame(SIZE, SIZE, "yuv444p" if bits == 8 else f"yuv444p{bits}le")
    most = 2**bits - 1
    for plane, value in zip(frame.planes, yuv, strict=True):
        count = plane.buffer_size // (1 if bits == 8 else 2)
        plane.update(np.full(count, np.clip(round(value), 0, most), np.uint8 if bits == 8 else np.uint16).tobytes())
    return frame


@pytest.mark.parametrize("bits", [8, 10])
@pytest.mark.parametrize("full_range", [False, True], ids=["limited", "full"])
@pytest.mark.parametrize("matrix", KR_KB)
@pytest.mark.parametrize("colour", BGR.values(), ids=BGR)
def test_decoding_follows_the_standard(colour: tuple[int, int, int], matrix: int, full_range: bool, bits: int) -> None:
    tags = ColourTags(matrix, full_range=full_range)
    image = ToBgr(tags)(plain_frame(yuv_of(colour, tags, bits), bits))
    assert image.shape == (SIZE, SIZE, 3)
    assert np.abs(image[8, 8].astype(int) - colour).max() <= 2


@pytest.mark.parametrize("full_range", [False, True], ids=["limited", "full"])
@pytest.mark.parametrize("matrix", KR_KB)
@pytest.mark.parametrize("colour", BGR.values(), ids=BGR)
def test_encoding_follows_the_standard(colour: tuple[int, int, int], matrix: int, full_range: bool) -> None:
    tags = ColourTags(matrix, full_range=full_range)
    frame = FromBgr(tags, (SIZE, SIZE), "yuv420p")(np.full((SIZE, SIZE, 3), colour, np.uint8))
    made = [bytes(plane)[0] for plane in frame.planes]
    assert made == pytest.approx(yuv_of(colour, tags, 8), abs=2)


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv422p", "nv12", "yuv420p10le", "p010le", "gbrp"])
@pytest.mark.parametrize("grey", [0, 16, 90, 128, 235, 255])
def test_grey_card_stays_grey_there_and_back(pixel_format: str, grey: int) -> None:
    tags = ColourTags(1, 1, 1)
    image = np.full((SIZE, SIZE, 3), grey, np.uint8)
    back = ToBgr(tags)(FromBgr(tags, (SIZE, SIZE), pixel_format)(image))
    assert np.abs(back.astype(int) - grey).max() <= 2


@pytest.mark.parametrize(
    ("said", "size_wh", "matrix"),
    [
        (1, (320, 240), 1),
        (6, (1920, 1080), 6),
        (9, (640, 480), 9),
        (2, (1920, 1080), 1),
        (2, (1280, 534), 1),
        (2, (720, 1280), 1),
        (2, (960, 540), 5),
        (0, (640, 480), 5),
    ],
    ids=["709, small", "601, HD", "2020", "unsaid, HD", "unsaid, wide HD", "unsaid, tall", "unsaid, SD", "RGB"],
)
def test_what_a_stream_says_is_kept_and_the_rest_is_guessed(said: int, size_wh: tuple[int, int], matrix: int) -> None:
    tags = ColourTags(said, primaries=9, transfer=16, full_range=True)
    assert settle(tags, size_wh) == ColourTags(matrix, primaries=9, transfer=16, full_range=True)


@pytest.mark.parametrize("rotation", [0, 90])
def test_matrix_is_guessed_by_the_size_before_rotation(tmp_path: Path, rotation: int) -> None:
    source = open_source(str(write_clip(tmp_path / "clip.mp4", Clip(size_wh=(960, 540), frames=2, rotation=rotation))))
    assert source.info.colour.matrix == 5
    source.close()


@pytest.mark.parametrize(("pixel_format", "full"), [("yuvj420p", True), ("yuv420p", False)])
def test_old_full_range_formats_are_full_range_though_untagged(pixel_format: str, full: bool) -> None:
    assert tags_of(av.VideoFrame(SIZE, SIZE, pixel_format)).full_range == full


def planar(pixel_format: str, rgb: tuple[int, int, int], tags: ColourTags, alpha: float = 1.0) -> av.VideoFrame:
    """One colour in any planar format, by the formulas."""
    frame = av.VideoFrame(SIZE, SIZE, pixel_format)
    bits = frame.format.components[0].bits
    most = 2**bits - 1
    if frame.format.is_rgb:
        red, green, blue = (round(value / 255 * most) for value in rgb)
        values = [green, blue, red]
    else:
        values = [round(value) for value in yuv_of(rgb[::-1], tags, bits)]
    kind = np.uint8 if bits == 8 else np.uint16
    for plane, value in zip(frame.planes, [*values, round(alpha * most)], strict=False):
        plane.update(np.full(plane.buffer_size // kind().itemsize, np.clip(value, 0, most), kind).tobytes())
    frame.color_range = 2 if tags.full_range else 1
    frame.colorspace = 0 if frame.format.is_rgb else tags.matrix
    return frame


FORMATS = [
    *("yuv420p", "yuv422p", "yuv444p", "yuv411p", "yuv410p", "yuv440p", "yuvj422p", "yuvj444p", "yuv422p10le"),
    *(
        "yuv444p10le",
        "yuv422p12le",
        "yuv444p12le",
        "yuva420p",
        "yuva444p12le",
        "gbrp",
        "gbrp10le",
        "gbrp12le",
        "gbrp16le",
    ),
    *("gray", "gray10le", "gray16le"),
]


@pytest.mark.parametrize("full_range", [False, True], ids=["limited", "full"])
@pytest.mark.parametrize("pixel_format", FORMATS)
def test_every_format_is_read_by_the_formulas(pixel_format: str, full_range: bool) -> None:
    tags = ColourTags(1, 1, 1, full_range=full_range or "yuvj" in pixel_format)
    for rgb in [colour[::-1] for colour in BGR.values()]:
        if pixel_format.startswith("gray") and len(set(rgb)) > 1:
            continue
        frame = planar(pixel_format, rgb, tags)
        assert np.abs(FrameReader(frame, "it")(frame)[8, 8, ::-1].astype(int) - rgb).max() <= 2


@pytest.mark.parametrize(
    "pixel_format",
    ["rgb24", "bgra", "rgb48le", "rgba64le", "x2rgb10le", "pal8", "nv12", "p010le", "yuyv422", "uyvy422"],
)
def test_packed_formats_are_read_too(pixel_format: str) -> None:
    for bgr in BGR.values():
        plain = av.VideoFrame.from_ndarray(np.full((SIZE, SIZE, 3), bgr, np.uint8), format="bgr24")
        frame = palette_of(bgr) if pixel_format == "pal8" else plain.reformat(format=pixel_format, dst_colorspace=1)
        image = FrameReader(frame, "it")(frame)
        assert np.abs(image[8, 8].astype(int) - bgr).max() <= 2


def palette_of(bgr: tuple[int, int, int]) -> av.VideoFrame:
    """Every pixel has the colour 7."""
    frame = av.VideoFrame(SIZE, SIZE, "pal8")
    frame.planes[0].update(bytes([7]) * frame.planes[0].buffer_size)
    palette = np.zeros((256, 4), np.uint8)
    palette[7] = (*bgr, 255)
    frame.planes[1].update(palette.tobytes())
    return frame


def test_what_is_transparent_in_a_video_is_shown_on_black_and_kept() -> None:
    opaque = planar("yuva444p12le", (200, 100, 60), ColourTags(1, 1, 1))
    reader = FrameReader(opaque, "it")
    assert np.abs(reader(opaque)[8, 8].astype(int) - (60, 100, 200)).max() <= 1
    assert reader.original is None
    half = reader(planar("yuva444p12le", (200, 100, 60), ColourTags(1, 1, 1), alpha=0.5))
    assert np.abs(half[8, 8].astype(int) - (30, 50, 100)).max() <= 1
    assert reader.original is not None
    assert reader.original.alpha is not None
    assert np.abs(reader.original.alpha.astype(int) - 128).max() <= 1
    assert np.abs(reader.original.pixels[8, 8].astype(int) - (60, 100, 200)).max() <= 1


@pytest.mark.parametrize(("primaries", "is_moved"), [(9, True), (12, True), (1, False), (2, False)])
def test_wide_colours_of_a_video_are_moved_for_pictures(primaries: int, is_moved: bool) -> None:
    """BT.2020's and P3's grey is everybody's; their green is greener, so the same numbers mean more of it."""
    card = np.array([[(128, 128, 128), (100, 150, 110)]], np.uint8)
    made = in_bt709(card, ColourTags(9, primaries, 1))
    assert np.abs(made[0, 0].astype(int) - 128).max() <= 1
    assert (np.abs(made[0, 1].astype(int) - card[0, 1]).max() > 3) == is_moved


def test_bt2020_is_moved_by_the_matrix_of_the_standard() -> None:
    matrix = np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]])  # BT.2407
    rgb = np.array([190, 150, 125])
    expected = 255 * (matrix @ (rgb / 255) ** 2.4) ** (1 / 2.4)
    made = in_bt709(rgb[np.newaxis, np.newaxis, ::-1].astype(np.uint8), ColourTags(9, 9, 14))
    assert np.abs(made[0, 0, ::-1] - expected).max() <= 1
