"""The way of a stream to its address, for as long as the run lasts: connections come and go, the picture never waits.

A thread of its own sends what the queue holds. A connection that breaks, or takes nothing for a while, is made again,
at longer and longer intervals; a new one begins with the newest key frame. Both are said. Knows when to connect;
connection.py knows how.
"""

import logging
import threading
import time
from collections.abc import Sequence

import av

from realtime.errors import SinkError
from realtime.outputs.connection import Address, Connection, ConnectionLost
from realtime.outputs.packet_queue import Encoded, PacketQueue
from realtime.stream.frame_queue import SlotClosed

logger = logging.getLogger(__name__)

FIRST_WAIT_S, MOST_WAIT_S = 0.5, 8.0
"""Between tries to connect again."""
STALL_S = 5.0
"""A connection that takes nothing for so long is given up."""
END_S = 6.0
"""How long the end of a stream may take to be sent."""
SLOW_SAID_EVERY_S = 30.0


class Uplink:
    """Sends packets of encoders to one address. `put` and `close` come from one thread.

    tracks: the encoders' streams, picture first. connected: how often it was. Raises SinkError when the address does
    not answer the first time.
    """

    def __init__(self, address: Address, tracks: Sequence[av.stream.Stream]) -> None:
        self._address, self._tracks = address, tracks
        self._connection: Connection | None = Connection(address)
        try:
            self._connection.open(tracks)
        except ConnectionLost as error:
            raise SinkError(
                f"{address.shown} cannot be reached: {error}",
                remedy="check the address and the stream key, and that the server is on",
            ) from error
        self._opening: Connection | None = None
        self.connected = 1
        self._queue = PacketQueue()
        self._closing = threading.Event()
        self._sending_since_s: float | None = None
        self._slow_said_s, self._slow_said = float("-inf"), 0
        self._thread = threading.Thread(target=self._run, name=f"uplink to {address.shown}", daemon=True)
        self._thread.start()

    @property
    def dropped(self) -> int:
        """Pictures that were never sent: the network was away or too slow."""
        return self._queue.dropped

    def put(self, item: Encoded) -> None:
        """Send a packet soon; never waits."""
        self._queue.put(item)
        since_s, connection = self._sending_since_s, self._connection
        if connection is not None and since_s is not None and time.monotonic() - since_s > STALL_S:
            connection.kill(f"it took nothing for {STALL_S:g} s")
        self._say_slow()

    def close(self) -> None:
        """Send what waits, if the network takes it within END_S, and end the stream. May be called twice."""
        self._queue.close()
        self._thread.join(END_S)
        self._closing.set()
        self._queue.abort()
        for connection in (self._connection, self._opening):
            if self._thread.is_alive() and connection is not None:
                connection.kill()
        self._thread.join(END_S)

    def _run(self) -> None:
        try:
            while self._connection is not None or self._reconnect():
                self._send(self._queue.get())
        except SlotClosed:
            pass
        if self._connection is not None:
            self._connection.close()

    def _send(self, item: Encoded) -> None:
        if self._connection is None:
            return
        self._sending_since_s = time.monotonic()
        try:
            self._connection.send(item)
        except ConnectionLost as error:
            self._connection = None
            if not self._closing.is_set():
                logger.warning("%s is lost (%s); it is tried again", self._address.shown, error)
        finally:
            self._sending_since_s = None

    def _reconnect(self) -> bool:
        """Try until it works or the stream is over; returns whether it works."""
        lost_s, wait_s = time.monotonic(), FIRST_WAIT_S
        while not self._closing.wait(wait_s):
            connection = self._opening = Connection(self._address)
            try:
                connection.open(self._tracks)
            except ConnectionLost as error:
                logger.debug("%s is not back: %s", self._address.shown, error)
                wait_s = min(2 * wait_s, MOST_WAIT_S)
                continue
            self._queue.skip_to_newest_start()
            self._slow_said = self.dropped  # what went so far went with the connection
            self._connection, self._opening = connection, None
            self.connected += 1
            logger.warning("%s is back after %.1f s", self._address.shown, time.monotonic() - lost_s)
            return True
        return False

    def _say_slow(self) -> None:
        """While connected: that pictures were left out, at most so often."""
        now_s = time.monotonic()
        if self._connection is None:
            self._slow_said = self.dropped  # those are told by its being lost
        elif self.dropped > self._slow_said and now_s - self._slow_said_s > SLOW_SAID_EVERY_S:
            logger.warning(
                "the network to %s is too slow: %d pictures were left out; try a smaller --bitrate or --size",
                *(self._address.shown, self.dropped - self._slow_said),
            )
            self._slow_said_s, self._slow_said = now_s, self.dropped
