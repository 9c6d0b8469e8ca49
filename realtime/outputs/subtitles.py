"""The subtitles of a video, carried over to another: copied where the container holds them, else converted to its text.

They are read as the picture proceeds, and appear with it: by video time, without what was cut away. A subtitle is
written when it is over, so that none outlasts a picture that stopped. Trouble with them costs a line, never the video.
Knows subtitles; knows nothing of pictures but how far they are.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias, cast

import av
from av.stream import Disposition
from av.subtitles.stream import SubtitleStream

from realtime.media.ffmpeg import explain, seek_before
from realtime.media.timeline import Timeline
from realtime.outputs.video_tags import label_track

logger = logging.getLogger(__name__)

PICTURES = frozenset({"hdmv_pgs_subtitle", "dvd_subtitle", "dvb_subtitle"})
COPIED = {
    "mp4": frozenset({"mov_text"}),
    "mov": frozenset({"mov_text"}),
    "matroska": frozenset({"subrip", "ass", "webvtt", "text", *PICTURES}),
    "webm": frozenset({"webvtt"}),
}
"""What each container holds and players show, by ffmpeg's names. DVD's pictures in an mp4 are shown by hardly any."""
TEXT_OF = {"mp4": "mov_text", "mov": "mov_text", "matroska": "subrip", "webm": "webvtt"}
"""What other text is converted to."""
TELEMETRY = "dji"
"""Drones write where they are into a track of subtitles, once a frame."""
MS = Fraction(1, 1000)
MOST_WAIT_S = 8.0
"""A longer subtitle is written before it is over: the muxer sorts what comes later than the picture by up to 10 s."""
EMPTY_MOV_TEXT = 2
"""Bytes: its length, 0. It fills the time between two texts."""
BEFORE_S = 10.0
"""How long before a video's first picture subtitles are looked for that are still shown."""
SubtitlePacket: TypeAlias = "av.Packet[SubtitleStream]"
AnyPacket: TypeAlias = "av.Packet[av.stream.Stream]"


@dataclass(slots=True)
class Line:
    """One packet of a track, by video time in ms. stop_ms: None where only the next one ends it."""

    packet: SubtitlePacket
    start_ms: int
    stop_ms: int | None


class SubtitleTrack:
    """One track of the video and the one it becomes."""

    def __init__(self, source: SubtitleStream, target: av.container.OutputContainer) -> None:
        self._source = source
        container = target.format.name
        codec = source.codec_context.codec.canonical_name
        self._is_copied = codec in COPIED[container]
        self._has_fillers = codec == "mov_text"
        if self._is_copied:
            self._stream = target.add_stream_from_template(source)
        else:
            self._stream = _converted(source, target, TEXT_OF[container])
        label_track(source, self._stream)
        self._target = target
        self._wants_fillers = target.format.name in {"mp4", "mov"}
        self._last_ms = 0
        self._shown_until_ms: int | None = None  # of the last text, where something must end it
        self.waiting: list[Line] = []

    def take(self, packet: SubtitlePacket, timeline: Timeline, near_s: float) -> None:
        """Note a packet of the video. near_s: the video time where it was read."""
        if packet.pts is None or (self._has_fillers and packet.size <= EMPTY_MOV_TEXT):
            return
        unit = packet.time_base or MS
        start_s = timeline.video_s(float(packet.pts * unit), near_s)
        stop_ms = round(1000 * (start_s + float(packet.duration * unit))) if packet.duration else None
        start_ms = round(1000 * start_s)
        if (start_ms if stop_ms is None else stop_ms - 1) >= 0:
            self.waiting.append(Line(packet, max(0, start_ms), stop_ms))

    def write_until(self, picture_s: float) -> None:
        """Write what is over, in order."""
        while self.waiting and self._due_s(self.waiting[0]) <= picture_s:
            self._write(self.waiting.pop(0))
        next_ms = self.waiting[0].start_ms if self.waiting else float("inf")
        self._fill_until(min(round(1000 * picture_s), next_ms))

    def finish(self, picture_s: float) -> None:
        """Write what began before the picture ended, and no longer than that."""
        end_ms = round(1000 * picture_s)
        for line in self.waiting:
            if line.start_ms < end_ms:
                line.stop_ms = None if line.stop_ms is None else min(line.stop_ms, end_ms)
                self._write(line)
        self.waiting.clear()
        self._fill_until(end_ms)

    @staticmethod
    def _due_s(line: Line) -> float:
        """By which picture a line is written."""
        stop_ms = line.start_ms if line.stop_ms is None else line.stop_ms
        return min(stop_ms / 1000, line.start_ms / 1000 + MOST_WAIT_S)

    def _write(self, line: Line) -> None:
        try:
            packet = line.packet if self._is_copied else self._convert(line)
        except av.FFmpegError as error:
            logger.warning("skipped a damaged subtitle: %s", explain(error))
            return
        if packet is not None:
            self._fill_until(line.start_ms)
            self._mux(packet, line.start_ms, line.stop_ms)
            self._shown_until_ms = line.stop_ms if self._wants_fillers else None

    def _fill_until(self, at_ms: float) -> None:
        """In an mp4 a text is shown until the next one: an empty one, where that is later than it should be."""
        if self._shown_until_ms is not None and self._shown_until_ms < at_ms:
            self._mux(av.Packet(bytes(EMPTY_MOV_TEXT)), self._shown_until_ms, None)
            self._shown_until_ms = None

    def _mux(self, packet: "av.Packet[Any]", start_ms: int, stop_ms: int | None) -> None:
        self._last_ms = max(start_ms, self._last_ms)
        packet.stream, packet.time_base = self._stream, MS
        packet.pts = packet.dts = self._last_ms
        packet.duration = 1 if stop_ms is None else max(1, stop_ms - self._last_ms)
        self._target.mux(packet)

    def _convert(self, line: Line) -> "SubtitlePacket | None":
        """The text in another format; None when nothing is shown."""
        shown = self._source.decode2(line.packet)
        if shown is None or not len(shown):
            return None
        return self._stream.codec_context.encode_subtitle(shown)


class SubtitleCopier:
    """Brings the subtitles of a video into a container that is being written; one thread uses it.

    Make it after the other streams were added and before anything is muxed. left: what is not carried, for people.
    """

    def __init__(
        self, source: av.container.InputContainer, target: av.container.OutputContainer, timeline: Timeline
    ) -> None:
        self._source, self._timeline = source, timeline
        self.left: list[str] = []
        self._tracks: dict[int, SubtitleTrack] = {}
        for stream in source.streams.subtitles:
            reason = _why_not(stream, target.format.name)
            if reason is None:
                self._tracks[stream.index] = SubtitleTrack(stream, target)
            else:
                self.left.append(reason)
        self._packets = self._read()
        self._pending: AnyPacket | None = None
        self._read_to_s = 0.0
        if self._tracks:
            seek_before(source, int((-timeline.video_s(0.0) - BEFORE_S) * av.time_base))
            self._pending = next(self._packets, None)

    @property
    def has_tracks(self) -> bool:
        return bool(self._tracks)

    def advance(self, picture_s: float) -> None:
        """Write what is over at `picture_s` (video time, s)."""
        while self._pending is not None and not self._is_ahead(self._pending, picture_s):
            if isinstance(self._pending.stream, SubtitleStream):
                packet = cast("SubtitlePacket", self._pending)
                self._tracks[packet.stream.index].take(packet, self._timeline, self._read_to_s)
            self._pending = next(self._packets, None)
        for track in self._tracks.values():
            track.write_until(picture_s)

    def finish(self, picture_s: float) -> None:
        """The picture ended at `picture_s`."""
        self.advance(picture_s)
        for track in self._tracks.values():
            track.finish(picture_s)

    def close(self) -> None:
        self._source.close()

    def _is_ahead(self, packet: AnyPacket, picture_s: float) -> bool:
        """Whether the video was read far enough, which its pictures tell: subtitles may be minutes apart.

        A picture is asked for its time again and again: a jump becomes known only when the pictures come to it.
        """
        if isinstance(packet.stream, SubtitleStream) or packet.dts is None:
            return False
        at_s = self._timeline.video_s(float(packet.dts * (packet.time_base or MS)), picture_s)
        if at_s <= picture_s:
            self._read_to_s = at_s
        return at_s > picture_s

    def _read(self) -> Iterator[AnyPacket]:
        pictures = [s for s in self._source.streams.video if not s.disposition & Disposition.attached_pic]
        wanted = [*(self._source.streams[index] for index in self._tracks), *pictures[:1]]
        packets = self._source.demux(wanted)
        while True:
            try:
                yield next(packets)
            except StopIteration:
                return
            except av.FFmpegError as error:
                logger.warning("the subtitles stop early: %s", explain(error))
                return


def _why_not(stream: SubtitleStream, container: str) -> str | None:
    """Why a track cannot be carried, for people; None when it can."""
    name = f"{stream.language or ''} subtitles".strip()
    context = stream.codec_context
    if context is None:
        return f"{name} of an unknown kind"
    codec = context.codec.canonical_name
    if TELEMETRY in stream.metadata.get("handler_name", "").lower():
        return "the drone's track of places"
    if codec not in COPIED[container] and codec in {*PICTURES, "xsub"}:
        return f"{name} that are pictures (.mkv holds them)"
    return None


def _converted(source: SubtitleStream, target: av.container.OutputContainer, codec: str) -> SubtitleStream:
    """A new track of text; the encoder wants to know the decoder's styles."""
    source.codec_context.open(strict=False)
    stream = target.add_stream(codec)
    if not isinstance(stream, SubtitleStream):
        raise TypeError(f"{codec} is no format of subtitles")
    stream.codec_context.subtitle_header = source.codec_context.subtitle_header
    return stream
