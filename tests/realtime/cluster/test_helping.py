"""Helpers of a video can only help: what they cannot do, or do too slowly, is done without them."""

import queue
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from realtime.cluster.helping import HelpingWorker, OwnPace, OwnWorker
from realtime.cluster.inputs import LostError
from realtime.segments.make import Made, Task
from realtime.segments.messages import CannotWrite, Failed, Gone, Inbox, Progress, Ready, Refused
from tests.realtime.cluster.test_film_worker import FakeSeat, Filming, heard, made_elsewhere
from tests.realtime.segments.test_joined_run import segments


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


class SlowSeat(FakeSeat):
    """Never ends what it makes. on_wait: done while it is waited for."""

    def __init__(self, on_wait: Callable[[], None]) -> None:
        super().__init__()
        self._on_wait = on_wait

    def wait_for(self, promise: Any, meanwhile: Callable[[], None]) -> Any:
        while self.was_asked[-1] in {"make", "poll"} and "make" in self.was_asked:
            self._on_wait()
            meanwhile()
        return super().wait_for(promise, meanwhile)


@pytest.fixture
def task(tmp_path: Path) -> Task:
    return Task(segments(1)[0], tmp_path / "00000")


def helper(seat: FakeSeat, pace: OwnPace | None = None) -> tuple[HelpingWorker, Filming, Inbox]:
    inbox: Inbox = queue.SimpleQueue()
    film = Filming()
    return HelpingWorker(seat, film, inbox, pace or OwnPace()), film, inbox  # type: ignore[arg-type]


@pytest.mark.parametrize("answer", [Refused("no such model here", "add it"), Failed("a bug"), LostError("node died")])
def test_a_helper_that_cannot_begin_is_left_out_and_its_node_rid_of_the_film_at_once(
    answer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    worker, film, inbox = helper(FakeSeat(begin=answer))
    until_s = time.monotonic() + 20
    while not film.back and time.monotonic() < until_s:
        time.sleep(0.01)
    assert film.back == [(False, isinstance(answer, LostError))]
    worker.kill()
    assert "a node does not help: " in caplog.text
    told = [inbox.get()[1] for _ in range(inbox.qsize())]
    assert [each for each in told if not isinstance(each, Progress)] == []


@pytest.mark.parametrize("answer", [Refused("no", "yes"), CannotWrite(28, "disk full"), Failed("a bug")])
def test_what_a_helper_cannot_make_is_made_elsewhere(answer: Any, task: Task) -> None:
    worker, _, inbox = helper(FakeSeat(make=lambda _: answer))
    heard(inbox, Ready)
    worker.ask(task)
    heard(inbox, Gone)
    worker.kill()


def test_a_segment_is_taken_from_a_helper_once_its_own_node_could_have_made_it(task: Task) -> None:
    clock = Clock()
    pace = OwnPace(clock)
    own_inbox: Inbox = queue.SimpleQueue()
    own = OwnWorker(FakeSeat(make=made_elsewhere), Filming(), own_inbox, pace)  # type: ignore[arg-type]
    heard(own_inbox, Ready)
    own.ask(task)
    heard(own_inbox, Made)
    own.kill()

    def pass_time() -> None:
        clock.now_s += 1

    worker, film, inbox = helper(SlowSeat(pass_time), pace)
    heard(inbox, Ready)
    worker.ask(task)
    assert heard(inbox, Gone) == Gone("slower than the node that it helps")
    worker.kill()
    assert film.back == [(False, True)]


def test_the_own_node_asks_for_one_segment_and_only_when_it_has_waited_as_long_as_it_takes() -> None:
    clock = Clock()
    pace = OwnPace(clock)
    assert not pace.could_have_made_one(), "it has made none yet"
    pace.begin()
    clock.now_s += 7
    assert not pace.could_have_made_one(), "it is busy"
    pace.end()
    clock.now_s += 7
    assert not pace.could_have_made_one()
    clock.now_s += 0.1
    assert [pace.could_have_made_one() for _ in range(2)] == [True, False]
    pace.begin()
    clock.now_s += 1
    pace.end()
    clock.now_s += 7
    assert not pace.could_have_made_one(), "its longest counts"
