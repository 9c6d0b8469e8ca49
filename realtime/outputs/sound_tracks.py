"""One stream of sound on its way into a container: copied packet by packet, or decoded and encoded again.

A copied packet keeps its bytes; it is decoded on the side, because one damaged packet stops some players for good.
Converted sound begins at film time zero, and is as long as its times say: silence is put into holes, what overlaps is
cut off, and a slow drift is stretched away (ffmpeg's aresample).

Knows packets and samples; sound.py knows which of them are due, packet_times.py when they are heard.
"""

from fractions import Fraction
from typing import Protocol, TypeAlias, cast

import av
from av.filter import Graph

from realtime.outputs.codecs import AudioFormat
from realtime.outputs.film_tags import label_track
from realtime.outputs.packet_times import duration_of

AudioPacket: TypeAlias = "av.Packet[av.AudioStream]"
UNDECODABLE = (av.error.PatchWelcomeError, av.error.NotImplementedError)
"""What the decoder lacks is no damage."""
PREROLL_S = 0.5
"""Sound before the film that decoders may want to hear first."""
ROUNDING_S = 0.002
"""Stamps in milliseconds are off by one."""
COMPENSATION = "async=240:min_comp=0.01:min_hard_comp=0.04"
"""Of aresample: an offset beyond 10 ms is stretched away by 0.5 %, one beyond 40 ms filled with silence or cut."""
STEP_S, RARE_S = 0.008, 1.0
"""Packets off by more than STEP_S begin anew where they belong, if that is rare; else times only jitter."""
FILL_S = 1.0


class SoundTrack(Protocol):
    """Takes the packets of one stream in order. damaged: how many could not be read, and were left out."""

    damaged: int

    def write(self, packet: AudioPacket, film_s: float) -> None:
        """Bring `packet`, heard from film time `film_s` on, s. Raises av.FFmpegError when it cannot be written."""
        ...

    def fill(self, until_s: float) -> None:
        """No sound will come before film time `until_s`: bring silence where it is needed."""
        ...

    def finish(self) -> None:
        """Bring what is still held."""
        ...


class CopiedTrack:
    """Packets as they are. hides_preroll: what lies before zero can be stored and not played."""

    def __init__(self, source: av.AudioStream, target: av.container.OutputContainer, *, hides_preroll: bool) -> None:
        self.damaged = 0
        context = source.codec_context
        self._priming_s = context.delay / context.sample_rate if context.sample_rate else 0.0
        self._hides_preroll = hides_preroll
        self._target = target
        self._stream = target.add_stream_from_template(source)
        label_track(source, self._stream)
        self._preroll: tuple[AudioPacket, float] | None = None
        self._end_s = self._last_s = float("-inf")

    def write(self, packet: AudioPacket, film_s: float) -> None:
        if not self._can_be_decoded(packet):
            self.damaged += 1
            return
        if film_s + duration_of(packet) <= ROUNDING_S:
            self._preroll = (packet, film_s)
            return
        if self._preroll is not None and self._is_first:
            before, before_s = self._preroll
            if before_s + duration_of(before) >= film_s - ROUNDING_S:
                self._mux(before, before_s)
        self._mux(packet, film_s)

    def fill(self, until_s: float) -> None:
        """The times of packets say where there is none."""

    def finish(self) -> None:
        """Nothing is held."""

    @property
    def _is_first(self) -> bool:
        return self._last_s == float("-inf")

    def _can_be_decoded(self, packet: AudioPacket) -> bool:
        if packet.is_corrupt:
            return False
        try:
            packet.decode()
        except UNDECODABLE:
            return True
        except av.FFmpegError:
            return False
        return True

    def _mux(self, packet: AudioPacket, film_s: float) -> None:
        duration_s = duration_of(packet)
        if film_s < -self._priming_s - ROUNDING_S and not self._hides_preroll:
            return
        if film_s < self._end_s - duration_s / 2:  # its time is taken: it came twice
            return
        time_base = packet.time_base or Fraction(1, 90_000)
        film_s = max(film_s, self._last_s + float(time_base))
        self._last_s, self._end_s = film_s, film_s + duration_s
        packet.pts = packet.dts = round(film_s / time_base)
        packet.stream = self._stream
        self._target.mux(packet)


class ConvertedTrack:
    """Sound in another format."""

    def __init__(self, source: av.AudioStream, target: av.container.OutputContainer, audio_format: AudioFormat) -> None:
        self.damaged = 0
        self._source, self._target, self._format = source, target, audio_format
        self._stream = cast("av.AudioStream", target.add_stream(audio_format.encoder, rate=audio_format.rate))
        label_track(source, self._stream)
        configure(self._stream.codec_context, audio_format)
        self._graph: Graph | None = None
        self._takes: tuple[int, str, str] | None = None  # rate, sample format and layout of what the graph is made for
        self._samples = 0
        self._end_s = self._stepped_s = float("-inf")  # of the packets, and where they last began anew

    def write(self, packet: AudioPacket, film_s: float) -> None:
        if film_s + duration_of(packet) < -PREROLL_S:
            return
        if abs(film_s - self._end_s) > STEP_S:
            if film_s - self._stepped_s > RARE_S:
                self._drain()
            self._stepped_s = film_s
        self._end_s = film_s + duration_of(packet)
        packet.pts = packet.dts = round(film_s / (packet.time_base or Fraction(1, 90_000)))
        try:
            frames = packet.decode()
        except av.FFmpegError:
            self.damaged += 1
            return
        for frame in frames:
            self._resample(frame)

    def fill(self, until_s: float) -> None:
        piece = round(FILL_S * self._format.rate)
        if until_s * self._format.rate - self._samples < piece:
            return
        self._drain()
        while self._samples + piece <= until_s * self._format.rate:
            self._encode(_silence(self._format, piece))

    def finish(self) -> None:
        for frame in self._source.decode(None):
            self._resample(frame)
        self._drain()
        self._target.mux(self._stream.encode(None))

    def _resample(self, frame: av.AudioFrame) -> None:
        takes = (frame.sample_rate, frame.format.name, frame.layout.name)
        if takes != self._takes:
            self._drain()
        if self._graph is None:
            self._graph, self._takes = self._new_graph(*takes), takes
        if frame.pts is not None and frame.time_base is not None:
            frame.pts = round(frame.pts * frame.time_base * frame.sample_rate)
            frame.time_base = Fraction(1, frame.sample_rate)
        self._graph.push(frame)
        self._pull(self._graph)

    def _new_graph(self, rate: int, sample_format: str, layout: str) -> Graph:
        wanted = self._format
        graph = Graph()
        graph.link_nodes(
            graph.add_abuffer(sample_rate=rate, format=sample_format, layout=layout, time_base=Fraction(1, rate)),
            graph.add("aresample", f"{wanted.rate}:{COMPENSATION}:first_pts={self._samples}"),
            graph.add(
                "aformat",
                f"sample_rates={wanted.rate}:sample_fmts={wanted.sample_format}:channel_layouts={wanted.layout}",
            ),
            graph.add("abuffersink"),
        ).configure()
        return graph

    def _drain(self) -> None:
        if self._graph is not None:
            self._graph.push(None)
            self._pull(self._graph)
            self._graph = None

    def _pull(self, graph: Graph) -> None:
        while True:
            try:
                frame = graph.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            self._encode(cast("av.AudioFrame", frame))

    def _encode(self, frame: av.AudioFrame) -> None:
        frame.pts, frame.time_base = self._samples, Fraction(1, self._format.rate)
        self._samples += frame.samples
        self._target.mux(self._stream.encode(frame))


def configure(context: av.AudioCodecContext, audio_format: AudioFormat) -> None:
    """Make an encoder's context one for `audio_format`."""
    context.sample_rate, context.time_base = audio_format.rate, Fraction(1, audio_format.rate)
    context.layout, context.format = audio_format.layout, audio_format.sample_format
    if audio_format.bit_rate is not None:
        context.bit_rate = audio_format.bit_rate


def _silence(audio_format: AudioFormat, samples: int) -> av.AudioFrame:
    frame = av.AudioFrame(audio_format.sample_format, audio_format.layout, samples)
    for plane in frame.planes:
        plane.update((b"\x80" if audio_format.sample_format.startswith("u8") else b"\0") * plane.buffer_size)
    frame.sample_rate = audio_format.rate
    return frame
