"""The sound of a live recording: what a microphone heard, kept in step with the picture.

Two clocks tick in a recording, the camera's and the sound card's. Each block of sound says when it was heard, so how
far the sound is off is known at any time: a little is made good by stretching blocks by at most 0.5 %, which nobody
hears; a gap by silence. Knows times and samples; knows no device.
"""

import logging
from collections.abc import Iterable
from fractions import Fraction
from typing import Protocol, cast

import av
import numpy as np
from numpy.typing import NDArray

from realtime.outputs.microphone import RATE, Block

logger = logging.getLogger(__name__)

NS_PER_S = 1_000_000_000
STEADY = 0.02
"""Weight of a new block in the running mean of the offset: single blocks come with milliseconds of jitter."""
MOST_STRETCH = 0.005
GAP_S = 0.15
"""An offset that is no drift: sound was lost, or the recording began before it."""


class AudioSource(Protocol):
    """A microphone, or what stands in for one."""

    def take(self, until_ns: int) -> Iterable[Block]: ...
    def close(self) -> None: ...


class Alignment:
    """Turns blocks into one unbroken run of samples that begins when the picture does. zero_ns: when that is.

    offset_ms: how far the sound is behind the picture (running mean), before it is made good. gaps: filled or cut.
    """

    def __init__(self, zero_ns: int) -> None:
        self._zero_ns = zero_ns
        self._written = 0
        self._offset = 0.0
        self.gaps = 0
        self.worst_ms = 0.0

    @property
    def offset_ms(self) -> float:
        return self._offset / RATE * 1000

    def place(self, block: Block) -> NDArray[np.int16]:
        """The samples to write next for `block`; none when all of it was before the picture."""
        due = round((block.heard_ns - self._zero_ns) * RATE / NS_PER_S)
        off = due - self._written
        if self._written == 0 or abs(off) > GAP_S * RATE:
            return self._across_a_gap(block.samples, off)
        self._offset += STEADY * (off - self._offset)
        self.worst_ms = max(self.worst_ms, abs(self.offset_ms))
        most = MOST_STRETCH * len(block.samples)
        samples = stretched(block.samples, len(block.samples) + round(float(np.clip(self._offset, -most, most))))
        self._written += len(samples)
        return samples

    def _across_a_gap(self, samples: NDArray[np.int16], off: int) -> NDArray[np.int16]:
        self.gaps += self._written > 0
        self._offset = 0.0
        placed = np.concatenate([np.zeros(off, np.int16), samples]) if off > 0 else samples[-off:]
        self._written += len(placed)
        return placed


class LiveSound:
    """Writes a microphone's sound into a container, beside a live picture. One thread at a time."""

    def __init__(self, microphone: AudioSource, target: av.container.OutputContainer) -> None:
        self._microphone, self._target = microphone, target
        codec = "aac" if "aac" in target.supported_codecs else "libopus"
        self._stream = cast("av.AudioStream", target.add_stream(codec, rate=RATE))
        self._stream.layout = "mono"
        self._alignment: Alignment | None = None
        self._samples = 0

    def advance(self, picture_s: float, captured_ns: int) -> None:
        """Write what was heard until a frame. picture_s: its time in the file; captured_ns: on the clock."""
        if self._alignment is None:
            self._alignment = Alignment(captured_ns - round(picture_s * NS_PER_S))
        for block in self._microphone.take(captured_ns):
            self._write(self._alignment.place(block))

    def finish(self, _picture_s: float) -> None:
        """Say how well it kept step, and finish the stream."""
        self.close()
        self._target.mux(self._stream.encode(None))
        if self._alignment is None or not self._samples:
            logger.warning("the microphone gave no sound")
            return
        logger.info(
            "sound: %.1f s, at most %.1f ms off the picture, %d gaps",
            *(self._samples / RATE, self._alignment.worst_ms, self._alignment.gaps),
        )

    def close(self) -> None:
        self._microphone.close()

    def _write(self, samples: NDArray[np.int16]) -> None:
        if not len(samples):
            return
        frame = av.AudioFrame.from_ndarray(samples[np.newaxis], format="s16", layout="mono")
        frame.rate, frame.pts, frame.time_base = RATE, self._samples, Fraction(1, RATE)
        self._samples += len(samples)
        self._target.mux(self._stream.encode(frame))


def stretched(samples: NDArray[np.int16], count: int) -> NDArray[np.int16]:
    """The same sound in `count` samples, by straight lines between them: enough for half a percent."""
    if count == len(samples):
        return samples
    places = np.linspace(0, len(samples) - 1, count)
    return np.rint(np.interp(places, np.arange(len(samples)), samples)).astype(np.int16)
