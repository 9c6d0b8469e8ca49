"""Encoders whose packets need a second look."""

from pathlib import Path

import pytest

from realtime.outputs import OutputOptions, open_sink
from realtime.outputs.recorder import EncoderOptions
from realtime.sources import open_source
from realtime.types import Outcome, ShownFrame
from tests.realtime.clips import Clip, facts_of, write_clip


@pytest.mark.parametrize("count", [1, 2, 3])
def test_hevc_video_of_few_frames_is_written(tmp_path: Path, count: int) -> None:
    source = open_source(str(write_clip(tmp_path / "in.mp4", Clip(frames=count, sound=None))))
    sink = open_sink(str(tmp_path / "out.mp4"), source.info, OutputOptions(encoder=EncoderOptions(codec="hevc")))
    for frame in source.frames():
        sink.send(ShownFrame(frame.image, frame.seq, 0, frame.pts, Outcome.SWAPPED))
    sink.close()
    assert len(facts_of(tmp_path / "out.mp4").times_s) == count
