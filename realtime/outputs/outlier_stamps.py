"""Sound whose stamps are wrong for a moment: a flipped bit in a broadcast puts a second of it hours away.

Where stamps leave and soon come back, those between are taken away, and the sound goes on from the packet before
(packet_times.py). Where they stay away, it is a jump, and they are left as they are.

Knows times of packets; knows no codec and no container.
"""

from collections import deque
from collections.abc import Iterable, Iterator

from realtime.outputs.packet_times import FAR_S, AudioPacket, duration_of, stamp_of

MOST_HELD = 200
"""Packets of all streams that are held while it is open whether the stamps come back: two seconds of four streams."""
BACK_S = 2.5
"""So near to where the sound was are stamps that come back within MOST_HELD; farther, it is another recording."""


def without_lone_stamps(packets: Iterable[AudioPacket]) -> Iterator[AudioPacket]:
    """The same packets in the same order; wrong stamps are None."""
    unread = iter(packets)
    held: deque[AudioPacket] = deque()
    ends_s: dict[int, float] = {}  # by stream: where the packet before ended
    while (packet := held.popleft() if held else next(unread, None)) is not None:
        index, at_s = packet.stream.index, stamp_of(packet)
        if at_s is not None:
            expected_s = ends_s.get(index, at_s)
            if _is_far(at_s, expected_s) and _come_back(packet, expected_s, held, unread):
                packet.pts = packet.dts = None
                at_s = expected_s
            ends_s[index] = at_s + duration_of(packet)
        yield packet


def _come_back(packet: AudioPacket, expected_s: float, held: deque[AudioPacket], unread: Iterator[AudioPacket]) -> bool:
    """Whether a later packet of the same stream is where it is expected. Those that are read for it are held."""
    if any(_is_back(waiting, packet, expected_s) for waiting in held):
        return True
    while len(held) < MOST_HELD and (later := next(unread, None)) is not None:
        held.append(later)
        if _is_back(later, packet, expected_s):
            return True
    return False


def _is_back(later: AudioPacket, packet: AudioPacket, expected_s: float) -> bool:
    at_s = stamp_of(later)
    return later.stream.index == packet.stream.index and at_s is not None and abs(at_s - expected_s) <= BACK_S


def _is_far(at_s: float, expected_s: float) -> bool:
    return abs(at_s - expected_s) > FAR_S
