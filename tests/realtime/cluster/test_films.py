"""Films by a real Ray cluster: the same as one process makes them, whatever is killed meanwhile."""

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from benchmarks.common.child_processes import children_called
from benchmarks.common.ray_nodes import RayNodes
from tests.realtime.clips import facts_of
from tests.realtime.commandline import invoke
from tests.realtime.segments.conftest import RATE, REPEATS, SECONDS
from tests.realtime.segments.test_workers import command, images, packets

PICTURES = RATE * SECONDS
pytestmark = [
    pytest.mark.ray,
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning"),  # of Ray's own
]


def in_the_middle(home: Path, do: Callable[[], object]) -> threading.Thread:
    """Do something when packets are being made."""

    def wait() -> None:
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            if any(path.stat().st_size > 2000 for path in home.glob("cluster/*/worker-*/packets")):
                do()
                return
            time.sleep(0.05)

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    return thread


def test_two_nodes_make_the_video_that_one_process_makes(
    nodes: RayNodes, face_video: Path, home: Path, portrait: Path, tmp_path: Path
) -> None:
    whole, joined = tmp_path / "whole.mkv", tmp_path / "joined.mkv"
    assert invoke(*command(portrait, face_video, whole, "--codec", "ffv1"), home=home).returncode == 0
    done = invoke(*command(portrait, face_video, joined, "--codec", "ffv1", "--cluster", nodes.address), home=home)
    assert done.returncode == 0, done.stderr
    assert f"{PICTURES} swapped" in done.stderr
    assert facts_of(joined).times_s == facts_of(whole).times_s
    assert packets(joined) == packets(whole)
    raw, before, after = images(face_video), images(whole), images(joined)
    joint = PICTURES // 2
    assert all((one == other).all() for one, other in zip(before[:joint], after[:joint], strict=True))
    for one, other, bare in zip(before[joint:], after[joint:], raw[joint:], strict=True):
        painted = np.abs(one - bare).max(axis=2) > 8
        assert np.abs(one - other)[painted].mean() < 1
        assert np.abs(other - bare)[painted].mean() > 10  # nobody is bare at the joint
    assert sorted(path.name for path in tmp_path.iterdir()) == ["joined.mkv", "whole.mkv"]
    assert list((home / "cluster").iterdir()) == []


def test_a_worker_and_a_node_that_are_killed_cost_nothing_but_time(
    nodes: RayNodes, long_face_video: Path, home: Path, portrait: Path, tmp_path: Path
) -> None:
    def kill() -> None:
        os.kill(children_called(b"ray::FilmActor", os.getpid())[0], signal.SIGKILL)
        nodes.lose_one()

    out = tmp_path / "out.mp4"
    killing = in_the_middle(home, kill)
    done = invoke(*command(portrait, long_face_video, out, "--cluster", nodes.address), home=home)
    killing.join()
    assert done.returncode == 0, done.stderr
    assert "a worker died" in done.stderr
    assert f"{REPEATS * PICTURES} swapped" in done.stderr
    assert len(facts_of(out).times_s) == REPEATS * PICTURES
    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]
