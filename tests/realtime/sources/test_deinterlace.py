"""Interlaced videos as whole pictures; progressive ones are not touched."""

import logging
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from realtime.sources import open_source
from realtime.sources.deinterlace import deinterlaced

SIZE_WH = (96, 64)
STEP_PX = 6
"""Between two fields."""


def moving(number: int, interlaced: bool) -> NDArray[np.uint8]:
    """Luma of a white bar on grey; the lower lines, half a frame later, are further."""
    picture = np.full(SIZE_WH[::-1], 90, np.uint8)
    for field in range(2):
        x = 8 + STEP_PX * (2 * number + (field if interlaced else 0))
        picture[field::2, x : x + 12] = 220
    return picture


def write_video(path: Path, interlaced: list[bool], codec: str = "mpeg2video") -> Path:
    """One frame for each. An encoder that is told so flags every frame."""
    with av.open(str(path), "w") as container:
        options = {"flags": "+ildct+ilme", "b": "8M"} if any(interlaced) else {"b": "8M"}
        stream = cast("av.VideoStream", container.add_stream(codec, rate=25, options=options))
        stream.width, stream.height = SIZE_WH
        stream.pix_fmt = "yuv420p"
        for number, is_interlaced in enumerate(interlaced):
            frame = av.VideoFrame(*SIZE_WH, "yuv420p")
            luma = np.zeros((SIZE_WH[1], frame.planes[0].line_size), np.uint8)
            luma[:, : SIZE_WH[0]] = moving(number, is_interlaced)
            frame.planes[0].update(luma.tobytes())
            for plane in frame.planes[1:]:
                plane.update(np.full(plane.buffer_size, 128, np.uint8).tobytes())
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def combing(image: NDArray[np.uint8]) -> float:
    """How much lines differ from those around them."""
    lines = image.astype(int)
    return float(np.abs(lines[1:-1] - (lines[:-2] + lines[2:]) / 2).mean())


def luma_of(frame: av.VideoFrame) -> NDArray[np.uint8]:
    return np.asarray(frame.to_ndarray(format="gray"), np.uint8)


def left_edge(picture: NDArray[np.uint8]) -> int:
    """Of the bar, px."""
    return int((picture > 150).sum(0).argmax())


def test_interlaced_video_has_no_combs_and_keeps_its_frames(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write_video(tmp_path / "in.mkv", [True] * 6)
    with av.open(str(path)) as container:
        decoded = list(container.decode(video=0))
    assert all(frame.interlaced_frame for frame in decoded)
    with caplog.at_level(logging.WARNING):
        frames = list(open_source(str(path)).frames())
    assert len(frames) == len(decoded)
    assert {after.pts - before.pts for before, after in pairwise(frames)} == {40}
    assert {frame.duration for frame in frames} == {40}
    for before, after in zip(decoded, frames, strict=True):
        assert combing(after.image[:, :, 0]) < 0.35 * combing(luma_of(before))
        assert abs(left_edge(after.image[:, :, 0]) - left_edge(luma_of(before)[::2])) <= STEP_PX
    assert caplog.text.count("is interlaced: it was deinterlaced") == 1


def test_one_interlaced_frame_is_a_video_too(tmp_path: Path) -> None:
    assert len(list(open_source(str(write_video(tmp_path / "in.mkv", [True]))).frames())) == 1


def test_progressive_frames_are_passed_on_as_they_are(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with av.open(str(write_video(tmp_path / "in.mkv", [False] * 3))) as container:
        decoded = list(container.decode(video=0))
    passed = list(deinterlaced(iter(decoded), "it"))
    assert all(one is other for one, other in zip(passed, decoded, strict=True))
    assert not caplog.text


def test_video_that_becomes_interlaced_and_changes_its_size_loses_no_frame(tmp_path: Path) -> None:
    with av.open(str(write_video(tmp_path / "1.mkv", [False] * 3))) as container:
        progressive = list(container.decode(video=0))
    with av.open(str(write_video(tmp_path / "2.mkv", [True] * 4))) as container:
        interlaced = list(container.decode(video=0))
    small = [frame.reformat(width=48, height=32) for frame in progressive]
    for number, frame in enumerate([*progressive, *interlaced, *small]):
        frame.pts = number
    made = list(deinterlaced([*progressive, *interlaced, *small], "it"))
    assert [frame.pts for frame in made] == list(range(10))
    assert [frame.width for frame in made] == [96] * 7 + [48] * 3
