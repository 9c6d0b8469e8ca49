"""A video into a pipe: stdout, a named pipe, /dev/fd/3. Whatever was written is gone, and whoever reads may go.

    -                        Matroska on stdout, where nothing else is written from then on
    a pipe named .mp4, ...   that kind of file, as it can be written from the front to the back; else Matroska

Knows descriptors and what can be written to a pipe; recorder.py encodes.
"""

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import av

from realtime.errors import ReaderGoneError, SinkError
from realtime.media.local_path import remedy_for
from realtime.media.standard_streams import STDERR, STDOUT
from realtime.outputs.codecs import CONTAINERS
from realtime.outputs.microphone import Microphone
from realtime.outputs.partial_file import WholeWrites
from realtime.outputs.recorder import EncoderOptions, VideoRecorder
from realtime.types import ShownFrame, StreamInfo

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

DASH = "-"
MATROSKA = ".mkv"
OPTIONS = {
    "mp4": {"movflags": "frag_keyframe+delay_moov+default_base_moof"},
    "mov": {"movflags": "frag_keyframe+delay_moov+default_base_moof"},
    "matroska": {"cluster_time_limit": "500"},  # ms: a player that reads along waits no longer
    "webm": {"cluster_time_limit": "500"},
}
"""By ffmpeg's name of the container: nothing is gone back to."""


class PipeSink:
    """An output that is read as it is made. where: "-" or a pipe. Raises SinkError when it cannot be written.

    Waits until somebody reads. `send` raises ReaderGoneError when nobody does any more.
    """

    def __init__(
        self, where: Path, info: StreamInfo, options: EncoderOptions, *, microphone: Microphone | None = None
    ) -> None:
        self.name = "stdout" if str(where) == DASH else str(where)
        ending = where.suffix.lower() if where.suffix.lower() in CONTAINERS else MATROSKA
        self._pipe = _Pipe(_descriptor(where))
        video = VideoPipe(self._pipe, CONTAINERS[ending].muxer)
        named = Path(self.name).with_suffix(ending)
        self._recorder = VideoRecorder(named, info, options, microphone=microphone, into=video)

    def send(self, frame: ShownFrame) -> None:
        self._recorder.send(frame)
        if self._pipe.is_gone:
            raise ReaderGoneError(f"nobody reads {self.name} any more", remedy="start what reads it again")

    def close(self) -> None:
        self._recorder.close()


class VideoPipe:
    """What VideoFile is for a file: `container` takes streams and packets; its end leaves nothing behind."""

    progressed_ns = 0
    target = unfinished = Path(os.devnull)

    def __init__(self, pipe: "_Pipe", container: str) -> None:
        self._pipe = pipe
        self.container = av.open(pipe, "w", format=container, options=OPTIONS[container])

    def finish(self, *, whole: bool, end_s: float) -> Path | None:  # noqa: ARG002  what is in a pipe is so, whole or not
        self.container.close()
        self._pipe.close()
        return None

    def salvage(self) -> None:
        self._pipe.close()

    def discard(self) -> None:
        self._pipe.close()


class _Pipe(WholeWrites):
    """Writes everything, until the reader goes; from then on nothing, without a word. is_gone: whether it has."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor, "w")
        self.is_gone = False
        found = os.fstat(descriptor)
        self._is_file = stat.S_ISREG(found.st_mode) and not _appends(descriptor)

    def seekable(self) -> bool:
        """A file behind stdout gets the index that a pipe cannot have."""
        return self._is_file

    def write(self, block: "ReadableBuffer") -> int:
        try:
            if not self.is_gone:
                return super().write(block)
        except BrokenPipeError:
            self.is_gone = True
        return memoryview(block).nbytes


def _descriptor(where: Path) -> int:
    if str(where) != DASH:
        try:
            return os.open(where, os.O_WRONLY)
        except OSError as error:
            raise SinkError(f"{where} cannot be written: {error.strerror}", remedy=remedy_for(error)) from error
    if os.isatty(STDOUT):
        raise SinkError("--output - writes a video to stdout, which is this terminal", remedy="liveswap ... | ffplay -")
    taken = os.dup(STDOUT)
    os.dup2(STDERR, STDOUT)  # whatever else is written to stdout, by libraries too, is no part of the video
    return taken


def _appends(descriptor: int) -> bool:
    """`>> video.mkv`: every write goes to the end, wherever it was meant."""
    try:
        import fcntl  # noqa: PLC0415  not on Windows
    except ImportError:
        return True
    return bool(fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_APPEND)
