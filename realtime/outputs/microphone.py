"""A microphone, through PortAudio (sounddevice): blocks of sound, each with the time its first sample was heard.

Knows devices; knows nothing of files and pictures. The extra `mic`.
"""

import logging
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.install import to_add
from realtime.errors import SinkError

logger = logging.getLogger(__name__)

DEFAULT = "default"
RATE = 48_000
LATENCY_S = 0.05
MOST_BLOCKS = 4000
"""Kept while nobody takes them: half a minute or more. Then the oldest go."""


@dataclass(frozen=True, slots=True)
class Block:
    """A moment of sound. heard_ns: time.monotonic_ns() of its first sample. samples: (N,) int16, RATE a second."""

    heard_ns: int
    samples: NDArray[np.int16]


class Microphone:
    """One microphone, from opening until closed. name: DEFAULT, or part of a device's name. Raises SinkError."""

    def __init__(self, name: str = DEFAULT) -> None:
        self._blocks: deque[Block] = deque(maxlen=MOST_BLOCKS)
        sounddevice = _library()
        failures = (sounddevice.PortAudioError, ValueError)
        try:
            self._stream = sounddevice.RawInputStream(
                samplerate=RATE,
                channels=1,
                dtype="int16",
                latency=LATENCY_S,
                device=None if name == DEFAULT else name,
                callback=self._heard,
            )
            try:
                self._stream.start()
            except failures:
                self._stream.close()
                raise
        except failures as error:
            listed = ", ".join(microphones()) or "none"
            raise SinkError(f"--mic {name} does not open: {error}", remedy=f"microphones here: {listed}") from error

    def take(self, until_ns: int) -> Iterator[Block]:
        """Everything heard that began before `until_ns` and was not taken yet, in order."""
        while self._blocks and self._blocks[0].heard_ns < until_ns:
            yield self._blocks.popleft()

    def close(self) -> None:
        """Let go of the device. May be called twice."""
        self._stream.close()

    def _heard(self, data: Any, _count: int, at: Any, status: Any) -> None:
        """PortAudio's thread. at: times by PortAudio's own clock, of which only the difference counts here."""
        now_ns = time.monotonic_ns()
        if status:
            logger.debug("microphone: %s", status)
        age_s = max(0.0, at.currentTime - at.inputBufferAdcTime)
        self._blocks.append(Block(now_ns - int(age_s * 1e9), np.frombuffer(bytes(data), np.int16)))


def microphones() -> list[str]:
    """Names of what can be recorded from; none without the extra `mic`."""
    try:
        found = _library().query_devices()
    except SinkError:
        return []
    return [device["name"] for device in found if device["max_input_channels"] > 0]


def _library() -> Any:
    try:
        import sounddevice  # noqa: PLC0415  an extra, and it wants the system's PortAudio
    except ImportError as error:
        raise SinkError("recording sound needs the extra mic", remedy=to_add("mic")) from error
    except OSError as error:  # the wheels for Linux bring no PortAudio
        raise SinkError(f"PortAudio is not here: {error}", remedy="sudo apt install libportaudio2") from error
    return sounddevice
