"""Encoders that take another pixel format, range or size than most."""

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from realtime.outputs import OutputOptions, open_sink
from realtime.outputs.recorder import EncoderOptions
from realtime.outputs.video_settings import encodable, pixel_format
from realtime.sources import open_source
from realtime.types import Outcome, ShownFrame
from tests.realtime.clips import Clip, write_clip
from tests.realtime.outputs.test_recorder import copy


@pytest.mark.parametrize("size_wh", [(96, 64), (95, 63)], ids=["even", "odd"])
@pytest.mark.parametrize("codec", ["prores_ks", "mjpeg", "dnxhd", "qtrle", "png", "mpeg4"])
def test_editors_codec_is_written_in_its_own_pixel_format(tmp_path: Path, codec: str, size_wh: tuple[int, int]) -> None:
    if codec == "dnxhd":
        size_wh = size_wh[0] + 256, size_wh[1] + 120  # DNxHR begins at 256x120
    clip = Clip(size_wh=size_wh, pixel_format="yuv444p", frames=3, sound=None)
    source = open_source(str(write_clip(tmp_path / "in.mp4", clip)))
    sink = open_sink(str(tmp_path / "out.mov"), source.info, OutputOptions(encoder=EncoderOptions(codec=codec)))
    shown = []
    for frame in source.frames():
        shown.append(np.asarray(cv2.GaussianBlur(frame.image, (9, 9), 0), np.uint8))
        sink.send(ShownFrame(shown[-1], frame.seq, 0, frame.pts, Outcome.SWAPPED))
    sink.close()
    written = [each.image for each in open_source(str(tmp_path / "out.mov")).frames()]
    assert len(written) == len(shown) == 3
    height, width = shown[0].shape[:2]
    assert np.abs(written[0][:height, :width].astype(int) - shown[0]).mean() < 4


@pytest.mark.parametrize("encoder", ["libx264", "libx265", "prores_ks", "dnxhd", "huffyuv", "cfhd"])
def test_pixel_format_is_one_that_the_encoder_takes(encoder: str) -> None:
    assert pixel_format(encoder) in [known.name for known in av.Codec(encoder, "w").video_formats or ()]


def test_only_what_is_subsampled_is_made_even() -> None:
    assert encodable((95, 63), "yuv420p") == (96, 64)
    assert encodable((95, 63), "yuv422p") == (96, 63)
    assert encodable((95, 63), "rgb24") == (95, 63)


@pytest.mark.parametrize("codec", ["h264", "libx264rgb"])
def test_cores_do_not_cut_pictures_into_slices(tmp_path: Path, codec: str) -> None:
    copy(write_clip(tmp_path / "in.mp4", Clip()), tmp_path / "out.mp4", EncoderOptions(codec=codec))
    said = (tmp_path / "out.mp4").read_bytes()
    assert b"x264" in said
    assert b"sliced_threads=1" not in said
