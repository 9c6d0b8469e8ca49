"""A video file through thick and thin: killed, out of room, ended early; and whole to its last picture."""

import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import av
import numpy as np
import pytest

from realtime.errors import SinkError
from realtime.outputs import open_sink
from realtime.outputs.faststart import whole_boxes
from realtime.outputs.leftovers import NOTHING_BYTES, playable_s
from realtime.outputs.recorder import VideoRecorder
from realtime.outputs.video_file import MUXER_OPTIONS, VideoFile
from realtime.sources import open_source
from realtime.stream.privacy import freeze
from realtime.types import Outcome, ShownFrame, StreamInfo
from tests.realtime.clips import Clip, facts_of, write_clip

if TYPE_CHECKING:
    from av.container.core import Chapter  # only in the stubs

ENDINGS = [".mp4", ".mov", ".mkv", ".webm"]
INFO = StreamInfo("noise", (160, 120), Fraction(30), live=False)
NOISE = freeze(np.random.default_rng(1).integers(0, 256, (120, 160, 3), np.uint8))


def send(sink: VideoRecorder, frames: int, start: int = 0) -> None:
    for number in range(start, start + frames):
        image = freeze(np.roll(NOISE, number * 7, axis=0))
        sink.send(ShownFrame(image, number, 0, number * 3000, Outcome.SWAPPED))


def recorder(path: Path) -> VideoRecorder:
    sink = open_sink(str(path), INFO)
    assert isinstance(sink, VideoRecorder)
    return sink


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


KILLED = """
import os, sys
from pathlib import Path
from tests.realtime.outputs.test_video_file import recorder, send
short, *long = [recorder(Path(name)) for name in sys.argv[1:]]
send(short, 2)
for sink in long:
    send(sink, 100)
os._exit(9)
"""


def test_what_a_killed_run_made_can_be_played_and_the_next_run_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    videos = [tmp_path / f"out{ending}" for ending in ENDINGS]
    script = [sys.executable, "-c", KILLED, str(tmp_path / "short.mp4"), *map(str, videos)]
    assert subprocess.run(script, check=False, timeout=60).returncode == 9
    for video in videos:
        [left] = video.parent.glob(f"{video.name}.*.part")
        assert 1.5 <= len(facts_of(left).times_s) / 30 <= 100 / 30
        sink = recorder(video)
        send(sink, 3)
        sink.close()
        assert len(facts_of(video).times_s) == 3
        assert left.exists()
        assert f"mv {left} {video.with_name('out.recovered' + video.suffix)}" in caplog.messages[-1]
        assert f"{playable_s(left):.1f} s of it can be played" in caplog.messages[-1]
    said = len(caplog.messages)
    [headers] = tmp_path.glob("short.mp4.*.part")
    assert headers.stat().st_size < NOTHING_BYTES
    recorder(tmp_path / "short.mp4").close()
    assert len(caplog.messages) == said  # nobody misses it
    assert not list(tmp_path.glob("*short*"))


FULL = """
import resource, signal, sys
from pathlib import Path
from models.errors import UserError
from tests.realtime.outputs.test_video_file import recorder, send
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
for name in sys.argv[1:]:
    sink = recorder(Path(name))
    try:
        send(sink, 300)
        sink.close()
    except UserError as error:
        sink.close()
        print(sink.written, error, error.remedy, sep="|")
"""


def test_full_disk_keeps_what_was_made_beside_an_older_video(tmp_path: Path) -> None:
    videos = [tmp_path / f"{kind}{ending}" for kind in ("new", "older") for ending in ENDINGS]
    for video in videos[4:]:
        video.write_bytes(b"older video")
    script = [sys.executable, "-c", FULL, *map(str, videos)]
    said = subprocess.run(script, check=True, capture_output=True, text=True, timeout=90).stdout.splitlines()
    for line, video in zip(said, videos, strict=True):
        where, problem, remedy = line.split("|")
        is_new = video.stem == "new"
        assert Path(where) == (video if is_new else video.with_name(f"older.partial{video.suffix}"))
        assert len(facts_of(Path(where)).times_s) >= 30
        assert f"that are in {where}" in problem.replace("before ", "")
        assert is_new or (video.read_bytes(), "is untouched" in problem) == (b"older video", True)
        assert "File too large" in problem
        assert "another disk" in remedy
    assert not [name for name in names(tmp_path) if name.endswith((".part", ".lock"))]


@pytest.mark.parametrize("ending", ENDINGS)
def test_video_that_ended_early_replaces_no_older_one(tmp_path: Path, ending: str) -> None:
    video = tmp_path / f"out{ending}"
    for expected in ("out", "out.partial", "out.partial-2"):
        sink = recorder(video)
        send(sink, 20)
        sink.end_early()
        sink.close()
        assert sink.written == video.with_name(f"{expected}{ending}")
        assert len(facts_of(sink.written).times_s) == 20
    assert len(names(tmp_path)) == 3


def test_failing_encoder_costs_nothing_of_what_it_made_before(tmp_path: Path) -> None:
    sink = recorder(tmp_path / "out.mp4")
    send(sink, 60)
    with pytest.raises(SinkError, match=r"the \d\.\d s before that are in .*out\.mp4") as raised:
        send(sink, 200, start=-1000)  # times that went back, which the container refuses
    sink.close()
    assert "--codec" in raised.value.remedy
    assert len(facts_of(tmp_path / "out.mp4").times_s) >= 15
    assert names(tmp_path) == ["out.mp4"]


class Packet(NamedTuple):
    stream: int
    pts: int | None
    dts: int | None
    duration: int | None
    content: bytes


def everything(path: Path) -> tuple[list[Packet], list[object], dict[str, str], object]:
    """What a player is told of a video: packets with their times, tags, chapters, what is shown by default."""
    with av.open(str(path)) as video:
        packets = [Packet(p.stream.index, p.pts, p.dts, p.duration, bytes(p)) for p in video.demux() if p.size]
        streams: list[object] = [
            (s.type, s.start_time, s.duration, s.frames, dict(s.metadata), s.disposition) for s in video.streams
        ]
        tags = {key: value for key, value in video.metadata.items() if "brand" not in key}
        return packets, streams, tags, (video.chapters(), video.duration, video.start_time)


def write_rich_video(path: Path, *chapters: "Chapter") -> Path:
    """Sound, a title, B-frames, a picture that begins later than the sound; chapters are known at the end."""
    video = VideoFile(path, "mov" if path.suffix == ".mov" else "mp4")
    with av.open(str(write_clip(path.with_name("rich-source.mp4"), Clip(frames=90, starts_at_ms=400)))) as source:
        copies = {stream.index: video.container.add_stream_from_template(stream) for stream in source.streams}
        copies[1].metadata["language"] = "deu"
        video.container.metadata["title"] = "A title"
        end_s = 0.0
        for packet in source.demux():
            if packet.dts is not None:
                if packet.stream.type == "video" and packet.pts is not None and packet.time_base is not None:
                    end_s = max(end_s, float((packet.pts + (packet.duration or 0)) * packet.time_base))
                packet.stream = copies[packet.stream.index]
                video.container.mux(packet)
    video.container.set_chapters(list(chapters))
    return video.finish(whole=True, end_s=end_s)


@pytest.mark.parametrize("ending", [".mp4", ".mov"])
def test_index_is_moved_to_the_front_and_nothing_else_changes(
    tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    front = write_rich_video(tmp_path / f"front{ending}")
    full = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: full)
    end = write_rich_video(tmp_path / f"end{ending}")
    assert "there is no room for a copy" in caplog.text
    assert everything(front) == everything(end)
    assert "A title" in str(everything(front))
    assert order(front) == ["ftyp", "moov", "mdat"]
    assert order(end) == ["ftyp", "mdat", "moov"]


def test_chapters_become_a_track_of_their_own_and_nothing_else_changes(tmp_path: Path) -> None:
    second = Fraction(1)
    one: Chapter = {"id": 0, "start": 0, "end": 1, "time_base": second, "metadata": {"title": "one"}}
    two: Chapter = {"id": 1, "start": 1, "end": 3, "time_base": second, "metadata": {"title": "two"}}
    for ending in (".mp4", ".mov"):
        plain = everything(write_rich_video(tmp_path / f"plain{ending}"))
        path = write_rich_video(tmp_path / f"chapters{ending}", one, two)
        with av.open(str(path)) as video:
            found = [(chapter["start"], chapter["end"], chapter["metadata"]["title"]) for chapter in video.chapters()]
        assert found == [(0, 1000, "one"), (1000, 3000, "two")]  # ms
        with_chapters = everything(path)
        for stream in (0, 1):
            assert [p for p in with_chapters[0] if p.stream == stream] == [p for p in plain[0] if p.stream == stream]
        assert with_chapters[1][:2] == plain[1]
        assert with_chapters[2] == plain[2]
        assert order(path) == ["ftyp", "moov", "mdat"]


def order(path: Path) -> list[str]:
    with path.open("rb") as file:
        return [box.kind.decode() for box in whole_boxes(file) if box.kind not in {b"free", b"wide"}]


@pytest.mark.parametrize("seed", [4, 9, 37, 38, 42, 117])
def test_video_is_what_it_would_be_without_fragments(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where ffmpeg cuts a fragment before a B-frame near the end, it leaves the last frames out."""
    dice = np.random.default_rng(seed)
    steps = dice.choice([1, 1, 1, 2, 3, 6, 40], size=dice.integers(2, 60))
    times = 3000 * (np.cumsum(steps) + dice.integers(0, 9))
    videos: list[Path] = []
    for options in (MUXER_OPTIONS["mp4"], {}):
        monkeypatch.setitem(MUXER_OPTIONS, "mp4", options)
        videos.append(tmp_path / f"{len(videos)}.mp4")
        sink = recorder(videos[-1])
        for number, at in enumerate(times):
            image = freeze(np.roll(NOISE, number // 5 * 7, axis=0))
            sink.send(ShownFrame(image, number, 0, int(at), Outcome.SWAPPED))
        sink.close()
    (packets, _, tags, _), (plain, _, plain_tags, _) = map(everything, videos)
    last, plain_last = (each[-1]._replace(duration=0) for each in (packets, plain))
    assert ([*packets[:-1], last], tags) == ([*plain[:-1], plain_last], plain_tags)
    lasts_s = (times[-1] + 3000 - times[0]) / 90_000  # plain ones are shorter to ffmpeg, by B-frames at their end
    assert facts_of(videos[0]).duration_s == pytest.approx(lasts_s, abs=0.0011)
    assert facts_of(videos[0]).times_s == pytest.approx(times / 90_000, abs=0.0011)


def test_recorded_video_can_begin_before_it_is_loaded(tmp_path: Path) -> None:
    sink = recorder(tmp_path / "out.mp4")
    send(sink, 40)
    sink.close()
    assert order(tmp_path / "out.mp4") == ["ftyp", "moov", "mdat"]
    assert len(list(open_source(str(tmp_path / "out.mp4")).frames())) == 40
