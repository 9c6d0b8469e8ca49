"""SRT both ways, by the `ffmpeg` command: PyAV's own ffmpeg does not speak it."""

import os
import subprocess
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np
import pytest

from realtime.errors import SourceError
from realtime.outputs import open_sink
from realtime.sources import open_source, srt
from realtime.types import Outcome, ShownFrame, StreamInfo
from tests.realtime.clips import Clip, write_clip
from tests.realtime.receivers import await_listener, free_udp_port

PASSPHRASE = "geheim_geheim"  # noqa: S105  the tests' own
FRAMES = 60


@pytest.fixture(autouse=True)
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The `ffmpeg` that the tests bring is the one on this machine."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "ffmpeg").symlink_to(imageio_ffmpeg.get_ffmpeg_exe())
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def url() -> str:
    return f"srt://127.0.0.1:{free_udp_port()}?passphrase={PASSPHRASE}"


@pytest.fixture
def listening() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes that a test starts; none of them outlives it."""
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        process.kill()
        process.wait()


def ffmpeg(*words: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", *words])


def test_stream_goes_out_by_srt_and_ends_whole(
    tmp_path: Path, url: str, listening: list["subprocess.Popen[bytes]"]
) -> None:
    listening.append(ffmpeg("-i", f"{url}&mode=listener", "-c", "copy", str(tmp_path / "got.ts")))
    await_listener(url)
    sink = open_sink(url, StreamInfo("test", (160, 90), Fraction(2), live=True))
    for number in range(FRAMES):
        image = np.full((90, 160, 3), number, np.uint8)
        sink.send(ShownFrame(image, number, 10**12 + number * 10**8, 0, Outcome.SWAPPED))
        time.sleep(0.03)
    sink.close()
    listening[0].wait(10)
    with av.open(str(tmp_path / "got.ts")) as got:
        assert {stream.codec_context.name for stream in got.streams} == {"h264", "aac"}
        pictures = sum(1 for packet in got.demux(got.streams.video[0]) if packet.size)
    assert pictures > FRAMES / 2  # what is on its way at the end is lost: SRT's latency, which is longer than the test


def test_stream_comes_in_by_srt_and_its_end_is_told_without_the_passphrase(
    tmp_path: Path, url: str, listening: list["subprocess.Popen[bytes]"]
) -> None:
    clip = write_clip(tmp_path / "clip.ts", Clip(frames=FRAMES, size_wh=(320, 180), sound=None))
    sending = ("-re", "-i", str(clip), "-c", "copy", "-f", "mpegts", f"{url}&mode=listener")
    listening.append(ffmpeg(*sending))
    await_listener(url)
    source = open_source(url)
    assert (source.info.live, source.info.size_wh) == (True, (320, 180))
    frames = source.frames()
    came = [next(frames) for _ in range(FRAMES - 10)]
    with pytest.raises(SourceError, match="the sender closed it") as raised:
        came += frames
    source.close()
    source.close()
    assert came[0].image.shape == (180, 320, 3)
    assert PASSPHRASE not in str(raised.value) + source.info.name


def test_sender_that_is_not_there_is_an_error_that_keeps_the_passphrase(url: str) -> None:
    with pytest.raises(SourceError, match="cannot be opened") as raised:
        open_source(f"{url}&connect_timeout=300")
    assert PASSPHRASE not in str(raised.value) + raised.value.remedy


def test_srt_without_the_command_says_what_to_install(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(srt, "ffmpeg_command", lambda: None)
    with pytest.raises(SourceError, match="needs the ffmpeg command") as raised:
        open_source(url)
    assert "install ffmpeg" in raised.value.remedy
