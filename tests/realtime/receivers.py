"""Servers for streams: what came to them, and ways to be a bad one. They listen on this machine, in threads."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import av
import numpy as np

OPEN_TIMEOUT_S = 20.0


@dataclass
class Received:
    """What one receiver got.

    times_s, keys_s and sizes (bytes): of the pictures. sound: (N,) of one channel, 48000 a second.
    """

    codecs: list[str] = field(default_factory=list)
    times_s: list[float] = field(default_factory=list)
    keys_s: list[float] = field(default_factory=list)
    size_wh: tuple[int, int] = (0, 0)
    sizes: list[int] = field(default_factory=list)
    sound: list[np.ndarray] = field(default_factory=list)
    started: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def sound_s(self) -> float:
        return sum(len(piece) for piece in self.sound) / 48_000


def free_port() -> int:
    return _free(socket.SOCK_STREAM)


def free_udp_port() -> int:
    return _free(socket.SOCK_DGRAM)


@contextmanager
def receiver(url: str, *, most_pictures: int | None = None, container: str | None = None) -> Iterator[Received]:
    """Takes one stream, to its end or so many pictures; waits for that at the end of the block."""
    got = Received()
    thread = threading.Thread(target=_receive, args=(url, got, most_pictures, container), daemon=True)
    thread.start()
    await_listener(url)
    yield got
    thread.join(OPEN_TIMEOUT_S)
    assert got.ended.is_set()


def _receive(url: str, got: Received, most_pictures: int | None, container: str | None) -> None:
    options = {"listen": "1"} if url.startswith("rtmp") else {"timeout": "3000000"}
    try:
        with av.open(url, format=container, options=options, timeout=OPEN_TIMEOUT_S) as source:
            got.codecs = [stream.codec_context.name for stream in source.streams]
            got.size_wh = (source.streams.video[0].width, source.streams.video[0].height)
            _take(source, got, most_pictures)
    except av.FFmpegError:
        pass  # the end of a stream from the network is one
    finally:
        got.ended.set()


def _take(source: av.container.InputContainer, got: Received, most_pictures: int | None) -> None:
    for packet in source.demux():
        if packet.pts is None or packet.time_base is None:
            continue
        if packet.stream.type == "audio":
            got.sound += [frame.to_ndarray()[0] for frame in packet.decode() if isinstance(frame, av.AudioFrame)]
            continue
        got.times_s.append(float(packet.pts * packet.time_base))
        got.sizes.append(packet.size)
        if packet.is_keyframe:
            got.keys_s.append(got.times_s[-1])
        got.started.set()
        if len(got.times_s) == most_pictures:
            return


def await_listener(url: str) -> None:
    """ffmpeg says nothing when it listens, and takes who only tries for the one it waits for; Linux can tell."""
    port = int(url.partition("://127.0.0.1:")[2].split("/")[0].split("?")[0])
    wanted = f"0100007F:{port:04X}"
    for _ in range(200):
        tables = [path for path in (Path("/proc/net/tcp"), Path("/proc/net/udp")) if path.exists()]
        if any(wanted in table.read_text() for table in tables):
            return
        time.sleep(0.01)


def _free(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
