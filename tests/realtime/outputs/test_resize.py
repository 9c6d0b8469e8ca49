"""A video in another size: never stretched."""

import itertools
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from realtime.outputs import OutputOptions, open_sink
from realtime.outputs.resize import resized
from realtime.sources import open_source
from realtime.types import Outcome, ShownFrame, StreamInfo
from tests.realtime.videos import Video, every, write_video

SHAPES = [(1920, 1080), (1080, 1920), (640, 480), (720, 576), (95, 63), (1919, 803)]
ASPECTS = [Fraction(1), Fraction(64, 45), Fraction(12, 11), Fraction(3, 4)]
BOXES = [(640, 480), (1280, 720), (333, 777), (64, 64), (3840, 2160)]


def info(size_wh: tuple[int, int], aspect: Fraction = Fraction(1)) -> StreamInfo:
    return StreamInfo("video", size_wh, Fraction(25), live=False, pixel_aspect=aspect)


@pytest.mark.parametrize(("size_wh", "aspect", "box_wh"), list(itertools.product(SHAPES, ASPECTS, BOXES)))
def test_picture_keeps_its_shape_and_fits(size_wh: tuple[int, int], aspect: Fraction, box_wh: tuple[int, int]) -> None:
    found = resized(info(size_wh, aspect), box_wh)
    width, height = found.size_wh
    assert found.pixel_aspect == 1
    assert width <= box_wh[0] + 1
    assert height <= box_wh[1] + 1
    assert box_wh[0] - width <= 1 or box_wh[1] - height <= 1  # as large as fits
    seen = size_wh[0] * aspect / size_wh[1]
    assert abs(width - height * seen) <= 1 + seen  # a pixel of either side, for even sides


def test_size_that_is_not_asked_for_or_is_there_changes_nothing() -> None:
    wide = info((720, 576), Fraction(64, 45))
    assert resized(wide, None) is wide
    square = info((640, 480))
    assert resized(square, (640, 480)) is square


@pytest.mark.parametrize("aspect", [Fraction(1), Fraction(4, 3)])
def test_video_in_another_size_shows_things_in_their_proportions(tmp_path: Path, aspect: Fraction) -> None:
    source = open_source(
        str(write_video(tmp_path / "in.mp4", Video(times_ms=every(40, 2), size_wh=(128, 96), aspect=aspect)))
    )
    sink = open_sink(str(tmp_path / "out.mkv"), source.info, OutputOptions(size_wh=(96, 96)))
    disc = np.zeros((96, 128, 3), np.uint8)
    y, x = np.mgrid[:96, :128]
    disc[((x - 64) * float(aspect)) ** 2 + (y - 48) ** 2 < 40**2] = 255
    for frame in source.frames():
        sink.send(ShownFrame(disc, frame.seq, frame.captured_ns, frame.pts, Outcome.NO_FACE))
    sink.close()
    written = open_source(str(tmp_path / "out.mkv"))
    image = next(written.frames()).image
    written.close()
    assert image.shape == ((72, 96, 3) if aspect == 1 else (54, 96, 3))
    across, down = ((image.max(axis=axis) > 128).any(axis=1).sum() for axis in (0, 1))
    assert across == pytest.approx(down, abs=2)
    assert written.info.pixel_aspect == 1
