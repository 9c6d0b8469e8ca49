"""A video from a pipe: stdin, a named pipe, /dev/fd/3. It is a video, not live: every frame counts.

What can be read from the front to the back will do: Matroska, MPEG-TS, fragmented MP4, NUT, Y4M, pictures one after
another. One picture alone is a picture, as it is in a file.

Knows how pipes are opened; shared_pipe.py brings their bytes to picture and sound, media.py reads the video.
"""

import logging
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import av

from realtime.errors import SourceError
from realtime.media.dolby import HEAD_BYTES, needs_dolby
from realtime.media.ffmpeg import explain, listening, open_input
from realtime.media.local_path import is_file, remedy_for
from realtime.media.standard_streams import STDIN
from realtime.pictures.header import begins_as, holds_another
from realtime.pictures.reading import MOST_BYTES
from realtime.sources.media import MediaSource
from realtime.sources.shared_pipe import SharedPipe
from realtime.sources.tracks import dolby_only
from realtime.types import Frame, FrameSource, StreamInfo

logger = logging.getLogger(__name__)

DASH = "-"
"""How --input and --output name stdin and stdout."""
STDIN_PATH = Path("/dev/stdin")
KIND_BYTES = 32
"""In which a picture says what it is, and a video begins that comes slowly."""
FIRST_BYTES = 1 << 12
"""Looked through first, then twice as many: senders of small pictures are not waited for long."""


def redirected_file() -> Path | None:
    """The file that stdin was redirected from (`< video.mp4`), which can be read again; None if there is none."""
    file = STDIN_PATH.resolve()
    return file if sys.platform == "linux" and is_file(file) else None


def open_pipe(path: Path, open_picture: Callable[[bytes, str], FrameSource]) -> FrameSource:
    """Open a named pipe or the like, or stdin for "-". Waits until somebody writes to it. Raises SourceError.

    open_picture: takes the bytes of one picture, moving or not, and a name for messages.
    """
    pipe = SharedPipe(_descriptor(path))
    name = "stdin" if str(path) == DASH else path.name
    picture = _one_picture(pipe)
    if picture is not None:
        pipe.close()
        return open_picture(picture, name)
    return _open_video(pipe, name)


def _open_video(pipe: SharedPipe, name: str) -> "PipeSource":
    remedy = "let the sender write Matroska (ffmpeg -i IN -f matroska -); an MP4 must be read as a file"
    try:
        with listening():
            container = open_input(pipe.reader())
    except (av.FFmpegError, OSError) as error:
        pipe.close()
        if not pipe.received:
            raise SourceError(f"nothing came through {name}", remedy="see what the sending program says") from error
        raise SourceError(
            f"{name} brings no video that can be read from a pipe: {explain(error)}",
            remedy=remedy,
        ) from error
    if needs_dolby(pipe.fetched(HEAD_BYTES), container.format.name):
        container.close()
        pipe.close()
        raise dolby_only(name)
    try:
        return PipeSource(MediaSource(container, name, live=False, sound_from=pipe), pipe)
    except SourceError as error:
        pipe.close()
        raise SourceError(str(error), remedy=remedy) from error


class PipeSource:
    """The video that comes through a pipe. media: reads it. pipe: gives others its bytes until `frames` begins."""

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


def _one_picture(pipe: SharedPipe) -> bytes | None:
    """What came, if it is one picture and nothing more; None if it is a video, or a second one follows."""
    kind = begins_as(pipe.beginning(KIND_BYTES))
    if kind is None:
        return None
    size = FIRST_BYTES
    while len(content := pipe.beginning(size)) == size and size < MOST_BYTES:
        if holds_another(content, kind):
            return None
        size *= 2
    return None if len(content) == size or holds_another(content, kind) else content


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
        os.dup2(nothing.fileno(), STDIN)  # nobody else reads from the video
    return taken
