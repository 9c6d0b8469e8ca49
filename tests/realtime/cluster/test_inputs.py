"""Files on their way to a node: each goes once, whole, with few pieces on their way at a time."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engines.backends.cores import told_to_share
from realtime.cluster import inputs
from realtime.cluster.crew_folder import STALE_S
from realtime.cluster.film_actor import Film, FilmActor
from realtime.cluster.inputs import Inputs, LostError
from realtime.config import RunConfig


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a crew on a node, which actors that are made now belong to."""
    monkeypatch.setenv("LIVESWAP_HOME", str(tmp_path / "node"))
    for name, value in told_to_share(1).items():
        monkeypatch.setenv(name, value)  # an actor sets them for its process, which this one is no longer than a test
    return tmp_path / "node" / "cluster" / "crew"


class Direct:
    """A worker that answers at once. most: pieces that were on their way at a time."""

    def __init__(self) -> None:
        self.actor = FilmActor(1, "crew")
        self.waiting = self.most = 0

    def begin(self, method: str, *given: Any) -> Callable[[], Any]:
        if method == "receive":
            self.waiting += 1
            self.most = max(self.most, self.waiting)
        return lambda: (method, getattr(self.actor, method)(*given))

    def wait_for(self, promise: Callable[[], Any], meanwhile: Callable[[], None]) -> Any:
        meanwhile()
        method, answer = promise()
        self.waiting -= method == "receive"
        return answer


@pytest.fixture
def config(tmp_path: Path) -> RunConfig:
    for name, size in (("film.mp4", 2500), ("a.jpg", 10)):
        (tmp_path / name).write_bytes(os.urandom(size))
    person = tmp_path / "person"
    person.mkdir()
    for name in ("1.jpg", "2.jpg"):
        (person / name).write_bytes(os.urandom(20))
    faces = (tmp_path / "a.jpg", person)
    return RunConfig(faces_from=faces, input=str(tmp_path / "film.mp4"), outputs=(str(tmp_path / "x" / "out.mkv"),))


def test_files_go_to_a_node_once_and_are_the_same_there(
    config: RunConfig, node: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "CHUNK", 1000)
    sent, first, second = Inputs(config), Direct(), Direct()
    sent.send("run", "node", first, lambda: None)
    sent.send("run", "node", second, lambda: None)
    there = Film(sent.there, "run", "").at(node / "run")
    assert Path(there.input).read_bytes() == Path(config.input).read_bytes()
    assert [path.name for path in there.faces_from] == ["a.jpg", "person"]
    assert there.faces_from[0].read_bytes() == config.faces_from[0].read_bytes()
    assert sorted(path.name for path in there.faces_from[1].iterdir()) == ["1.jpg", "2.jpg"]
    assert there.outputs == ("out.mkv",)
    assert (first.most, second.most) == (inputs.AT_A_TIME, 0)
    first.actor.forget("run")
    assert not (node / "run").exists()
    first.actor.end()
    assert not node.exists()


def test_a_file_that_changes_on_its_way_is_not_used(config: RunConfig, node: Path) -> None:
    sent = Inputs(config)
    Path(config.input).write_bytes(b"another film")
    with pytest.raises(LostError, match=r"film\.mp4 changed on its way"):
        sent.send("run", "node", Direct(), lambda: None)
    assert not list(node.glob("run/*/film.mp4*"))


def test_a_transfer_ends_when_its_owner_does_not_want_it_any_more(config: RunConfig, node: Path) -> None:
    class Enough(Exception):  # noqa: N818
        pass

    def check() -> None:
        raise Enough

    with pytest.raises(Enough):
        Inputs(config).send("run", "node", Direct(), check)
    assert not list(node.glob("run/*/film.mp4"))


def test_what_a_killed_run_left_on_a_node_is_removed_by_a_later_one(node: Path) -> None:
    left, used = node.with_name("left"), node.with_name("used")
    for folder in (left, used):
        folder.mkdir(parents=True)
    long_ago = left.stat().st_mtime - STALE_S - 1
    os.utime(left, (long_ago, long_ago))
    FilmActor(1, "crew")
    assert (left.exists(), used.exists()) == (False, True)


def test_run_that_has_workers_keeps_its_inputs_when_the_clock_is_set(node: Path) -> None:
    worker, film = FilmActor(1, "crew"), node.with_name("crew") / "run" / "film.mp4"
    film.parent.mkdir()
    film.write_bytes(b"an input")
    long_ago = film.stat().st_mtime - STALE_S - 1
    os.utime(node.with_name("crew"), (long_ago, long_ago))
    other = FilmActor(1, "another crew")
    assert film.exists()
    worker.end()
    other.end()
    assert [path.name for path in node.parent.iterdir()] == []
