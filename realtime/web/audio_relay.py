"""A visitor's sound, passed through to whoever listens, in step with the picture because neither waits in a queue.

Knows audio tracks of aiortc; knows nothing of connections.
"""

import asyncio
from collections import deque

from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from av.frame import Frame

KEPT = 10
"""Packets kept for a listener that does not keep up: 200 ms."""


class AudioRelay:
    """One visitor's sound, passed on to any number of listeners as it comes; what nobody hears is gone."""

    def __init__(self, track: MediaStreamTrack) -> None:
        self._listeners: set[RelayTrack] = set()
        self._pump = asyncio.get_running_loop().create_task(self._pass_on(track), name="sound")

    def hear(self) -> "RelayTrack":
        """A track of its own for one listener; it leaves by stopping it."""
        listener = RelayTrack(self._listeners)
        self._listeners.add(listener)
        return listener

    def close(self) -> None:
        """No more sound."""
        self._pump.cancel()

    async def _pass_on(self, track: MediaStreamTrack) -> None:
        try:
            while True:
                packet = await track.recv()
                if isinstance(packet, Frame):
                    for listener in self._listeners:
                        listener.offer(packet)
        except MediaStreamError:
            pass  # the visitor left
        finally:
            for listener in list(self._listeners):
                listener.stop()


class RelayTrack(MediaStreamTrack):
    """Made by AudioRelay."""

    kind = "audio"

    def __init__(self, listeners: "set[RelayTrack]") -> None:
        super().__init__()
        self._listeners = listeners
        self._packets: deque[Frame] = deque(maxlen=KEPT)
        self._came = asyncio.Event()

    def offer(self, packet: Frame) -> None:
        """The next 20 ms; the oldest that wait are forgotten."""
        self._packets.append(packet)
        self._came.set()

    async def recv(self) -> Frame:
        """The next in order. Raises MediaStreamError when it was stopped."""
        while not self._packets:
            if self.readyState != "live":
                raise MediaStreamError
            self._came.clear()
            await self._came.wait()
        return self._packets.popleft()

    def stop(self) -> None:
        """Leave."""
        super().stop()
        self._listeners.discard(self)
        self._came.set()
