"""The packets of pictures: of a video with times that go on over damage and jumps, of a live stream as they come.

A video's sound is read along and thrown away, because it tells a pause from a jump (continuity.py); its subtitles,
because a video is as long as the last of them.

Knows packets; knows nothing of what is in them.
"""

import logging
import math
from collections import deque
from collections.abc import Iterator
from fractions import Fraction
from typing import TypeAlias, cast

import av

from realtime.media.damage import Damage
from realtime.media.ffmpeg import explain
from realtime.media.joined_streams import JoinedReader
from realtime.media.timeline import Timeline
from realtime.sources.continuity import Continuity, Stamp, StampKind

logger = logging.getLogger(__name__)

MOST_AHEAD, MOST_AHEAD_S = 600, 3.0
"""How far is read ahead, packets and s, to judge one step in time."""
JOINED_FORMATS = frozenset({"mpegts", "mpeg"})
"""Recordings in these are joined by writing one after another; ffmpeg's AVFMT_TS_DISCONT."""
PicturePacket: TypeAlias = "av.Packet[av.VideoStream]"


class VideoPackets:
    """The packets of one picture stream of a file. For one thread.

    damage: told of what cannot be read. closed: jumps so far, (container time from which on, s by which earlier).
    until_s: container time up to which pictures, sound or subtitles were found.
    """

    def __init__(self, container: av.container.InputContainer, stream: av.VideoStream, damage: Damage) -> None:
        self._container, self._stream, self._damage = container, stream, damage
        self._base = stream.time_base or Fraction(1, 90_000)
        self._continuity = Continuity(may_join=container.format.name in JOINED_FORMATS)
        self._ahead: deque[PicturePacket] = deque()
        self._reader = JoinedReader(container)
        self._unread = self._read()
        self._shift = 0  # what is added to stamps, in the stream's time base
        self._timeline: Timeline | None = None
        self._reached = -1  # where the newest picture lies in the file, byte
        self._closed_after: list[int] = []  # where the pictures before the jumps of `closed` lie
        self.closed: list[tuple[float, float]] = []
        self.until_s = -math.inf
        self.last_error = "it holds no pictures"

    def begin(self, origin_s: float) -> Timeline:
        """The video's timeline, which is told of jumps from now on. origin_s: video time 0 in the first part's time."""
        self._timeline = Timeline(origin_s)
        for (at_s, by_s), after in zip(self.closed, self._closed_after, strict=True):
            self._timeline.close_gap(at_s, by_s, after)
        self._timeline.reached = self._reached
        return self._timeline

    def begin_anew(self) -> None:
        """The container is somewhere else now: what was read and judged there is forgotten."""
        self._continuity = Continuity(may_join=self._container.format.name in JOINED_FORMATS)
        self._ahead.clear()
        self._unread = self._read()

    def __iter__(self) -> Iterator[PicturePacket]:
        while (packet := self._next()) is not None:
            stamp = self._stamp(packet)
            if stamp is not None:
                self._place(packet, stamp)
            self._note_place(packet)
            yield packet

    def _next(self) -> "PicturePacket | None":
        return self._ahead.popleft() if self._ahead else next(self._unread, None)

    def _place(self, packet: PicturePacket, stamp: Stamp) -> None:
        """Give a packet its time in the video, container time without jumps."""
        kind = StampKind.REGULAR if self._continuity.is_regular(stamp) else self._judge(stamp)
        if kind is StampKind.WRONG_STAMP:
            packet.pts = packet.dts = None  # made up from the pictures around it
            return
        if kind is StampKind.JUMP:
            self._close_gap(packet, stamp)
        self._continuity.accept(stamp, jumped=kind is StampKind.JUMP)
        self.until_s = max(self.until_s, stamp.at_s + stamp.lasts_s)
        if self._shift:
            packet.pts = None if packet.pts is None else packet.pts + self._shift
            packet.dts = None if packet.dts is None else packet.dts + self._shift

    def _judge(self, stamp: Stamp) -> StampKind:
        while True:
            following_s = [ahead.at_s for packet in self._ahead if (ahead := self._stamp(packet)) is not None]
            far = len(self._ahead) >= MOST_AHEAD or any(at_s > stamp.at_s + MOST_AHEAD_S for at_s in following_s)
            kind = self._continuity.judge(stamp, following_s, is_all=far)
            if kind is not None:
                return kind
            packet = next(self._unread, None)
            if packet is None:
                return self._continuity.judge(stamp, following_s, is_all=True) or StampKind.REGULAR
            self._ahead.append(packet)

    def _close_gap(self, packet: PicturePacket, stamp: Stamp) -> None:
        base = self._base
        by = round((stamp.at_s - self._continuity.expected_s) / base)
        at_s = float((packet.pts if packet.pts is not None else packet.dts or 0) * base)
        self._shift -= by
        self.closed.append((at_s, float(by * base)))
        logger.debug("at container time %.3f s the stamps jump by %.3f s", at_s, float(by * base))
        self._closed_after.append(self._reached)
        if self._timeline is not None:
            self._timeline.close_gap(*self.closed[-1], self._reached)

    def _note_place(self, packet: PicturePacket) -> None:
        """Where the pictures are in a file of joined recordings that is read as it is."""
        if self._container.format.name in JOINED_FORMATS and packet.pos is not None and self._reader.is_whole:
            self._reached = packet.pos
            if self._timeline is not None:
                self._timeline.reached = packet.pos

    def _stamp(self, packet: PicturePacket) -> Stamp | None:
        if packet.dts is None:
            return None
        base = float(self._base)
        return Stamp(packet.dts * base, (packet.duration or 0) * base, packet.is_keyframe)

    def _read(self) -> Iterator[PicturePacket]:
        """Packets as they are, in the file's order, until its end or too much damage."""
        try:
            wanted = [self._stream, *self._container.streams.audio, *self._container.streams.subtitles]
            for packet in self._reader.demux_over_damage(wanted, self.note):
                if packet.stream.index != self._stream.index:
                    self._pass_by(packet)
                elif packet.dts is not None or packet.size:  # else it only says that the video is over
                    yield cast("PicturePacket", packet)
        except av.FFmpegError:  # it is noted, and the rest given up
            return

    def _pass_by(self, packet: "av.Packet[av.stream.Stream]") -> None:
        if packet.pts is None:
            return
        start_s = float(packet.pts * packet.time_base)
        end_s = start_s + float((packet.duration or 0) * packet.time_base)
        if packet.stream.type == "audio":
            self._continuity.hear(start_s, end_s)
        self.until_s = max(self.until_s, end_s)

    @property
    def hides_another(self) -> bool:
        """Whether another recording follows in the file that nobody reads, now that this one is read."""
        return self._reader.hides_another

    def note(self, error: av.FFmpegError) -> None:
        """A piece of the video is lost."""
        self._damage.lost_pieces += 1
        self.last_error = explain(error)


class LivePackets:
    """The packets of one picture stream that comes now. For one thread. Ends where the stream does.

    timeout_s: how long the container waits for a packet.
    """

    def __init__(
        self, container: av.container.InputContainer, stream: av.VideoStream, damage: Damage, timeout_s: float
    ) -> None:
        self._container, self._stream, self._damage, self._timeout_s = container, stream, damage, timeout_s
        self.closed: list[tuple[float, float]] = []
        self.until_s = -math.inf
        self.last_error = "the sender closed it"
        self.hides_another = False

    def begin(self, _origin_s: float) -> None:
        """Nothing else is timed by a live stream's stamps."""

    def __iter__(self) -> Iterator[PicturePacket]:
        try:
            for packet in self._container.demux(self._stream):
                if packet.dts is not None or packet.size:
                    yield packet
        except av.FFmpegError as error:  # a network that stalls
            self.last_error = explain(error, self._timeout_s)

    def note(self, error: av.FFmpegError) -> None:
        """A piece of the stream is lost."""
        self._damage.lost_pieces += 1
        self.last_error = explain(error, self._timeout_s)
