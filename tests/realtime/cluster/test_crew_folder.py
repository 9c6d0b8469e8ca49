"""What workers keep on a node goes with the last of them, however they end."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

WORKER = """
import sys
from pathlib import Path
from realtime.cluster.crew_folder import CrewFolder
folder = CrewFolder(Path(sys.argv[1]), "crew")
(folder.root / "film").write_bytes(b"private")
print(folder.own, flush=True)
sys.stdin.read()
"""
PATIENCE_S = 20.0


@contextmanager
def worker(home: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A process that has a folder, and which one is its own."""
    command = [sys.executable, "-c", WORKER, str(home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process, Path(process.stdout.readline().strip())
        process.kill()


def comes_true(is_so: Callable[[], bool]) -> bool:
    until_s = time.monotonic() + PATIENCE_S
    while not is_so() and time.monotonic() < until_s:
        time.sleep(0.05)
    return is_so()


@pytest.mark.skipif(sys.platform == "win32", reason="processes are killed by a signal")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_worker_leaves_nothing_and_the_last_one_not_even_its_crew_s_files(
    how: signal.Signals, tmp_path: Path
) -> None:
    with worker(tmp_path) as (first, of_first), worker(tmp_path) as (second, of_second):
        crew = of_first.parent
        assert of_second.parent == crew
        first.send_signal(how)
        assert comes_true(lambda: not of_first.exists())
        assert (of_second.exists(), (crew / "film").exists()) == (True, True), "the other one needs them"
        second.send_signal(how)
        assert comes_true(lambda: not crew.exists())
    assert list((tmp_path / "cluster").iterdir()) == []
