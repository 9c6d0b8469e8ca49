"""One connection of a stream to an address: the process that sends, and the container that it is sent.

rtmp and rtmps take FLV, srt and udp an MPEG transport stream. PyAV's ffmpeg speaks rtmp, rtmps and udp; srt needs the
`ffmpeg` command. Knows how a connection is made and how it breaks; knows nothing of when to make another one.
"""

import contextlib
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import av

from realtime.errors import SinkError
from realtime.media.addresses import scrubbed, shown_url
from realtime.media.ffmpeg import SRT_REMEDY, explain, ffmpeg_command
from realtime.outputs import publisher
from realtime.outputs.packet_queue import Encoded

logger = logging.getLogger(__name__)

CONTAINERS = {"rtmp": "flv", "rtmps": "flv", "srt": "mpegts", "udp": "mpegts"}
"""By the scheme of an address, which is what this program can send to."""
MUXING = {"flv": {"flvflags": "no_duration_filesize"}, "mpegts": {"pat_period": "0.5"}}
TS_PACKET_BYTES = 188
DATAGRAM_BYTES = 7 * TS_PACKET_BYTES
"""What fits into a network's packet of 1500 bytes; receivers expect whole packets of a transport stream."""
PRIMER = (b"\x47\x1f\xff\x10" + b"\xff" * 184) * 14
"""Empty packets of a transport stream: the `ffmpeg` command connects when something came."""
OPEN_TIMEOUT_S = 10.0
END_TIMEOUT_S = 5.0


class ConnectionLost(Exception):  # noqa: N818  an event of every network, not yet an error
    """Nothing more can be sent this way; the text says why, without secrets."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a stream goes. Raises SinkError for what this program cannot send to."""

    url: str

    def __post_init__(self) -> None:
        if self.scheme not in CONTAINERS:
            known = ", ".join(f"{scheme}://" for scheme in CONTAINERS)
            raise SinkError(f"--output {self.shown}: nothing is sent by {self.scheme}://", remedy=f"use one of {known}")
        if self.scheme == "srt" and ffmpeg_command() is None:
            raise SinkError(f"--output {self.shown}: srt needs the ffmpeg command", remedy=SRT_REMEDY)

    @property
    def scheme(self) -> str:
        return self.url.partition("://")[0].lower()

    @property
    def container(self) -> str:
        return CONTAINERS[self.scheme]

    @property
    def shown(self) -> str:
        return shown_url(self.url)

    @property
    def target(self) -> str:
        """The address with the size of its datagrams, where it has none."""
        if self.container != "mpegts" or "pkt_size=" in self.url:
            return self.url
        return f"{self.url}{'&' if '?' in self.url else '?'}pkt_size={DATAGRAM_BYTES}"


class Connection:
    """One way to an address, from `open` to `close`. For one thread, but for `kill`."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._process = _started(address)
        self._valve = _Valve(_pipe(self._process.stdin))
        self._said: list[str] = []
        self._why = ""
        self._begin_s: float | None = None

    def open(self, tracks: Sequence[av.stream.Stream]) -> None:
        """Connect. tracks: the encoders' streams, picture first. Raises ConnectionLost when nobody answers."""
        try:
            self._await_open()
            self._container = self._opened_container(tracks)
        except (OSError, av.FFmpegError) as error:
            raise self._lost(error) from error

    def send(self, item: Encoded) -> None:
        """Write one packet; the first one is time 0. Waits for the network. Raises ConnectionLost."""
        if self._begin_s is None:
            self._begin_s = item.at_s
        if item.at_s < self._begin_s:  # sound from before the first picture
            return
        packet = item.packet
        earlier = round(self._begin_s / packet.time_base)
        packet.pts, packet.dts = packet.pts - earlier, packet.dts - earlier
        packet.stream = self._container.streams[item.track]
        try:
            self._container.mux(packet)
        except (OSError, av.FFmpegError) as error:
            lost = self._lost(error)
            self._container.close()  # into the shut valve: else it is written to when nobody expects it
            raise lost from error

    def close(self) -> None:
        """End the stream properly, as far as the network allows within END_TIMEOUT_S."""
        deadline = threading.Timer(END_TIMEOUT_S, self.kill)
        deadline.start()
        try:
            self._container.close()
            _pipe(self._process.stdin).close()
            self._process.wait()
        except (OSError, av.FFmpegError) as error:
            logger.debug("%s was not ended properly: %s", self._address.shown, self._lost(error))
        finally:
            deadline.cancel()
            self._release()

    def kill(self, why: str = "") -> None:
        """Break off. From any thread: a `send` that waits then raises, and says `why`."""
        self._why = self._why or why
        self._process.kill()

    def _await_open(self) -> None:
        """Wait for the process to say that it is connected. Raises ConnectionLost."""
        deadline = threading.Timer(OPEN_TIMEOUT_S, self.kill, [f"nobody answered for {OPEN_TIMEOUT_S:g} s"])
        deadline.start()
        try:
            if self._address.scheme == "srt":
                self._valve.write(PRIMER)
            else:
                unit = TS_PACKET_BYTES if self._address.container == "mpegts" else 1
                wish = {"url": self._address.target, "unit": unit}
                self._valve.write(json.dumps(wish).encode() + b"\n")
            for line in _pipe(self._process.stdout):
                self._said.append(line.decode(errors="replace").strip())
                if self._said[-1] == publisher.OPEN or self._said[-1].startswith("Output #0"):
                    self._said.clear()
                    return
            raise self._lost(None)
        finally:
            deadline.cancel()

    def _opened_container(self, tracks: Sequence[av.stream.Stream]) -> av.container.OutputContainer:
        options = {**MUXING[self._address.container], "flush_packets": "1"}
        container = av.open(_pipe(self._process.stdin), "w", format=self._address.container, container_options=options)
        for track in tracks:
            container.add_stream_from_template(track)
        container.start_encoding()
        return container

    def _lost(self, error: Exception | None) -> ConnectionLost:
        """Let everything go. The reason is what the process said last, else what writing to it gave."""
        self.kill()
        self._process.wait()
        self._valve.is_shut = True
        said = [*self._said, *(line.decode(errors="replace").strip() for line in _pipe(self._process.stdout))]
        self._release()
        reason = self._why or (said[-1] if said else explain(error) if isinstance(error, av.FFmpegError) else "")
        reason = reason.removeprefix(f"{self._address.target}: ")
        return ConnectionLost(scrubbed(reason or "the connection broke", self._address.url))

    def _release(self) -> None:
        _pipe(self._process.stdout).close()
        with contextlib.suppress(OSError):  # what nobody takes any more
            _pipe(self._process.stdin).close()


class _Valve:
    """The way to the process, for a container to write to; shut, it lets nothing through and says nothing."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self.is_shut = False

    def write(self, content: bytes) -> int:
        rest = memoryview(content)
        while rest and not self.is_shut:
            rest = rest[self._pipe.write(rest) :]
        return len(content)


def command_for(address: Address) -> list[str]:
    """What sends to an address what comes on its standard input."""
    if address.scheme != "srt":
        return [sys.executable, "-P", "-m", publisher.__name__]
    words = [ffmpeg_command() or "ffmpeg", "-hide_banner", "-nostats", "-loglevel", "info", "-f", "data"]
    return [*words, "-i", "pipe:0", "-map", "0", "-c", "copy", "-f", "data", address.target]


def _started(address: Address) -> "subprocess.Popen[bytes]":
    """The process that sends; Ctrl-C in the terminal is not for it."""
    root = Path(publisher.__file__).parents[publisher.__name__.count(".")]
    return subprocess.Popen(
        command_for(address),
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(root)},  # -P: nothing from where it runs
    )


def _pipe(end: IO[bytes] | None) -> IO[bytes]:
    if end is None:
        raise ValueError("the process was started without a pipe")
    return end
