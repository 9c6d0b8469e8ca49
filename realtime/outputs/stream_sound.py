"""The sound of a stream: a video's, a microphone's or silence, as one unbroken run of samples from its first picture
on.

Platforms refuse a stream without sound, or show nothing until some comes. Knows samples and times; stream.py encodes.
"""

import logging
from collections.abc import Iterator
from typing import Protocol, cast

import av
import numpy as np
from numpy.typing import NDArray

from realtime.media.ffmpeg import explain, open_input, readable, seek_before
from realtime.media.timeline import Timeline
from realtime.outputs.live_sound import Alignment, AudioSource
from realtime.outputs.microphone import RATE
from realtime.types import Rereadable

logger = logging.getLogger(__name__)

CHANNELS = 2
JITTER_S = 0.1
"""An offset between two pieces of a video's sound that is no hole: stamps are rounded, decoders begin early."""
SEEK_BEFORE_S = 1.0


class Sound(Protocol):
    """Samples, as far as the picture is."""

    def until(self, at_s: float, captured_ns: int) -> NDArray[np.int16]:
        """What follows the last call, up to a picture: (N, 2), RATE a second.

        at_s: the picture's time in the stream, s. captured_ns: when it was taken, on the monotonic clock.
        """
        ...

    def close(self) -> None: ...


class Silence:
    """No sound, as long as the picture."""

    def __init__(self) -> None:
        self._written = 0

    def until(self, at_s: float, captured_ns: int) -> NDArray[np.int16]:  # noqa: ARG002  a Sound
        count = max(0, round(at_s * RATE) - self._written)
        self._written += count
        return np.zeros((count, CHANNELS), np.int16)

    def close(self) -> None:
        """Nothing to let go of."""


class MicrophoneSound:
    """What a microphone hears, in step with a live picture."""

    def __init__(self, microphone: AudioSource) -> None:
        self._microphone = microphone
        self._alignment: Alignment | None = None

    def until(self, at_s: float, captured_ns: int) -> NDArray[np.int16]:
        if self._alignment is None:
            self._alignment = Alignment(captured_ns - round(at_s * 1e9))
        placed = [self._alignment.place(block) for block in self._microphone.take(captured_ns)]
        mono = np.concatenate(placed) if placed else np.zeros(0, np.int16)
        return np.repeat(mono[:, np.newaxis], CHANNELS, axis=1)

    def close(self) -> None:
        self._microphone.close()


class VideoSound:
    """The sound of a video, by video time; silence where it has none. Raises av.FFmpegError when it does not open."""

    def __init__(self, where: str | Rereadable, timeline: Timeline) -> None:
        self._container = open_input(readable(where))
        self._timeline = timeline
        seek_before(self._container, int((-timeline.video_s(0.0) - SEEK_BEFORE_S) * av.time_base))
        self._pieces = self._decoded()
        self._rest = np.zeros((0, CHANNELS), np.int16)
        self._held = 0  # samples read so far, from video time 0
        self._is_over = False

    def until(self, at_s: float, captured_ns: int) -> NDArray[np.int16]:  # noqa: ARG002  a Sound
        wanted = max(0, round(at_s * RATE) - (self._held - len(self._rest)))
        while len(self._rest) < wanted:
            self._append(*self._next_piece(wanted - len(self._rest)))
        taken, self._rest = self._rest[:wanted], self._rest[wanted:]
        return taken

    def close(self) -> None:
        self._container.close()

    def _next_piece(self, missing: int) -> tuple[NDArray[np.int16], int]:
        """A piece of sound and its place, in samples of video time; silence when there is no more."""
        piece = None if self._is_over else next(self._pieces, None)
        if piece is None:
            self._is_over = True
            return np.zeros((missing, CHANNELS), np.int16), self._held
        return piece

    def _append(self, samples: NDArray[np.int16], place: int) -> None:
        """Put a piece where it belongs: a hole before it is filled, what was there before is cut away."""
        off = place - self._held
        if off > JITTER_S * RATE:
            samples = np.concatenate([np.zeros((off, CHANNELS), np.int16), samples])
        elif place < 0 or off < -JITTER_S * RATE:
            samples = samples[min(len(samples), -off) :]
        self._rest = np.concatenate([self._rest, samples])
        self._held += len(samples)

    def _decoded(self) -> Iterator[tuple[NDArray[np.int16], int]]:
        resampler = av.AudioResampler(format="s16", layout="stereo", rate=RATE)
        stream = self._container.streams.best("audio")
        packets = self._container.demux(stream) if stream is not None else iter(())
        while True:
            try:
                for frame in cast("list[av.AudioFrame]", next(packets).decode()):
                    at_s = self._timeline.video_s(frame.time or 0.0, self._held / RATE)
                    for piece in resampler.resample(frame):
                        yield np.asarray(piece.to_ndarray(), np.int16).reshape(-1, CHANNELS), round(at_s * RATE)
                        at_s += piece.samples / RATE
            except StopIteration:
                return
            except av.FFmpegError as error:
                logger.debug("skipped a damaged piece of sound: %s", explain(error))
