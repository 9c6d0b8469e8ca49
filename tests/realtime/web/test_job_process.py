"""The process that makes a video: heard, ended when it is told to, and when its server is killed."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.common.child_processes import children_of
from realtime.web.videos.job_process import COMMAND, SAID, run_words

WORDS = ("run", "--face", "a.jpg")
TALKS = "import json, sys; print(json.dumps({'words': sys.argv[1:]}), flush=True); print('noise', file=sys.stderr); "
OWNER = """
import asyncio, sys
from pathlib import Path
from realtime.web.videos.job_process import run_words
words = sys.argv[2:]
asyncio.run(run_words(words, Path(sys.argv[1]), lambda said: print(said, flush=True), home=Path(sys.argv[1])))
"""


def talking(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", TALKS + code)


def test_what_it_says_is_told_and_its_end_known(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    told: list[dict[str, Any]] = []
    status = asyncio.run(run_words(WORDS, tmp_path, told.append, home=tmp_path, command=talking("sys.exit(7)")))
    assert (status, told) == (7, [{"words": list(WORDS)}])
    assert (tmp_path / SAID).read_text() == "noise\n"
    assert "(7): noise" in caplog.text, "the folder goes with the job, so it is said now"


@pytest.mark.parametrize(
    ("cluster", "given"), [(None, WORDS), ("10.0.0.7:6379", ("run", "--cluster", "10.0.0.7:6379", *WORDS[1:]))]
)
def test_it_is_told_which_cluster_helps_and_its_warnings_are_logged(
    cluster: str | None, given: tuple[str, ...], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[dict[str, Any]] = []
    command = talking("print(json.dumps({'warning': 'a node is slow'}), flush=True)")
    work = run_words(WORDS, tmp_path, told.append, home=tmp_path, cluster=lambda: cluster, command=command)
    asyncio.run(work)
    assert told == [{"words": list(given)}]
    assert "a node is slow" in caplog.text


def test_cancelled_it_ends_at_once(tmp_path: Path) -> None:
    async def test() -> float:
        has_begun = asyncio.Event()
        command = talking("import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)")
        work = run_words(WORDS, tmp_path, lambda _: has_begun.set(), home=tmp_path, command=command)
        task = asyncio.create_task(work)
        await has_begun.wait()
        task.cancel()
        began = time.monotonic()
        await asyncio.wait([task])
        assert task.cancelled()
        return time.monotonic() - began

    assert asyncio.run(test()) < 5


def test_mistake_in_the_words_is_told_in_words(tmp_path: Path) -> None:
    told: list[dict[str, Any]] = []
    words = ("run", "--input", "nothing.mp4", "--output", "out.mp4")
    asyncio.run(run_words(words, tmp_path, told.append, home=tmp_path))
    assert told == [{"error": "no source face", "hint": "add --face PHOTO: a photo of the face to appear with"}]


def test_video_is_made_and_the_process_ends_well(
    tmp_path: Path, home: Path, video: Path, model_file: Callable[[str], Path]
) -> None:
    told: list[dict[str, Any]] = []
    files = ("--face", str(model_file("hopper")), "--input", str(video), "--output", "out.mp4")
    status = asyncio.run(run_words(("run", "--trim", "0-0.1", *files), tmp_path, told.append, home=home))
    assert (status, told[0]["total"], told[-1]["done"], told[-1]["notes"]) == (0, 3, True, [])
    assert told[-1]["outcomes"]["swapped"] == 3
    assert (tmp_path / "out.mp4").is_file()


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are looked up in /proc")
def test_killed_server_takes_its_process_with_it_which_gives_way_to_others(
    tmp_path: Path, home: Path, video: Path, model_file: Callable[[str], Path]
) -> None:
    words = ["run", "--face", str(model_file("hopper")), "--input", str(video), "--output", str(tmp_path / "out.mp4")]
    (tmp_path / "models").symlink_to(home / "models")
    command = [sys.executable, "-c", OWNER, str(tmp_path), *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        assert "frames" in owner.stdout.readline()
        (child,) = children_of(owner.pid)
        assert os.getpriority(os.PRIO_PROCESS, child) > os.getpriority(os.PRIO_PROCESS, owner.pid)
        assert COMMAND[-1] in Path(f"/proc/{child}/cmdline").read_text()
        owner.send_signal(signal.SIGKILL)
    end = time.monotonic() + 20
    while Path(f"/proc/{child}").exists():
        assert time.monotonic() < end, "it goes on without its server"
        time.sleep(0.05)
    assert not (tmp_path / "out.mp4").exists()
