"""The time in the pixels survives what happens to pictures, and is never read wrong."""

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime.media.timecode import read_timecode, write_timecode
from realtime.outputs import OutputOptions, open_sink
from realtime.outputs.recorder import EncoderOptions
from realtime.sources import open_source
from realtime.types import Outcome, ShownFrame, StreamInfo

MS = 1_000_000


@settings(max_examples=50)
@given(st.integers(0, 2**48 - 1), st.sampled_from([(1280, 720), (640, 360), (321, 203), (1920, 1080)]))
def test_time_is_read_back_to_the_millisecond(at_ms: int, size_wh: tuple[int, int]) -> None:
    image = np.full((size_wh[1], size_wh[0], 3), 90, np.uint8)
    write_timecode(image, at_ms * MS + 999_999)
    assert read_timecode(image) == at_ms * MS
    assert (image[size_wh[1] // 8 :] == 90).all()


@pytest.mark.parametrize("scale", [0.5, 0.75, 1.5])
def test_time_survives_scaling(scale: float) -> None:
    image = np.full((720, 1280, 3), 90, np.uint8)
    write_timecode(image, 123_456_789 * MS)
    assert read_timecode(cv2.resize(image, None, fx=scale, fy=scale)) == 123_456_789 * MS  # type: ignore[arg-type]


def test_time_survives_a_lossy_codec(tmp_path: Path) -> None:
    info = StreamInfo("made", (640, 360), Fraction(30), live=False)
    sink = open_sink(str(tmp_path / "out.mp4"), info, OutputOptions(encoder=EncoderOptions(crf=34)))
    noise = np.random.default_rng(1).integers(0, 255, (360, 640, 3), np.uint8)
    for number in range(20):
        image = np.roll(noise, number * 3, axis=1)
        write_timecode(image, number * 33 * MS)
        sink.send(ShownFrame(image, number, 0, number * 3000, Outcome.SWAPPED))
    sink.close()
    times = [read_timecode(frame.image) for frame in open_source(str(tmp_path / "out.mp4")).frames()]
    assert times == [number * 33 * MS for number in range(20)]


@pytest.mark.parametrize("value", [0, 90, 255])
def test_plain_picture_has_no_time(value: int) -> None:
    assert read_timecode(np.full((720, 1280, 3), value, np.uint8)) is None


def test_strip_that_is_neither_black_nor_white_is_none() -> None:
    image = np.full((720, 1280, 3), 90, np.uint8)
    write_timecode(image, 123_456_789 * MS)
    faded = (image.astype(np.float32) * 0.3 + 90).astype(np.uint8)
    assert read_timecode(faded) is None


def test_damaged_strip_is_none_rather_than_wrong() -> None:
    image = np.full((720, 1280, 3), 90, np.uint8)
    write_timecode(image, 123_456_789 * MS)
    image[:40, 500:530] = 255 - image[:40, 500:530]
    assert read_timecode(image) is None
