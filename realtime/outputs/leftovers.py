"""Unfinished videos of earlier runs that ended without a word: power cut, crash, kill -9.

What can be played is said and left where it is, with the way to keep it; what holds nothing is removed.
Knows videos; knows nothing of how they came about.
"""

import logging
import os
import shlex
import time
from collections.abc import Iterable
from pathlib import Path

import av

from realtime.media.ffmpeg import open_input

logger = logging.getLogger(__name__)

NOTHING_BYTES = 4096
"""A file without a picture that is no larger holds headers only."""
PATIENCE_S = 1.0
"""How long a video that does not say its length is read to find out."""


def tell_of(leftovers: Iterable[Path], target: Path) -> None:
    """Say what was found beside `target`. What cannot be read or removed is left alone."""
    for path in leftovers:
        try:
            _tell_of(path, target)
        except OSError as error:
            logger.warning("an earlier run left %s, which cannot be read: %s", path, error.strerror)


def _tell_of(path: Path, target: Path) -> None:
    seconds, size = playable_s(path), path.stat().st_size
    if seconds is None and size <= NOTHING_BYTES:
        path.unlink()
    elif seconds is None:
        logger.warning("an earlier run left %s (%.1f MB), which cannot be played", _word(path), size / 1e6)
    else:
        kept = target.with_name(f"{target.stem}.recovered{target.suffix}")
        logger.warning(
            "an earlier run was cut off, and %.1f s of it can be played; to keep them:\nmv %s %s",
            *(seconds, _word(path), _word(kept)),
        )


def playable_s(path: Path) -> float | None:
    """How much picture a video has, s, at least; None when it has none. Raises OSError when it cannot be read."""
    with path.open("rb") as file:
        try:
            with open_input(file) as video:
                return _length_s(video)
        except (av.FFmpegError, IndexError):
            return None


def _length_s(video: av.container.InputContainer) -> float | None:
    if video.duration:
        return video.duration / av.time_base
    stream, began_s, end_s = video.streams.video[0], time.monotonic(), None
    for packet in video.demux(stream):
        if packet.pts is not None and packet.time_base is not None:
            end_s = max(end_s or 0.0, float((packet.pts + (packet.duration or 0)) * packet.time_base))
        if time.monotonic() - began_s > PATIENCE_S:
            break
    return end_s


def _word(path: Path) -> str:
    """For a shell, from the folder one is in if that is shorter."""
    return shlex.quote(min(str(path), os.path.relpath(path), key=len))
