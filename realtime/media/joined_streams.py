"""Transport streams in which recordings of several senders were joined: in the middle the pictures get other numbers.

ffmpeg finds new streams there, and PyAV hands on the packets of those that were there at the beginning only. So the
rest of the file is opened anew from the byte where these end, and its streams take their places.

Knows containers and bytes; knows nothing of times.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

import av
from av.stream import Stream

logger = logging.getLogger(__name__)

TRANSPORT_OPTIONS = {"merge_pmt_versions": "1"}
"""For av.open: streams of which only the numbers change stay the same streams. Other formats do not know it."""
LEAST_REST = 8 << 10
"""Bytes behind the last packet that may hold another recording."""
MOST_FAILURES = 20
"""Of reading a file, in a row, before the rest of it is given up."""
AnyPacket: TypeAlias = "av.Packet[Stream]"


class JoinedReader:
    """Reads one opened container, which stays the caller's to close, and what follows in its file. For one thread."""

    def __init__(self, container: av.container.InputContainer) -> None:
        self._whole = self._part = container
        self._is_transport = container.format.name == "mpegts"
        self._begins: dict[int, int] = {}  # of the last packet of each stream, bytes
        self._offset = self._end = self._opened_at = 0  # bytes: of the part, of its last packet, of the newest try

    def demux(self, streams: Sequence[Stream]) -> Iterator[AnyPacket]:
        """The packets of `streams` of the container, in the file's order. Raises av.FFmpegError; then call it again."""
        while True:
            places = self._places(streams)
            if not places:
                return
            try:
                for packet in self._part.demux([stream for stream in self._part.streams if stream.index in places]):
                    packet.stream = places[packet.stream.index]
                    if self._is_in_order(packet):
                        yield packet
            except IndexError:  # PyAV 18.1, behind the last packet of a file in which streams turned up
                pass
            if not self._go_on():
                self.close()
                return

    def demux_over_damage(
        self, streams: Sequence[Stream], note: Callable[[av.FFmpegError], None] = lambda _error: None
    ) -> Iterator[AnyPacket]:
        """As `demux`, going on behind damage, of which `note` is told each time.

        Raises av.FFmpegError when MOST_FAILURES were not enough, and the rest is given up.
        """
        failures, packets = 0, self.demux(streams)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except av.FFmpegError as error:
                note(error)
                failures += 1
                if failures > MOST_FAILURES:
                    raise
                packets = self.demux(streams)
                continue
            failures = 0 if packet.size else failures
            yield packet

    def _is_in_order(self, packet: AnyPacket) -> bool:
        """Note where a packet ends. ffmpeg gives the last packet before new numbers at the end of the file only."""
        if packet.pos is None:
            return True
        begin = self._offset + packet.pos
        self._end = max(self._end, begin + packet.size)
        is_late = self._is_transport and begin < self._begins.get(packet.stream.index, 0)
        self._begins[packet.stream.index] = max(begin, self._begins.get(packet.stream.index, 0))
        return not is_late

    def close(self) -> None:
        """Close what was opened here. May be called twice."""
        if self._part is not self._whole:
            self._part.close()

    def _go_on(self) -> bool:
        """Open what follows in the file; whether there is anything."""
        address, size = self._whole.name, self._whole.size
        is_joinable = self._is_transport and address.startswith("file:")
        if not is_joinable or self._end <= self._opened_at or size - self._end < LEAST_REST:
            return False
        self.close()
        self._offset = self._opened_at = self._end
        try:
            self._part = av.open(f"subfile,,start,{self._end},end,0,,:{address}", container_options=TRANSPORT_OPTIONS)
        except av.FFmpegError as error:
            logger.debug("nothing to be read from byte %d on: %s", self._offset, error)
            self._part = self._whole
            return False
        logger.debug("another recording from byte %d on", self._offset)
        return True

    def _places(self, streams: Sequence[Stream]) -> dict[int, Stream]:
        """Which stream of the caller's each stream of the part stands for: the next one of its codec."""
        if self._part is self._whole:
            return {stream.index: stream for stream in streams}
        found, free = dict[int, Stream](), list(streams)
        for stream in self._part.streams:
            same = [place for place in free if (place.type, place.name) == (stream.type, stream.name)]
            if same:
                found[stream.index] = same[0]
                free.remove(same[0])
        return found
