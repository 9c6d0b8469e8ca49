"""HDR videos, and videos whose colours change in the middle, as SDR pictures."""

import logging
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from engines.image.hdr_light import Light
from realtime.media.colour import FromBgr
from realtime.media.hdr import said_light, seen_light
from realtime.sources import open_source
from realtime.sources.frame_reader import SDR, FrameReader
from realtime.types import ColourTags
from tests.realtime.clips import BT601, BT709, Clip, write_clip

PQ, HLG = ColourTags(9, 9, 16), ColourTags(9, 9, 18)
SIZE_WH = (64, 48)
BRIGHT, DARK = 400.0, 60.0
"""cd/m2."""
MASTERING = "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(40000000,50):max-cll=600,200"


def signal(light: float) -> float:
    """PQ by ST 2084."""
    power = (light / 10_000) ** 0.1593017578125
    return float(((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375)


def frame_of(lights: list[float], tags: ColourTags = PQ) -> av.VideoFrame:
    """Grey stripes of so much light, 10 bit, 4:2:0, limited range."""
    frame = av.VideoFrame(*SIZE_WH, "yuv420p10le")
    y = np.repeat([round((219 * signal(light) + 16) * 4) for light in lights], SIZE_WH[1] // len(lights))
    for plane, rows in zip(frame.planes, (y, np.full(24, 512), np.full(24, 512)), strict=True):
        plane.update(np.repeat(rows[:, None], plane.line_size // 2, 1).astype(np.uint16).tobytes())
    frame.colorspace, frame.color_range = tags.matrix, 1
    frame.color_primaries, frame.color_trc = tags.primaries, tags.transfer
    return frame


def write_video(path: Path, lights: list[list[float]], codec: str = "ffv1", **options: str) -> Path:
    """One frame for each list, each a key frame."""
    with av.open(str(path), "w") as container:
        stream = cast("av.VideoStream", container.add_stream(codec, rate=30, options={"g": "1", **options}))
        stream.width, stream.height = SIZE_WH
        stream.pix_fmt = "yuv420p10le"
        context = stream.codec_context
        context.colorspace, context.color_primaries, context.color_trc, context.color_range = 9, 9, 16, 1
        for number, frame in enumerate(map(frame_of, lights)):
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def levels(image: NDArray[np.uint8], count: int) -> list[int]:
    """The middles of grey stripes."""
    rows = [(2 * number + 1) * SIZE_WH[1] // (2 * count) for number in range(count)]
    assert np.ptp(image[rows].astype(int), axis=(1, 2)).max() <= 1
    return [int(image[row, 0, 0]) for row in rows]


def test_hdr_video_becomes_bt709_and_that_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        source = open_source(str(write_video(tmp_path / "in.mkv", [[BRIGHT, 203, 36, 0]])))
        (frame,) = source.frames()
    assert source.info.colour == ColourTags(1, 1, 1, full_range=False)
    white, reference, card, black = levels(frame.image, 4)
    assert white >= 240
    assert 220 <= reference <= 240
    assert card == pytest.approx(255 * (36 / 203) ** (1 / 2.4), abs=2)
    assert black == 0
    assert "HDR (PQ) was converted to SDR" in caplog.text


def test_video_for_a_darker_white_is_as_bright_as_sdr(tmp_path: Path) -> None:
    source = open_source(str(write_video(tmp_path / "in.mkv", [[100, 50, 18, 0]])))
    (frame,) = source.frames()
    assert levels(frame.image, 4) == pytest.approx(
        [255 * (light / 100) ** (1 / 2.4) for light in (100, 50, 18, 0)], abs=2
    )


def test_white_is_one_for_the_whole_video(tmp_path: Path) -> None:
    dark_first = [[DARK, 18]] * 20 + [[BRIGHT, 18]] * 20
    frames = list(open_source(str(write_video(tmp_path / "in.mkv", dark_first))).frames())
    cards = {levels(frame.image, 2)[1] for frame in frames}
    assert len(cards) == 1
    assert cards.pop() == pytest.approx(255 * (18 / 203) ** (1 / 2.4), abs=2)


def test_video_says_how_bright_it_is(tmp_path: Path) -> None:
    path = write_video(
        tmp_path / "in.mp4", [[BRIGHT]], "libx265", preset="ultrafast", **{"x265-params": f"log-level=0:{MASTERING}"}
    )
    with av.open(str(path)) as container:
        assert said_light(next(container.decode(video=0))) == Light(203, 600)
    assert said_light(frame_of([BRIGHT])) == Light(203, 1000)


@pytest.mark.parametrize(
    ("lights", "expected"),
    [([[BRIGHT]], (203, 1000)), ([[DARK], [BRIGHT]], (203, 1000)), ([[DARK]], (100, 100)), ([[150.0]], (150, 150))],
    ids=["bright", "once bright", "dark", "between"],
)
def test_white_is_what_the_video_reaches_between_100_and_203(
    lights: list[list[float]], expected: tuple[float, float]
) -> None:
    light = seen_light(map(frame_of, lights), Light(203, 1000))
    assert (light.white, light.peak) == pytest.approx(expected, rel=0.03)


def test_every_frame_is_read_by_its_own_tags() -> None:
    card = np.full((48, 64, 3), (60, 120, 200), np.uint8)
    ways = [BT709, ColourTags(6, 6, 6), ColourTags(6, 6, 6, full_range=True), ColourTags(9, 9, 14)]
    frames = [FromBgr(tags, SIZE_WH, "yuv420p")(card) for tags in ways]
    reader = FrameReader(frames[0], "it")
    assert reader.tags.matrix == 1
    for frame in frames:
        assert np.abs(reader(frame).astype(int) - card).max() <= 2


def test_colours_that_change_in_the_middle_of_a_file_stay_the_same(tmp_path: Path) -> None:
    """Two recordings written one after another, as joined transport streams are."""
    full = ColourTags(6, 6, 6, full_range=True)
    one = write_clip(tmp_path / "1.ts", Clip(frames=5, tags=BT709, sound=None))
    other = write_clip(tmp_path / "2.ts", Clip(frames=5, tags=full, starts_at_ms=167, sound=None))
    joined = tmp_path / "joined.ts"
    joined.write_bytes(one.read_bytes() + other.read_bytes())
    source = open_source(str(joined))
    images = [frame.image[:40].astype(int) for frame in source.frames()]
    assert source.info.colour.matrix == 1
    assert len(images) == 10
    assert np.abs(images[0] - images[-1])[:, :20].max() <= 4


def test_hdr_that_begins_in_the_middle_is_converted_too(caplog: pytest.LogCaptureFixture) -> None:
    sdr = FromBgr(BT601, SIZE_WH, "yuv420p")(np.full((48, 64, 3), 128, np.uint8))
    reader = FrameReader(sdr, "it")
    assert reader.tags != SDR
    assert levels(reader(frame_of([36.0])), 1) == pytest.approx([255 * (36 / 203) ** (1 / 2.4)], abs=2)
    reader(frame_of([36.0]))
    assert caplog.text.count("HDR (PQ)") == 1
