"""Videos into pipes: every frame and the sound for whoever reads along, and a quiet end when they go."""

import io
import os
import subprocess
import threading
from pathlib import Path

import av
import pytest

from realtime.errors import ReaderGoneError, SinkError
from realtime.fakes import FakeSink, FakeSource
from realtime.outputs import open_sink
from realtime.sources import open_source
from realtime.types import FrameSink, FrameSource, Outcome, ShownFrame
from tests.realtime.clips import Clip, facts_of, write_clip
from tests.realtime.commandline import LIVESWAP, environment, invoke
from tests.realtime.streams import make_runner, seqs


class Reading:
    """Reads a named pipe, in a thread of its own, to its end or for `most` bytes."""

    def __init__(self, pipe: Path, most: int = -1) -> None:
        os.mkfifo(pipe)
        self._pipe, self._most, self._content = pipe, most, b""
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with self._pipe.open("rb") as pipe:
            self._content = pipe.read(self._most)

    @property
    def content(self) -> bytes:
        self._thread.join(10)
        return self._content


def send_all(source: FrameSource, sink: FrameSink) -> None:
    for frame in source.frames():
        sink.send(ShownFrame(frame.image, frame.seq, 0, frame.pts, Outcome.SWAPPED))


@pytest.mark.parametrize("clip", ["clip.mp4", "clip.ts"])
@pytest.mark.parametrize("name", ["pipe", "pipe.mp4", "pipe.webm"])
def test_who_reads_along_gets_every_frame_and_the_sound(name: str, clip: str, tmp_path: Path) -> None:
    source = open_source(str(write_clip(tmp_path / clip, Clip(frames=20))))
    reading = Reading(tmp_path / name)
    sink = open_sink(str(tmp_path / name), source.info)
    send_all(source, sink)
    sink.close()
    sink.close()
    got = tmp_path / f"got{Path(name).suffix or '.mkv'}"
    got.write_bytes(reading.content)
    assert len(facts_of(got).times_s) == 20
    assert facts_of(got).sound
    if (clip, name) == ("clip.mp4", "pipe.mp4"):
        assert facts_of(got).sound == facts_of(tmp_path / clip).sound  # as it was
    assert (tmp_path / name).is_fifo()


def test_reader_that_goes_is_noticed(tmp_path: Path) -> None:
    source = open_source(str(write_clip(tmp_path / "clip.mp4", Clip(frames=300, size_wh=(320, 240)))))
    reading = Reading(tmp_path / "pipe", most=1000)
    sink = open_sink(str(tmp_path / "pipe"), source.info)
    with pytest.raises(ReaderGoneError, match="nobody reads"):
        send_all(source, sink)
    sink.close()
    source.close()
    assert len(reading.content) == 1000


def test_reader_that_goes_ends_its_output_and_a_run_that_has_no_other() -> None:
    gone = ReaderGoneError("pipe nobody reads", remedy="start it again")
    pipe, other = FakeSink("pipe", faults={5: gone}), FakeSink("other")
    make_runner(FakeSource(60), pipe, other).run()
    assert (seqs(pipe), seqs(other)) == (list(range(5)), list(range(60)))
    source, alone = FakeSource(60), FakeSink("pipe", faults={5: gone})
    make_runner(source, alone).run()
    assert (len(alone.frames), alone.times_closed) == (5, 1)


def test_pipe_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    source = open_source(str(write_clip(tmp_path / "clip.mp4", Clip(frames=300, size_wh=(320, 240)))))
    with pytest.raises(SinkError, match="No space left"):
        send_all(source, open_sink("/dev/full", source.info))
    source.close()


def test_video_goes_through_stdin_and_stdout_and_nothing_else_does(home: Path, portrait: Path, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mkv", Clip(frames=20))
    words = ("run", "--face", str(portrait), "--input", "-", "--output", "-", "--i-have-consent")
    done = subprocess.run(
        [*LIVESWAP, *words], input=clip.read_bytes(), capture_output=True, check=False, env=environment(home)
    )
    assert b"nobody was swapped" in done.stderr
    with av.open(io.BytesIO(done.stdout), "r") as video:
        assert video.format.name == "matroska,webm"
        assert len(list(video.decode(video.streams.video[0]))) == 20
    with av.open(io.BytesIO(done.stdout), "r") as video:
        assert sum(packet.size > 0 for packet in video.demux(video.streams.audio[0])) > 20


def test_what_nobody_can_answer_is_not_asked(home: Path, portrait: Path, tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(portrait.read_bytes() + b"another")
    done = invoke("run", "--face", photo, "--input", "-", "--output", "null", home=home)
    assert (done.returncode, "no consent for the face in photo.png" in done.stderr) == (2, True)
