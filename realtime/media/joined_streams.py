"""Transport streams in which recordings of several senders were joined: in the middle the pictures get other numbers.

ffmpeg finds new streams there, and PyAV hands on the packets of those that were there at the beginning only. So the
rest of the file is opened anew from the byte where these end, and its streams take their places. So it is where a
recording in other codecs begins (programme_map.py); their packets bring their decoder along.

Knows containers and bytes; knows nothing of times.
"""

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias, cast

import av
from av.stream import Stream

from realtime.media.ffmpeg import open_input
from realtime.media.local_path import path_at
from realtime.media.programme_map import codec_changes, part_address, whole_address

logger = logging.getLogger(__name__)

TRANSPORT_OPTIONS = {"merge_pmt_versions": "1"}
"""For av.open: streams of which only the numbers change stay the same streams. Other formats do not know it."""
LEAST_REST = 8 << 10
"""Bytes behind the last packet that may hold another recording."""
MOST_FAILURES = 20
"""Of reading a file, in a row, before the rest of it is given up."""
BEGINNINGS = {
    "mov": re.compile(rb"\x00\x00\x00.ftyp", re.DOTALL),
    "flv": re.compile(rb"FLV\x01"),
}
"""How files begin of which ffmpeg, as players do, reads the first and not what was written behind it."""
MOST_INDEX = 64 << 20
"""Bytes behind the last packet in which such a beginning is looked for: as large as the index of a day."""
AnyPacket: TypeAlias = "av.Packet[Stream]"


def foreign_decoder(packet: "av.Packet[Any]") -> av.CodecContext | None:
    """What decodes a packet that is in another codec than its stream; None for any other."""
    return packet.opaque if isinstance(packet.opaque, av.CodecContext) else None


def decoded(packet: "av.Packet[av.AudioStream]") -> list[av.AudioFrame]:
    """The sound of a packet, in whichever codec it is. Raises av.FFmpegError."""
    decoder = foreign_decoder(packet)
    return packet.decode() if decoder is None else cast("av.AudioCodecContext", decoder).decode(packet)


class JoinedReader:
    """Reads one opened container, which stays the caller's to close, and what follows in its file. For one thread."""

    def __init__(self, container: av.container.InputContainer) -> None:
        self._whole = self._part = container
        self._address = whole_address(container.name)
        self._is_transport = container.format.name == "mpegts"
        self._path = path_at(self._address) if self._is_transport else None
        self._changes = codec_changes(self._path) if self._path is not None else ()
        self._until = self._next_change(0)
        self._decoders: dict[int, av.CodecContext] = {}  # of streams in another codec than those they stand for
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
                    decoder, packet.stream = self._decoders.get(packet.stream.index), places[packet.stream.index]
                    if decoder is not None:
                        packet.opaque = decoder
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
        if self._path is None:
            return False
        start = max(self._end, self._until)
        if start <= self._opened_at or _size_of(self._path) - start < LEAST_REST:
            return False
        self.close()
        self._offset = self._opened_at = self._end = start
        self._until, self._decoders = self._next_change(start), {}
        try:
            address = part_address(self._address, start, self._until)
            self._part = open_input(address, container_options=TRANSPORT_OPTIONS)
        except av.FFmpegError as error:
            logger.debug("nothing to be read from byte %d on: %s", self._offset, error)
            self._part = self._whole
            return False
        logger.debug("another recording from byte %d on", self._offset)
        return True

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the file was opened anew, so that packets tell their places in it."""
        return self._part is self._whole

    @property
    def hides_another(self) -> bool:
        """Whether another recording follows that is not read, now that everything else is."""
        beginning, path = BEGINNINGS.get(self._whole.format.name.split(",")[0]), path_at(self._address)
        if beginning is None or path is None or not self._end or not path.is_file():
            return False
        with path.open("rb") as file:
            file.seek(self._end)
            return beginning.search(file.read(MOST_INDEX)) is not None

    @property
    def changes_codecs(self) -> bool:
        """Whether it goes on in other codecs somewhere."""
        return bool(self._changes)

    def _next_change(self, start: int) -> int:
        """Where the part that begins at `start` ends because other codecs follow, bytes; 0 where none do."""
        return next((at for at in self._changes if at > start), 0)

    def _places(self, streams: Sequence[Stream]) -> dict[int, Stream]:
        """Which stream of the caller's each stream of the part stands for: the next of its codec, else of its kind."""
        if self._part is self._whole:
            return {stream.index: stream for stream in streams}
        found, free = dict[int, Stream](), list(streams)
        for stream in self._part.streams:
            same = [place for place in free if (place.type, place.name) == (stream.type, stream.name)]
            if same:
                found[stream.index] = same[0]
                free.remove(same[0])
        for stream in self._part.streams:
            alike = [place for place in free if place.type == stream.type and stream.type in {"video", "audio"}]
            if stream.index not in found and alike and stream.codec_context is not None:
                found[stream.index] = alike[0]
                free.remove(alike[0])
                decoder = av.CodecContext.create(stream.codec_context.name, "r")
                self._decoders.setdefault(stream.index, decoder)
        return found


def _size_of(path: Path) -> int:
    """Bytes; 0 of a file that is deleted while it is read: then nothing of it can be opened anew."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
