import threading
import time
from collections.abc import Callable

import pytest

from realtime.stream.frame_queue import Backlog, FrameQueue, LatestSlot, SlotClosed

QUEUES: list[Callable[[], FrameQueue[int]]] = [LatestSlot, lambda: Backlog(2)]
either_hop = pytest.mark.parametrize("make_queue", QUEUES, ids=["latest", "backlog"])


def in_thread(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def take_all(queue: FrameQueue[int]) -> list[int]:
    taken = []
    while True:
        try:
            taken.append(queue.get(timeout_s=1))
        except SlotClosed:
            return taken


def test_the_newest_item_replaces_those_nobody_took_and_each_is_reported() -> None:
    reported: list[int] = []
    slot = LatestSlot[int](reported.append)
    for item in range(5):
        slot.put(item)
    assert slot.get() == 4
    assert slot.dropped == 4
    assert reported == [1, 1, 1, 1]


def test_a_full_backlog_waits_and_loses_nothing() -> None:
    backlog = Backlog[int](2)

    def fill() -> None:
        for item in range(20):
            backlog.put(item)
        backlog.close()

    writer = in_thread(fill)
    time.sleep(0.02)
    assert writer.is_alive(), "it did not wait for the reader"
    assert take_all(backlog) == list(range(20))
    assert backlog.dropped == 0


def test_a_backlog_without_a_place_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="got 0"):
        Backlog[int](0)


@either_hop
def test_what_waits_may_still_be_taken_after_close(make_queue: Callable[[], FrameQueue[int]]) -> None:
    queue = make_queue()
    queue.put(7)
    queue.close()
    assert take_all(queue) == [7]


@either_hop
def test_abort_forgets_what_waits_and_counts_it(make_queue: Callable[[], FrameQueue[int]]) -> None:
    queue = make_queue()
    queue.put(7)
    queue.abort()
    assert take_all(queue) == []
    assert queue.dropped == 1


@either_hop
def test_an_item_offered_after_the_end_is_refused_and_counted(make_queue: Callable[[], FrameQueue[int]]) -> None:
    queue = make_queue()
    queue.put(1)
    queue.close()
    with pytest.raises(SlotClosed):
        queue.put(2)
    assert queue.dropped == 1
    assert take_all(queue) == [1]


@either_hop
def test_a_reader_that_waits_long_enough_is_told_so(make_queue: Callable[[], FrameQueue[int]]) -> None:
    with pytest.raises(TimeoutError, match=r"0\.01 s"):
        make_queue().get(timeout_s=0.01)


@either_hop
@pytest.mark.parametrize("end", ["close", "abort"])
def test_the_end_wakes_every_waiting_reader(make_queue: Callable[[], FrameQueue[int]], end: str) -> None:
    queue = make_queue()
    readers = [in_thread(lambda: take_all(queue)) for _ in range(3)]
    time.sleep(0.02)
    getattr(queue, end)()
    for reader in readers:
        reader.join(1)
        assert not reader.is_alive()


@pytest.mark.parametrize("end", ["close", "abort"])
def test_the_end_wakes_a_writer_that_waits_for_a_place(end: str) -> None:
    backlog = Backlog[int](1)
    backlog.put(0)
    refused: list[bool] = []

    def put_one_more() -> None:
        try:
            backlog.put(1)
        except SlotClosed:
            refused.append(True)

    writer = in_thread(put_one_more)
    time.sleep(0.02)
    getattr(backlog, end)()
    writer.join(1)
    assert refused == [True]


def test_every_item_is_taken_once_or_counted_as_dropped_and_the_order_holds() -> None:
    slot = LatestSlot[int]()
    taken: list[int] = []
    reader = in_thread(lambda: taken.extend(take_all(slot)))
    for item in range(2_000):
        slot.put(item)
    slot.close()
    reader.join(5)
    assert taken == sorted(set(taken))
    assert len(taken) + slot.dropped == 2_000
    assert taken[-1] == 1_999
