"""Stream copy of sound: packets keep their bytes and go where their times say.

Each is decoded on the side, because one damaged packet stops some players for good, and left out when that fails. Holes
are filled with packets of silence, and what comes twice is left out: a player that heeds no times, but plays packet
after packet, is at most half a packet off.

Knows packets; transcoding.py knows samples, sound.py which packets are due.
"""

from fractions import Fraction
from typing import cast

import av
from av.bitstream import BitStreamFilterContext

from realtime.outputs.packet_times import STEP_S, AudioPacket, duration_of
from realtime.outputs.silence import silent_packet

UNDECODABLE = (av.error.PatchWelcomeError, av.error.NotImplementedError)
"""What the decoder lacks is no damage."""
ROUNDING_S = 0.002
"""Stamps in milliseconds are off by one."""
FILL_S, MOST_FILLED_S = 1.0, 600.0
"""A hole that is seen at once and longer is none: a stamp is wrong."""


class StreamCopy:
    """A track of copied packets. hides_preroll: what lies before zero can be stored and not played (an edit list)."""

    def __init__(self, source: av.AudioStream, target: av.container.OutputContainer, *, hides_preroll: bool) -> None:
        self.damaged = 0
        context = source.codec_context
        self._priming_s = context.delay / context.sample_rate if context.sample_rate else 0.0
        self._hides_preroll = hides_preroll
        self._source, self._target = source, target
        self.stream = target.add_stream_from_template(source)
        # Broadcast AAC has headers in its packets (ADTS), which no mp4 takes; ffmpeg removes them in plain ones only.
        is_bare = context.codec.canonical_name != "aac" or context.extradata or not hides_preroll
        self._headers = None if is_bare else BitStreamFilterContext("aac_adtstoasc", source)
        self._preroll: tuple[AudioPacket, float] | None = None
        self._latest: tuple[AudioPacket, int] | None = None  # and how many samples are in it
        self._silence: bytes | None = None
        self._end_s = self._last_s = float("-inf")  # of what came, and the time of what was written last
        self._owed_s = 0.0  # how far what was written is behind what came, packet after packet

    def write(self, packet: AudioPacket, video_s: float) -> None:
        samples = self._decoded(packet)
        if samples is None:
            self.damaged += 1
            return
        if video_s + duration_of(packet) <= ROUNDING_S:
            self._preroll = (packet, video_s)
            return
        if not self._can_be_stored(video_s):
            return
        if self._latest is None:
            self._begin(video_s)
        elif abs(video_s - self._end_s) > STEP_S:
            self._owe(video_s, *self._latest)
        length_s = self._length(packet, samples)
        if self._owed_s < -length_s / 2:  # its time was heard already
            self._owed_s += length_s
            self._end_s = video_s + length_s
            return
        self._end_s = video_s + length_s
        self._latest = packet, samples
        self._mux(packet, video_s, length_s)

    def fill(self, until_s: float) -> None:
        if self._latest is not None and until_s - self._end_s > FILL_S:
            self._owe(until_s, *self._latest)
            self._end_s = until_s

    def finish(self) -> None:
        """Nothing is held."""

    def _begin(self, video_s: float) -> None:
        """What decoders want to hear before the first packet, where it can be stored and not heard."""
        if self._preroll is not None:
            packet, before_s = self._preroll
            if self._can_be_stored(before_s) and before_s + duration_of(packet) >= video_s - ROUNDING_S:
                self._mux(packet, before_s, duration_of(packet))

    def _can_be_stored(self, video_s: float) -> bool:
        return self._hides_preroll or video_s >= -self._priming_s - ROUNDING_S

    def _owe(self, video_s: float, like: AudioPacket, samples: int) -> None:
        """The next packet is heard at `video_s`: write silence until then, in packets `like` the last one."""
        self._owed_s += video_s - self._end_s
        length_s = duration_of(like)
        if not samples or not 0 < length_s / 2 <= self._owed_s < MOST_FILLED_S:
            return
        self._silence = self._silence or silent_packet(self._source, bytes(like), samples)
        if self._silence is None:
            self._owed_s = 0.0
            return
        for number in range(round(self._owed_s / length_s)):
            packet = cast("AudioPacket", av.Packet(self._silence))
            self._mux(packet, self._end_s + number * length_s, length_s)
            self._owed_s -= length_s

    def _length(self, packet: AudioPacket, samples: int) -> float:
        """How long a packet is heard, s. It may claim more: in mp4 a hole behind it; less only by rounding.

        What is decoded of the first packet may be less than what it holds: decoders leave out the preroll.
        """
        claimed_s, held_s = duration_of(packet), samples / self._source.rate
        is_exact = samples > 0 and (self._latest is not None or abs(held_s - claimed_s) < ROUNDING_S)
        return held_s if is_exact and held_s < claimed_s + ROUNDING_S else claimed_s

    def _decoded(self, packet: AudioPacket) -> int | None:
        """How many samples are in a packet, 0 where that cannot be known; None for a damaged one."""
        if packet.is_corrupt:
            return None
        try:
            return sum(frame.samples for frame in packet.decode())
        except UNDECODABLE:
            return 0
        except av.FFmpegError:
            return None

    def _mux(self, packet: AudioPacket, video_s: float, length_s: float) -> None:
        ticks = self._source.rate  # finer than milliseconds: there are packets of less
        self._last_s = max(video_s, self._last_s + 1 / ticks)
        packet.time_base = Fraction(1, ticks)
        packet.pts = packet.dts = round(self._last_s * ticks)
        packet.duration = round(length_s * ticks)
        for piece in self._bare(packet):
            piece.stream = self.stream
            self._target.mux(piece)

    def _bare(self, packet: AudioPacket) -> "list[AudioPacket]":
        """Without headers, where there are any. A filter keeps what it is given, so it gets a copy."""
        if self._headers is None:
            return [packet]
        copied = cast("AudioPacket", av.Packet(bytes(packet)))
        copied.time_base, copied.duration = packet.time_base, packet.duration
        copied.pts, copied.dts = packet.pts, packet.dts
        pieces = cast("list[AudioPacket]", self._headers.filter(copied))
        for piece in pieces:
            piece.time_base = packet.time_base
        return pieces
