"""A worker of a cluster as the owner of a film sees it: the same words as from a process, whatever becomes of it."""

import queue
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from realtime.cluster import film_worker
from realtime.cluster.film_worker import FilmWorker
from realtime.cluster.inputs import LostError
from realtime.segments.make import Made, Task
from realtime.segments.messages import Gone, Inbox, Progress, Ready, Refused
from tests.realtime.segments.test_joined_run import make, segments

PACKETS = bytes(range(256)) * 10


class FakeSeat:
    """answers: by the method, what it answers or raises."""

    def __init__(self, **answers: Any) -> None:
        self.node, self.answers = "node", {"begin": Ready(), "poll": [Progress({})], **answers}
        self.was_asked: list[str] = []

    def is_there(self) -> bool:
        return True

    def begin(self, method: str, *given: Any) -> Any:
        self.was_asked.append(method)
        if method == "packets":
            offset, most = given
            return PACKETS[offset : offset + most]
        found = self.answers.get(method)
        return found(given[-1]) if callable(found) else found

    def answer(self, promise: Any) -> Any:
        if isinstance(promise, Exception):
            raise promise
        return promise

    def ask(self, method: str) -> Any:
        return self.answer(self.begin(method))

    def wait_for(self, promise: Any, meanwhile: Callable[[], None]) -> Any:
        meanwhile()
        return self.answer(promise)


class Filming:
    def __init__(self) -> None:
        self.back: list[tuple[bool, bool]] = []

    def film_for(self, _seat: Any, check: Callable[[], None]) -> Any:
        check()
        return None

    def give_back(self, _seat: Any, *, is_idle: bool, is_lost: bool) -> None:
        self.back.append((is_idle, is_lost))


def heard(inbox: Inbox, kind: type) -> Any:
    """The next word of that kind."""
    while True:
        _, message = inbox.get(timeout=20)
        if isinstance(message, kind):
            return message


def begun(seat: FakeSeat) -> tuple[FilmWorker, Filming, Inbox]:
    inbox: Inbox = queue.SimpleQueue()
    filming = Filming()
    return FilmWorker(seat, filming, inbox), filming, inbox  # type: ignore[arg-type]


@pytest.fixture
def task(tmp_path: Path) -> Task:
    return Task(segments(1)[0], tmp_path / "00000")


def made_elsewhere(task: Task) -> Made:
    return replace(make(replace(task, into=task.into.with_name("elsewhere"))), task=task)


def test_a_segment_comes_in_pieces_and_its_worker_stays_for_the_next_film(
    task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(film_worker, "CHUNK", 100)
    worker, filming, inbox = begun(FakeSeat(make=made_elsewhere))
    heard(inbox, Ready)
    worker.ask(task)
    assert heard(inbox, Made).task == task
    assert task.into.read_bytes() == PACKETS
    worker.kill()
    assert filming.back == [(True, False)]
    assert sorted(path.name for path in task.into.parent.iterdir()) == ["00000", "elsewhere"]


@pytest.mark.parametrize("lost_at", ["begin", "make", "poll"])
def test_a_worker_that_is_lost_says_so_once_and_is_not_used_again(lost_at: str, task: Task) -> None:
    worker, filming, inbox = begun(FakeSeat(**{"make": made_elsewhere, lost_at: LostError("its node died")}))
    worker.ask(task)
    assert heard(inbox, Gone) == Gone("its node died")
    worker.kill()
    assert filming.back == [(False, True)]
    assert not task.into.exists()


def test_a_worker_that_refuses_says_why_and_is_not_used_again() -> None:
    worker, filming, inbox = begun(FakeSeat(begin=Refused("no", "yes")))
    assert heard(inbox, Refused) == Refused("no", "yes")
    worker.kill()
    assert filming.back == [(False, False)]
