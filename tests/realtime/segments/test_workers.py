"""Real worker processes: the video is the same as one process makes it, whatever happens to them."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.common.child_processes import children_of, command_of
from realtime.sources import open_source
from tests.realtime import videos
from tests.realtime.clips import Clip, facts_of, write_clip
from tests.realtime.commandline import LIVESWAP, environment, invoke
from tests.realtime.segments.conftest import RATE, REPEATS, SECONDS

PICTURES = RATE * SECONDS
JOINT = PICTURES // 2
WORKER = b"realtime.segments.worker"


def command(portrait: Path, video: Path, out: Path, *more: str) -> list[str]:
    given = (
        "--face",
        str(portrait),
        "--input",
        str(video),
        "--output",
        str(out),
        "--i-have-consent",
        "--no-badge",
        "a test",
    )
    return ["run", *given, *more]


def images(path: Path) -> list[NDArray[np.int16]]:
    return [frame.image.astype(np.int16) for frame in open_source(str(path)).frames()]


def packets(path: Path) -> list[tuple[int, bytes]]:
    """Of the sound: times and bytes."""
    with av.open(str(path)) as container:
        return [(packet.pts or 0, bytes(packet)) for packet in container.demux(audio=0) if packet.size]


def workers_of(pid: int) -> list[int]:
    """The worker processes that a process has started and that are there."""
    return [child for child in children_of(pid) if WORKER in command_of(child)]


def test_two_workers_make_the_video_that_one_process_makes(
    face_video: Path, home: Path, portrait: Path, tmp_path: Path
) -> None:
    whole, joined, numbers = tmp_path / "whole.mkv", tmp_path / "joined.mkv", tmp_path / "m.json"
    lossless = ("--codec", "ffv1", "--metrics", str(numbers))
    assert invoke(*command(portrait, face_video, whole, *lossless), home=home).returncode == 0
    alone = json.loads(numbers.read_text())
    done = invoke(*command(portrait, face_video, joined, *lossless, "--workers", "2"), home=home)
    assert done.returncode == 0, done.stderr
    together = json.loads(numbers.read_text())
    assert together["outcomes"] == alone["outcomes"] == {"swapped": PICTURES, "no_face": 0, "withheld": 0, "failed": 0}
    assert together["faces"] == alone["faces"]
    assert facts_of(joined).times_s == facts_of(whole).times_s
    assert packets(joined) == packets(whole)
    before, after = images(whole), images(joined)
    assert all((one == other).all() for one, other in zip(before[:JOINT], after[:JOINT], strict=True))
    raw = images(face_video)
    for one, other, bare in zip(before[JOINT:], after[JOINT:], raw[JOINT:], strict=True):
        painted = np.abs(one - bare).max(axis=2) > 8
        assert np.abs(one - other)[painted].mean() < 1
        assert (np.abs(one - other)[~painted].max()) <= 8
        assert np.abs(other - bare)[painted].mean() > 10  # nobody is bare at the joint
    assert sorted(path.name for path in tmp_path.iterdir()) == ["joined.mkv", "m.json", "whole.mkv"]


@contextmanager
def running(portrait: Path, video: Path, out: Path, home: Path) -> Iterator["subprocess.Popen[str]"]:
    words = [*LIVESWAP, *command(portrait, video, out, "--workers", "2")]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=environment(home)) as run:
        try:
            yield run
        finally:
            run.kill()


def wait_until(is_so: Callable[[], object], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def has_begun(out: Path) -> bool:
    """Whether pictures of the first segment are made."""
    return any(path.stat().st_size > 2000 for path in out.parent.glob(".*.segments/00000"))


def test_a_worker_that_is_killed_costs_nothing_but_time(
    long_face_video: Path, home: Path, portrait: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.mp4"
    with running(portrait, long_face_video, out, home) as run:
        wait_until(lambda: has_begun(out))
        os.kill(workers_of(run.pid)[0], signal.SIGKILL)
        _, said = run.communicate(timeout=120)
    assert run.returncode == 0, said
    assert "a worker died (signal 9)" in said
    assert f"{REPEATS * PICTURES} swapped" in said
    assert len(facts_of(out).times_s) == REPEATS * PICTURES
    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]


def test_ctrl_c_keeps_the_beginning_and_leaves_nobody(
    long_face_video: Path, home: Path, portrait: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.mp4"
    with running(portrait, long_face_video, out, home) as run:
        wait_until(lambda: has_begun(out))
        workers = workers_of(run.pid)
        run.send_signal(signal.SIGINT)
        _, said = run.communicate(timeout=60)
    assert run.returncode == 130, said
    assert "interrupted: what was made so far can be played" in said
    assert 0 < len(images(out)) < REPEATS * PICTURES
    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]
    assert workers
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]


def test_workers_go_when_their_owner_is_killed(
    long_face_video: Path, home: Path, portrait: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.mp4"
    with running(portrait, long_face_video, out, home) as run:
        wait_until(lambda: has_begun(out))
        workers = workers_of(run.pid)
        run.kill()
        run.wait()
        wait_until(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() for pid in workers), seconds=20)
    wait_until(lambda: not list(tmp_path.glob(".*.segments")), seconds=5)
    assert len(workers) == 2


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--input", "0"), "--workers is for videos in files, and 0 is none"),
        (("--input", "-"), "--workers is for videos in files, and - is none"),
        (("--output", "out.png"), "--workers makes one video, and no out.png"),
        (("--output", "-"), "--workers makes one video, and no -"),
        (("--output", "null"), "--workers makes one video, and no null"),
        (("--at", "1"), "--at wants one frame, and --workers is for many"),
        (("--workers", "0"), "--workers 0 is out of range"),
        (("--faces", "all", "--face", "other.jpg"), "who gets which depends on who appears first"),
    ],
)
def test_what_one_process_alone_can_make_is_refused(
    more: tuple[str, ...], said: str, face_video: Path, home: Path, portrait: Path, tmp_path: Path
) -> None:
    given = {
        "--face": str(portrait),
        "--input": str(face_video),
        "--output": str(tmp_path / "out.mp4"),
        "--workers": "2",
    }
    extra = [word for pair in zip(more[::2], more[1::2], strict=True) if pair[0] == "--face" for word in pair]
    given |= {name: value for name, value in zip(more[::2], more[1::2], strict=True) if name != "--face"}
    words = [word for pair in given.items() for word in pair]
    refused = invoke("run", *words, *extra, "--i-have-consent", home=home)
    assert refused.returncode == 2
    assert f"error: {said}" in refused.stderr or said in refused.stderr
    assert "hint: " in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_video_whose_times_go_back_is_refused(home: Path, portrait: Path, tmp_path: Path) -> None:
    video = videos.join(tmp_path / "joined.ts", *[write_clip(tmp_path / "one.ts", Clip(frames=30))] * 2)
    refused = invoke(*command(portrait, video, tmp_path / "out.mp4", "--workers", "2"), home=home)
    assert refused.returncode == 2
    assert "error: the times of joined.ts are only known from its beginning on" in refused.stderr
    assert not (tmp_path / "out.mp4").exists()


def test_a_video_whose_transparency_cannot_be_joined_is_refused(home: Path, portrait: Path, tmp_path: Path) -> None:
    video, out = tmp_path / "in.mov", tmp_path / "out.webm"
    with av.open(str(video), "w") as container:
        stream = container.add_stream("png", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "rgba"
        for _ in range(2):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((48, 64, 4), np.uint8), format="rgba")))
        container.mux(stream.encode(None))
    refused = invoke(*command(portrait, video, out, "--workers", "2"), home=home)
    assert refused.returncode == 2
    assert "what out.webm keeps of that cannot be joined" in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in.mov"]
