"""A film from a pipe: stdin, a named pipe, /dev/fd/3. It is a film, not live: every frame counts.

What can be read from the front to the back will do: Matroska, MPEG-TS, fragmented MP4, NUT, Y4M, MJPEG.

Knows how pipes are opened; shared_pipe.py brings their bytes to picture and sound, media.py reads the film.
"""

import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import av

from realtime.errors import SourceError
from realtime.ffmpeg import explain, listening
from realtime.local_path import is_file, remedy_for
from realtime.sources.media import MediaSource
from realtime.sources.shared_pipe import SharedPipe
from realtime.standard_streams import STDIN
from realtime.types import Frame, StreamInfo

logger = logging.getLogger(__name__)

DASH = "-"
"""How --input and --output name stdin and stdout."""
STDIN_PATH = Path("/dev/stdin")


def redirected_file() -> Path | None:
    """The file that stdin was redirected from (`< film.mp4`), which can be read again; None if there is none."""
    file = STDIN_PATH.resolve()
    return file if sys.platform == "linux" and is_file(file) else None


def open_pipe(path: Path) -> "PipeSource":
    """Open a named pipe or the like, or stdin for "-". Waits until somebody writes to it. Raises SourceError."""
    pipe = SharedPipe(_descriptor(path))
    name = "stdin" if str(path) == DASH else path.name
    remedy = "let the sender write Matroska (ffmpeg -i IN -f matroska -); an MP4 must be read as a file"
    try:
        with listening():
            container = av.open(pipe.reader(), "r")
    except (av.FFmpegError, OSError) as error:
        pipe.close()
        if not pipe.received:
            raise SourceError(f"nothing came through {name}", remedy="see what the sending program says") from error
        raise SourceError(
            f"{name} brings no video that can be read from a pipe: {explain(error)}",
            remedy=remedy,
        ) from error
    try:
        return PipeSource(MediaSource(container, name, live=False, sound_from=pipe), pipe)
    except SourceError as error:
        pipe.close()
        raise SourceError(str(error), remedy=remedy) from error


class PipeSource:
    """The film that comes through a pipe. media: reads it. pipe: gives others its bytes until `frames` begins."""

    def __init__(self, media: MediaSource, pipe: SharedPipe) -> None:
        self._media, self._pipe = media, pipe

    @property
    def info(self) -> StreamInfo:
        return self._media.info

    def frames(self) -> Iterator[Frame]:
        self._pipe.begin()
        yield from self._media.frames()

    def close(self) -> None:
        self._pipe.close()
        self._media.close()


def _descriptor(path: Path) -> int:
    if str(path) != DASH:
        logger.info("waiting for somebody to write to %s", path)
        try:
            return os.open(path, os.O_RDONLY)
        except OSError as error:
            raise SourceError(f"{path} cannot be read: {error.strerror}", remedy=remedy_for(error)) from error
    if os.isatty(STDIN):
        raise SourceError("--input -: nothing is piped into this terminal", remedy="ffmpeg ... | liveswap ...")
    taken = os.dup(STDIN)
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), STDIN)  # nobody else reads from the film
    return taken
