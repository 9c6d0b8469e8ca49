"""What an encoder does not take is known before the first frame."""

from fractions import Fraction
from pathlib import Path

import pytest

from realtime.errors import SinkError
from realtime.outputs import OutputOptions, open_sink
from realtime.outputs.recorder import EncoderOptions
from realtime.types import StreamInfo


@pytest.mark.parametrize(
    ("where", "codec", "crf", "reason"),
    [
        ("out.mp4", "h264", 52, "out of range for libx264"),  # x264 itself takes 51 without a word
        ("out.webm", "vp8", 3, "out of range for libvpx"),
        ("out.mkv", "ffv1", 20, "ffv1 has no --crf"),
        ("out.mp4", "av1", -1, "out of range for libsvtav1"),
        ("out.mov", "dnxhd", None, "dnxhd does not start for pictures of 96x64"),
    ],
)
def test_quality_and_pictures_that_an_encoder_does_not_take_are_refused_before_any_work(
    tmp_path: Path, where: str, codec: str, crf: int | None, reason: str
) -> None:
    info = StreamInfo("test", (96, 64), Fraction(30), live=False)
    with pytest.raises(SinkError, match=reason) as raised:
        open_sink(str(tmp_path / where), info, OutputOptions(encoder=EncoderOptions(codec=codec, crf=crf)))
    assert raised.value.remedy
    assert not list(tmp_path.iterdir())
