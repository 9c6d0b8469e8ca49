"""A video file from its first byte to its name: whatever ends the run, what was made until then can be played.

    while it is written    MP4 and MOV are fragmented, MKV and WebM come in clusters: all but the last second plays
    whole                  MP4 and MOV get one plain index, moved to the front where there is room, and a manifest
                           (provenance/signing.py); then the name
    ended early            the same under a name that no other file has (partial_file.py)
    failed                 the torn end is cut off, and the rest kept in the same way

Knows containers as files; knows nothing of pictures, codecs and sound.
"""

import contextlib
import errno
import io
import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Protocol

import av

from realtime.errors import SigningError
from realtime.outputs.chapter_track import copy_with_chapters
from realtime.outputs.faststart import cut_torn_end, mend_index, put_index_first
from realtime.outputs.leftovers import playable_s, tell_of
from realtime.outputs.partial_file import PartialFile
from realtime.provenance.credit import Credit
from realtime.provenance.signing import ManifestSigner

logger = logging.getLogger(__name__)

FRAGMENTED = {
    "movflags": "+hybrid_fragmented+delay_moov+default_base_moof",  # delay_moov: or there would be no edit lists
    "frag_duration": "1000000",  # µs
}
CLUSTERED = {"cluster_time_limit": "1000"}  # ms
MUXER_OPTIONS = {"mp4": FRAGMENTED, "mov": FRAGMENTED, "matroska": CLUSTERED, "webm": CLUSTERED}
"""By ffmpeg's name of the container. hybrid_fragmented: fragments, and one plain index over all of them at the end."""
SLOWEST_BYTES_PER_S = 4 << 20
"""Of a disk: what takes longer is no longer said to get on."""
ROOM_TO_SPARE = 16 << 20
"""Bytes that a move of the index leaves free on the disk."""


class VideoTarget(Protocol):
    """Where a video goes: see VideoFile."""

    container: av.container.OutputContainer

    @property
    def target(self) -> Path: ...
    @property
    def unfinished(self) -> Path: ...
    @property
    def progressed_ns(self) -> int: ...
    def finish(self, *, whole: bool, end_s: float) -> Path | None: ...
    def salvage(self) -> tuple[Path, float] | None: ...
    def discard(self) -> None: ...


class VideoFile:
    """One video on the disk. `container` takes its streams, tags and packets.

    container: ffmpeg's name of it. credit: what its manifest says. Raises SinkError when the name will not do, or
    another run writes it.
    """

    def __init__(self, path: Path, container: str, credit: Credit | None = None) -> None:
        self._part = PartialFile(path)
        tell_of(self._part.leftovers, self._part.target)
        self._muxer, self._is_fragmented = container, MUXER_OPTIONS[container] is FRAGMENTED
        self._signer = ManifestSigner(credit)
        self.progressed_ns = 0  # when finishing last got on, on the monotonic clock
        try:
            self.container = av.open(self._part.file, "w", format=container, options=MUXER_OPTIONS[container])
        except BaseException:
            self._part.discard()
            raise

    @property
    def target(self) -> Path:
        """The file that bears the name when all is done."""
        return self._part.target

    @property
    def unfinished(self) -> Path:
        """The file that is being written."""
        return self._part.path

    def finish(self, *, whole: bool, end_s: float) -> Path:
        """Write the index and give the video its name, or one of its own when it is not `whole`. Returns where it is.

        end_s: when its last picture ends.
        Raises OSError or av.FFmpegError; then `salvage` keeps what there is.
        """
        self.container.close()
        self._improve(end_s)
        return self._part.publish() if whole else self._part.keep()

    def salvage(self) -> tuple[Path, float] | None:
        """After a failure: keep what can be played. Returns where it is and its length in s; None when it is nothing.

        Raises OSError when not even that can be done; then it stays under its unfinished name.
        """
        try:
            self.container.close()
        except (av.FFmpegError, OSError) as error:
            logger.info("the index could not be written: %s", error)
            if self._is_fragmented:
                cut_torn_end(self._part.file)
        else:
            self._improve(None)
        seconds = playable_s(self._part.path)
        if seconds is None:
            self._part.discard()
            return None
        return self._part.keep(), seconds

    def discard(self) -> None:
        """Forget the video. What bears its name, if anything, stays."""
        with contextlib.suppress(av.FFmpegError, OSError):
            self.container.close()
        self._part.discard()

    def _improve(self, end_s: float | None) -> None:
        """What is better with the whole file at hand, and never a reason to fail."""
        if self._is_fragmented:
            self._mend(end_s)
        if self._signer.can_sign(self.target):
            self._sign()

    def _sign(self) -> None:
        try:
            with self._getting_on():
                self._rewrite(partial(self._signer.film, path=self.target))
        except (OSError, SigningError) as error:
            self._signer.tell(self.target, error)

    def _mend(self, end_s: float | None) -> None:
        """What fragments cost: how the video plays from a network and by chapters."""
        chapters = self.container.chapters()
        try:
            mend_index(self._part.file, end_s)
            if chapters:
                copy = partial(copy_with_chapters, on_block=self._note_progress, muxer=self._muxer, chapters=chapters)
                self._rewrite(copy)
                mend_index(self._part.file, end_s)
            self._rewrite(partial(put_index_first, on_block=self._note_progress))
        except (av.FFmpegError, OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            logger.warning("%s has its index at its end (%s): from a network it plays once loaded", self.target, why)

    def _rewrite(self, make: Callable[[io.FileIO, io.FileIO], None]) -> None:
        size, room = os.fstat(self._part.file.fileno()).st_size, shutil.disk_usage(self.target.parent).free
        if room < size + ROOM_TO_SPARE:
            raise OSError(errno.ENOSPC, "there is no room for a copy")
        self._part.rewrite(make)

    @contextlib.contextmanager
    def _getting_on(self) -> Iterator[None]:
        """In the block a library works on the whole file, and does not tell how it gets on."""
        done, size = threading.Event(), os.fstat(self._part.file.fileno()).st_size
        until_s = time.monotonic() + size / SLOWEST_BYTES_PER_S

        def note() -> None:
            while not done.wait(1.0) and time.monotonic() < until_s:
                self._note_progress()

        self._note_progress()
        thread = threading.Thread(target=note, name="signing", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _note_progress(self) -> None:
        self.progressed_ns = time.monotonic_ns()
