"""The sound of a file, carried over to another: copied packet by packet, converted only where it must be.

It is read bit by bit as the picture proceeds, so memory stays small, and cut off where the picture stopped.
Knows audio; knows nothing of pictures but how far they are.
"""

import contextlib
import logging
from collections.abc import Iterator
from fractions import Fraction
from typing import TypeAlias, cast

import av

from realtime.ffmpeg import explain
from realtime.outputs.film_tags import label_track

logger = logging.getLogger(__name__)

NEAR_END_S = 0.2
"""A picture that stopped this near to its end was not cut off: the rest of the sound belongs to it."""
AudioPacket: TypeAlias = "av.Packet[av.AudioStream]"
Transcoder: TypeAlias = tuple[av.AudioStream, av.AudioResampler]


class SoundCopier:
    """Brings the audio streams of one file (or address) into a container that is being written.

    Make it after the video stream was added and before anything is muxed; use it from one thread.
    """

    def __init__(self, where: str, target: av.container.OutputContainer) -> None:
        self._source = av.open(where)
        self._target = target
        self._copied: dict[int, av.AudioStream] = {}
        self._converted: dict[int, Transcoder] = {}
        for stream in self._source.streams.audio:
            if stream.codec_context.codec.canonical_name in target.supported_codecs:
                made = self._copied[stream.index] = target.add_stream_from_template(stream)
            else:
                self._converted[stream.index] = self._transcoder(stream)
                made = self._converted[stream.index][0]
            label_track(stream, made)
        self._picture_end_s = self._picture_ends()
        self._packets = self._read()
        self._pending: AudioPacket | None = next(self._packets, None)

    def advance(self, picture_s: float, _captured_ns: int = 0) -> None:
        """Write what belongs to the time up to `picture_s` (s, of the file)."""
        while self._pending is not None and _time_of(self._pending) <= picture_s:
            self._write(self._pending)
            self._pending = next(self._packets, None)

    def finish(self, picture_s: float) -> None:
        """The picture ended at `picture_s`: write the rest, or nothing more when it stopped early."""
        if picture_s >= self._picture_end_s - NEAR_END_S:
            self.advance(float("inf"))
        for stream, resampler in self._converted.values():
            with contextlib.suppress(av.EOFError):
                for frame in resampler.resample(None):
                    self._target.mux(stream.encode(frame))
            self._target.mux(stream.encode(None))
        self.close()

    def close(self) -> None:
        self._source.close()

    def _picture_ends(self) -> float:
        stream = self._source.streams.video[0]
        if stream.duration is None or stream.time_base is None:
            return float(self._source.duration or 0) / av.time_base
        return float((stream.start_time or 0) + stream.duration) * float(stream.time_base)

    def _transcoder(self, stream: av.AudioStream) -> Transcoder:
        codec = self._target.default_audio_codec
        logger.warning("%s sound does not fit this container: converting it to %s", stream.codec_context.name, codec)
        rate = 48_000 if "opus" in codec else stream.rate
        converted = cast("av.AudioStream", self._target.add_stream("libopus" if codec == "opus" else codec, rate=rate))
        converted.layout = stream.layout.name
        return converted, av.AudioResampler(format=converted.format.name, layout=stream.layout.name, rate=rate)

    def _read(self) -> Iterator[AudioPacket]:
        """Packets with a time, in the file's order; damaged ones are skipped."""
        packets = self._source.demux(self._source.streams.audio)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except av.FFmpegError as error:
                logger.warning("the sound stops early: %s", explain(error))
                return
            if packet.dts is not None:
                yield packet

    def _write(self, packet: AudioPacket) -> None:
        if packet.stream.index in self._copied:
            packet.stream = self._copied[packet.stream.index]
            self._target.mux(packet)
            return
        stream, resampler = self._converted[packet.stream.index]
        try:
            frames = packet.decode()
        except av.FFmpegError as error:
            logger.warning("skipped a damaged piece of sound: %s", explain(error))
            return
        for frame in frames:
            for piece in resampler.resample(frame):
                self._target.mux(stream.encode(piece))


def _time_of(packet: AudioPacket) -> float:
    return float((packet.pts if packet.pts is not None else packet.dts or 0) * (packet.time_base or Fraction(1)))
