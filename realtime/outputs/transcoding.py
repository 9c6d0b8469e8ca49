"""Transcoding of sound: decoded, and encoded in a format that players of the file play.

It begins at video time zero and is as long as its times say: silence is put into holes, what overlaps is cut off, and a
slow drift is stretched away (ffmpeg's aresample).

Knows samples; stream_copy.py knows packets, sound.py which of them are due.
"""

from fractions import Fraction
from typing import cast

import av
from av.filter import Graph

from realtime.media.joined_streams import decoded
from realtime.outputs.codecs import AudioFormat
from realtime.outputs.packet_times import STEP_S, AudioPacket, duration_of

PREROLL_S = 0.5
"""Sound before the video that decoders may want to hear first."""
COMPENSATION = "async=240:min_comp=0.01:min_hard_comp=0.04"
"""Of aresample: an offset beyond 10 ms is stretched away by 0.5 %, one beyond 40 ms filled with silence or cut."""
CALMING, MOST_UNREST = 0.95, 4.0
"""Unrest grows by 1 with a packet that is off, and fades with each: a damaged packet in ten is less than MOST_UNREST,
every second packet off is more, and jitter."""
FILL_S, MOST_FILLED_S = 1.0, 600.0
"""A hole that is seen at once and longer is not filled: a stamp is wrong."""


class Transcoder:
    """A track in another format."""

    def __init__(self, source: av.AudioStream, target: av.container.OutputContainer, audio_format: AudioFormat) -> None:
        self.damaged = 0
        self._source, self._target, self._format = source, target, audio_format
        self.stream = cast("av.AudioStream", target.add_stream(audio_format.encoder, rate=audio_format.rate))
        configure(self.stream.codec_context, audio_format)
        self._graph: Graph | None = None
        self._takes: tuple[int, str, str] | None = None  # rate, sample format and layout of what the graph is made for
        self._samples = 0
        self._end_s = float("-inf")  # of the packets
        self._unrest = 0.0

    def write(self, packet: AudioPacket, video_s: float) -> None:
        if video_s + duration_of(packet) < -PREROLL_S:
            return
        self._unrest *= CALMING
        if abs(video_s - self._end_s) > STEP_S:
            self._unrest += 1
            if self._unrest < MOST_UNREST:
                self._drain()  # what follows begins anew, exactly where it belongs
        packet.pts = packet.dts = round(video_s / (packet.time_base or Fraction(1, 90_000)))
        try:
            frames = decoded(packet)
        except av.FFmpegError:
            self.damaged += 1
            frames = []
        self._end_s = video_s + sum(frame.samples / frame.sample_rate for frame in frames)
        for frame in frames:
            self._resample(frame)

    def fill(self, until_s: float) -> None:
        missing = round(until_s * self._format.rate) - self._samples
        if FILL_S < missing / self._format.rate < MOST_FILLED_S:
            self._drain()
            self._silence(missing)

    def finish(self) -> None:
        for frame in self._source.decode(None):
            self._resample(frame)
        self._drain()
        self._target.mux(self.stream.encode(None))

    def _resample(self, frame: av.AudioFrame) -> None:
        takes = (frame.sample_rate, frame.format.name, frame.layout.name)
        if takes != self._takes:
            self._drain()
        if frame.pts is not None and frame.time_base is not None:
            frame.pts = round(frame.pts * frame.time_base * frame.sample_rate)
            frame.time_base = Fraction(1, frame.sample_rate)
        if self._graph is None:
            due = self._samples if frame.pts is None else round(frame.pts * self._format.rate / frame.sample_rate)
            self._silence(due - self._samples)
            self._graph, self._takes = self._new_graph(*takes, first=due), takes
        self._graph.push(frame)
        self._pull(self._graph)

    def _new_graph(self, rate: int, sample_format: str, layout: str, *, first: int) -> Graph:
        """first: where the first sample belongs; what lies before the samples that are written is cut off."""
        wanted, graph = self._format, Graph()
        formats = f"sample_rates={wanted.rate}:sample_fmts={wanted.sample_format}:channel_layouts={wanted.layout}"
        graph.link_nodes(
            graph.add_abuffer(sample_rate=rate, format=sample_format, layout=layout, time_base=Fraction(1, rate)),
            graph.add("aresample", f"{wanted.rate}:{COMPENSATION}:first_pts={first}"),
            graph.add("aformat", formats),
            graph.add("atrim", f"start_sample={max(0, self._samples - first)}"),
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
        self._target.mux(self.stream.encode(frame))

    def _silence(self, samples: int) -> None:
        """Go on by so many samples, if any: in silence, or at once over what is too long to be a hole."""
        if samples > MOST_FILLED_S * self._format.rate:
            self._samples += samples
            return
        quiet = b"\x80" if self._format.sample_format.startswith("u8") else b"\0"
        while samples > 0:
            count = min(samples, round(FILL_S * self._format.rate))
            frame = av.AudioFrame(self._format.sample_format, self._format.layout, count)
            for plane in frame.planes:
                plane.update(quiet * plane.buffer_size)
            frame.sample_rate = self._format.rate
            self._encode(frame)
            samples -= count


def configure(context: av.AudioCodecContext, audio_format: AudioFormat) -> None:
    """Make an encoder's context one for `audio_format`."""
    context.sample_rate, context.time_base = audio_format.rate, Fraction(1, audio_format.rate)
    context.layout, context.format = audio_format.layout, audio_format.sample_format
    if audio_format.bit_rate is not None:
        context.bit_rate = audio_format.bit_rate
