"""The queue before a network: short, decodable from its first picture on, and every loss counted."""

import pytest

from realtime.outputs.packet_queue import Encoded, PacketQueue
from realtime.stream.frame_queue import SlotClosed


def pictures(queue: PacketQueue, count: int, *, key_every: int, first: int = 0) -> None:
    """Ten pictures a second, each with a piece of sound behind it."""
    for number in range(first, first + count):
        queue.put(Encoded(number, 0, number / 10, number % key_every == 0))
        queue.put(Encoded(number, 1, number / 10, is_key=True))


def taken(queue: PacketQueue) -> list[int]:
    queue.close()
    found: list[int] = []
    while True:
        try:
            item = queue.get()
        except SlotClosed:
            return found
        if item.track == 0:
            found.append(item.packet)


def test_everything_comes_in_order_while_there_is_room() -> None:
    queue = PacketQueue(most_s=4)
    pictures(queue, 40, key_every=20)
    assert taken(queue) == list(range(40))
    assert queue.dropped == 0


def test_oldest_pictures_go_up_to_a_key_frame_and_are_counted() -> None:
    queue = PacketQueue(most_s=4)
    pictures(queue, 100, key_every=20)
    found = taken(queue)
    assert found == list(range(60, 100))
    assert queue.dropped == 60


def test_without_a_key_frame_in_reach_nothing_waits_until_the_next_one() -> None:
    queue = PacketQueue(most_s=1)
    pictures(queue, 25, key_every=20)
    assert taken(queue) == [20, 21, 22, 23, 24]
    assert queue.dropped == 20


def test_first_packet_is_a_key_frame() -> None:
    queue = PacketQueue()
    pictures(queue, 30, key_every=20, first=5)
    assert taken(queue)[0] == 20


@pytest.mark.parametrize(("count", "begins_at"), [(30, 20), (45, 40)])
def test_new_connection_begins_with_the_newest_key_frame(count: int, begins_at: int) -> None:
    queue = PacketQueue(most_s=10)
    pictures(queue, count, key_every=20)
    queue.skip_to_newest_start()
    assert taken(queue) == list(range(begins_at, count))
    assert queue.dropped == begins_at


def test_new_connection_without_a_key_frame_waits_for_one() -> None:
    queue = PacketQueue()
    pictures(queue, 5, key_every=20)
    for _ in range(10):
        queue.get()
    queue.skip_to_newest_start()
    pictures(queue, 25, key_every=20, first=5)
    assert taken(queue)[0] == 20
