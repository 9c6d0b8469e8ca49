"""Packets that go through files: what is joined of them is what one encoder would have written, to the tick."""

import errno
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from realtime.outputs.packet_file import PacketFile, PacketWriteError, read_packets
from realtime.outputs.recorder import EncoderOptions, VideoRecorder
from realtime.types import Outcome, ShownFrame, StreamInfo

FFV1 = EncoderOptions(codec="ffv1")
BASE = Fraction(1, 90_000)
INFO = StreamInfo("video", (96, 64), Fraction(30_000, 1001), live=False, time_base=BASE)
STEADY = [3003 * number for number in range(40)]
VARIABLE = [3003 * number if number < 20 else 60_060 + 30_030 * (number - 20) for number in range(40)]
KINDS = [("mp4", None), ("mp4", "hevc"), ("mov", "prores_ks"), ("mkv", "ffv1"), ("mkv", "av1"), ("webm", None)]


def frame(number: int, pts: int) -> ShownFrame:
    image = np.full((64, 96, 3), 60, np.uint8)
    image[:, number * 2 : number * 2 + 8] = 230
    return ShownFrame(image, number, 0, pts, Outcome.SWAPPED)


def record(sink: VideoRecorder, times: list[int], first: int = 0) -> None:
    for number, pts in enumerate(times, first):
        sink.send(frame(number, pts))
    sink.close()


def decoded(path: Path) -> list[tuple[Fraction, int]]:
    """When each picture is shown, and which it is by its bar. Raises where one cannot be decoded or is faulty."""
    found = []
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.options = {"err_detect": "explode"}
        for picture in container.decode(stream):
            assert not picture.is_corrupt
            assert picture.pts is not None
            assert picture.time_base is not None
            bright = picture.to_ndarray(format="gray")[:60].mean(axis=0) > 145
            found.append((picture.pts * picture.time_base, int(np.flatnonzero(bright)[0]) // 2))
    return found


@pytest.mark.parametrize("times", [STEADY, VARIABLE], ids=["steady", "variable"])
@pytest.mark.parametrize(("ending", "codec"), KINDS)
def test_two_halves_make_the_whole_video(ending: str, codec: str | None, times: list[int], tmp_path: Path) -> None:
    options, whole, joined = EncoderOptions(codec=codec), tmp_path / f"whole.{ending}", tmp_path / f"joined.{ending}"
    record(VideoRecorder(whole, INFO, options), times)
    sink = VideoRecorder(joined, INFO, options)
    for name, part, first in (("a", times[:20], 0), ("b", times[20:], 20)):
        into = PacketFile(tmp_path / name, sink._form.muxer)
        record(VideoRecorder(joined, INFO, options, into=into), part, first)
        for packet in read_packets(tmp_path / name):
            sink.copy(packet)
    sink.close()
    assert decoded(joined) == decoded(whole)
    assert [number for _, number in decoded(joined)] == list(range(40))
    with av.open(str(joined)) as after, av.open(str(whole)) as before:
        here, there = after.streams.video[0], before.streams.video[0]
        assert (here.codec_context.codec_tag, here.time_base) == (there.codec_context.codec_tag, there.time_base)
        assert after.duration == pytest.approx(before.duration, abs=2)


def test_a_torn_packet_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "part"
    record(VideoRecorder(Path("video.mkv"), INFO, FFV1, into=PacketFile(path, "matroska")), STEADY)
    assert len(list(read_packets(path))) == 40
    path.write_bytes(path.read_bytes()[:-1])
    assert len(list(read_packets(path))) == 39


def test_a_full_disk_is_told_as_the_systems_error() -> None:
    into = PacketFile(Path("/dev/full"), "matroska")
    sink = VideoRecorder(Path("video.mkv"), INFO, FFV1, into=into)
    with pytest.raises(PacketWriteError) as raised:
        record(sink, STEADY)
    into._file.close()
    assert raised.value.cause.errno == errno.ENOSPC


def test_what_is_not_wanted_leaves_no_file(tmp_path: Path) -> None:
    sink = VideoRecorder(Path("video.mkv"), INFO, EncoderOptions(), into=PacketFile(tmp_path / "part", "matroska"))
    sink.close()
    assert list(tmp_path.iterdir()) == []
