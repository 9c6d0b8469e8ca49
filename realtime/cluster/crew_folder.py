"""What the workers of one crew keep on a node: a folder that is gone when the last of them is, however it ends.

    python crew_folder.py WORKER     (a process beside each worker, by the file alone: it imports nothing of ours)

A worker that is killed removes nothing, so a process that outlives it does; it learns of the end by its stdin. Knows
folders and processes; film_actor.py knows what is in them.
"""

import os
import secrets
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import filelock

STALE_S = 6 * 3600.0
"""What nobody touched for so long, and has no worker here, is removed: the node itself was lost while it was there."""
WORKER, LOCK = "worker-", ".lock"
"""A worker's folder, and what it holds in it for as long as it lives: a clock that is set says nothing of that."""


class CrewFolder:
    """home: what nodes keep is below. crew: a name of all workers of one run.

    root: of the crew on this node. own: of this worker, in `root`.
    """

    def __init__(self, home: Path, crew: str) -> None:
        above = home / "cluster"
        above.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.root, self.own = above / crew, above / crew / f"{WORKER}{secrets.token_hex(8)}"
        with _turn(above):
            for left in above.iterdir():
                with suppress(OSError):
                    if time.time() - left.stat().st_mtime > STALE_S and not _has_workers(left):
                        shutil.rmtree(left)
            self.make()
        ending, self._lives = os.pipe()  # which ends with this process
        command = [sys.executable, "-P", __file__, str(self.own.absolute())]
        remover = subprocess.Popen(command, stdin=ending, start_new_session=True)
        os.close(ending)
        if hasattr(os, "fork"):
            remover.wait()  # only the first of two, see `main`

    def make(self) -> None:
        """Where it is not there any more, too."""
        if not self.own.is_dir():
            self.own.mkdir(mode=0o700, parents=True)
            self._lock = filelock.FileLock(self.own / LOCK)
            self._lock.acquire()
        os.utime(self.root)

    def remove(self) -> None:
        """All that is the crew's."""
        shutil.rmtree(self.root, ignore_errors=True)


def remove_after(own: Path) -> None:
    """A worker has ended: what is its own goes, and with the last one all of its crew's."""
    with _turn(own.parents[1]):
        shutil.rmtree(own, ignore_errors=True)
        if not any(own.parent.glob(f"{WORKER}*/")):
            shutil.rmtree(own.parent, ignore_errors=True)


def _has_workers(crew: Path) -> bool:
    """Whether a process holds a worker's folder of it."""
    for path in crew.glob(f"{WORKER}*/{LOCK}"):
        lock = filelock.FileLock(path)
        try:
            lock.acquire(blocking=False)
        except filelock.Timeout:
            return True
        lock.release()
    return False


def _turn(above: Path) -> filelock.BaseFileLock:
    """Of one process of a node at a time. The lock lies beside the folder, where nothing is counted."""
    return filelock.FileLock(above.with_name(".cluster.lock"))


def main() -> None:
    """Wait for the worker's end, as nobody's child: Ray ends a worker's own children with it."""
    if hasattr(os, "fork") and os.fork():
        os._exit(0)
    sys.stdin.buffer.read()
    remove_after(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
