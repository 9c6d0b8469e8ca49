"""Streams by SRT, which PyAV's ffmpeg does not speak: the `ffmpeg` command receives them and hands their bytes on.

Knows the command; media.py reads what it gives.
"""

import os
import select
import subprocess
from collections.abc import Iterator
from typing import IO

import av

from realtime.errors import SourceError
from realtime.media.addresses import scrubbed, shown_url
from realtime.media.ffmpeg import SRT_REMEDY, explain, ffmpeg_command, open_input
from realtime.sources.media import OPEN_TIMEOUT_S, READ_TIMEOUT_S, MediaSource
from realtime.types import Frame, StreamInfo


def open_srt(url: str) -> "SrtSource":
    """Open a live stream. Raises SourceError with the reason, without the passphrase."""
    command = ffmpeg_command()
    if command is None:
        raise SourceError(f"{shown_url(url)}: srt needs the ffmpeg command", remedy=SRT_REMEDY)
    words = [command, "-nostdin", "-hide_banner", "-loglevel", "error", "-f", "data", "-i", url]
    process = subprocess.Popen(
        [*words, "-map", "0", "-c", "copy", "-f", "data", "-flush_packets", "1", "pipe:1"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    received = Received(process)
    try:
        container = open_input(received, format="mpegts")
        return SrtSource(MediaSource(container, shown_url(url), live=True, sound_from=None), received)
    except (av.FFmpegError, OSError, SourceError) as error:
        reason = received.end() or explain(error)
        received.release()
        raise SourceError(
            f"{shown_url(url)} cannot be opened: {scrubbed(reason, url).removeprefix(f'{shown_url(url)}: ')}",
            remedy="check the address, that the sender is on, and the passphrase",
        ) from error


class SrtSource:
    """A FrameSource: what comes until the sender ends it or nothing comes for READ_TIMEOUT_S."""

    def __init__(self, media: MediaSource, received: "Received") -> None:
        self._media, self._received = media, received
        self._reading = False
        self.info: StreamInfo = media.info

    def frames(self) -> Iterator[Frame]:
        self._reading = True
        try:
            yield from self._media.frames()
        finally:
            self._received.end()
            self._received.release()

    def close(self) -> None:
        """The thread that reads lets go of the bytes itself, at once: the command has ended."""
        self._received.end()
        self._media.close()
        if not self._reading:
            self._received.release()


class Received:
    """What the command gives, as a file that PyAV reads; at its end when nothing comes."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self._wait_s = OPEN_TIMEOUT_S  # until the first byte

    def read(self, size: int) -> bytes:
        end = _pipe(self._process.stdout).fileno()
        if os.name != "nt" and not select.select([end], [], [], self._wait_s)[0]:
            return b""
        self._wait_s = READ_TIMEOUT_S
        return os.read(end, size)

    def end(self) -> str:
        """End the command. Returns the last thing it said; may be called twice, from any thread."""
        self._process.kill()
        self._process.wait()
        said = b"" if _pipe(self._process.stderr).closed else _pipe(self._process.stderr).read()
        _pipe(self._process.stderr).close()
        lines = said.decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else ""

    def release(self) -> None:
        """Nothing will be read any more."""
        _pipe(self._process.stdout).close()


def _pipe(end: IO[bytes] | None) -> IO[bytes]:
    if end is None:
        raise ValueError("the command was started without a pipe")
    return end
