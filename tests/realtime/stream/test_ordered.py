"""Work on another core: in order, while the giver goes on, never more of it than may wait, and what it raised."""

import threading
import time
from functools import partial

import pytest

from realtime.stream.ordered import OrderedWork


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realtime.stream.ordered.available_cores", lambda: 2)


def test_what_comes_of_work_is_taken_in_its_order() -> None:
    def after(seconds: float, number: int) -> int:
        time.sleep(seconds)
        return number

    work, taken = OrderedWork[int](2), list[int]()
    for number in range(20):
        taken += work.give(partial(after, 0.01 * (number % 3 == 0), number))
        assert len(work) <= 2
    assert taken == list(range(18))
    assert [*work.rest()] == [18, 19]


def test_the_giver_goes_on_meanwhile() -> None:
    done = threading.Event()
    work = OrderedWork[bool](1)
    assert list(work.give(partial(done.wait, 10))) == []
    done.set()
    assert list(work.rest()) == [True]


def test_what_the_work_raised_is_raised_where_it_is_taken() -> None:
    work = OrderedWork[float](1)
    assert list(work.give(lambda: 1 / 0)) == []
    with pytest.raises(ZeroDivisionError):
        list(work.rest())


def test_with_one_core_it_is_done_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realtime.stream.ordered.available_cores", lambda: 1)
    work = OrderedWork[int](2)
    assert list(work.give(threading.get_ident)) == [threading.get_ident()]
    assert list(work.rest()) == []


def test_its_thread_goes_with_it_although_what_it_made_was_not_taken() -> None:
    work, made_by = OrderedWork[None](2), list[threading.Thread]()
    list(work.give(lambda: made_by.append(threading.current_thread())))
    del work
    while not made_by:
        time.sleep(0.001)
    made_by[0].join(5)
    assert not made_by[0].is_alive()
