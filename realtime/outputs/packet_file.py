"""Encoded pictures in a file, as they left the encoder: to be joined with others, byte for byte and with their times.

No container keeps both: Matroska rounds times to ms, and MP4 does not take every codec. A VideoRecorder writes here
`into` one and believes that it writes the video; another one takes what is read (`VideoRecorder.copy`).
Knows packets; knows no codec.
"""

import contextlib
import io
import struct
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av

from realtime.outputs.encoding import VideoPacket
from realtime.outputs.partial_file import WholeWrites

HEAD = struct.Struct("<qqqqq?I")
"""Of a packet: pts, dts, duration, time base (numerator, denominator), whether it is a key frame, bytes."""


class PacketWriteError(Exception):
    """The system's error: the file cannot be written. No OSError, which would be taken for one of the video's file."""

    def __init__(self, cause: OSError) -> None:
        super().__init__(str(cause))
        self.cause = cause


class PacketFile:
    """A VideoTarget whose packets go to `path`. muxer: ffmpeg's name of the container that they are encoded for."""

    def __init__(self, path: Path, muxer: str) -> None:
        self.target = self.unfinished = path
        self.progressed_ns = 0
        self._file = WholeWrites(path, "w")
        self._log = _PacketLog(self._file, muxer)
        self.container = cast("av.container.OutputContainer", self._log)

    def finish(self, *, whole: bool, end_s: float) -> Path:  # noqa: ARG002  the joined video knows both
        """Raises OSError."""
        self._log.close()
        self._file.close()
        return self.target

    def salvage(self) -> None:
        """Pictures of a segment that failed are made again."""
        self.discard()

    def discard(self) -> None:
        with contextlib.suppress(OSError):
            self._log.close()
            self._file.close()
        self.target.unlink(missing_ok=True)


class _PacketLog:
    """What a recorder needs of an output container. Its streams are those of one in memory that gets no packets."""

    def __init__(self, file: io.FileIO, muxer: str) -> None:
        self._file = file
        self._scratch = av.open(io.BytesIO(), "w", format=muxer)
        self.metadata = self._scratch.metadata

    def add_stream(self, *given: Any, **named: Any) -> Any:
        return self._scratch.add_stream(*given, **named)

    def start_encoding(self) -> None:
        self._scratch.start_encoding()

    def mux(self, packets: Sequence[VideoPacket]) -> None:
        try:
            for packet in packets:
                base = packet.time_base
                times = packet.pts or 0, packet.dts or 0, packet.duration or 0, base.numerator, base.denominator
                self._file.write(HEAD.pack(*times, packet.is_keyframe, packet.size))
                self._file.write(memoryview(packet))
        except OSError as error:
            raise PacketWriteError(error) from error

    def close(self) -> None:
        with contextlib.suppress(av.FFmpegError):  # a container without packets
            self._scratch.close()


def read_packets(path: Path) -> Iterator[VideoPacket]:
    """The packets of a file that a PacketFile wrote, in their order. A torn one at its end is left out."""
    with path.open("rb") as file:
        while len(head := file.read(HEAD.size)) == HEAD.size:
            pts, dts, duration, numerator, denominator, is_key, size = HEAD.unpack(head)
            content = file.read(size)
            if len(content) < size:
                return
            packet = cast("VideoPacket", av.Packet(content))
            packet.time_base = Fraction(numerator, denominator)
            packet.pts, packet.dts, packet.duration, packet.is_keyframe = pts, dts, duration, is_key
            yield packet
