"""What ffmpeg says when something goes wrong, in a form for people.

PyAV raises ffmpeg's errors as exceptions; the line that explains them is in ffmpeg's log. The log is listened to only
while something is opened: PyAV's listener takes the interpreter's lock from ffmpeg's own threads, and a decoder that is
being freed waits for those threads, so a program that always listens hangs now and then at its end.
"""

import logging
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, cast

import av
import av.logging

from realtime.media.local_path import path_at
from realtime.media.programme_map import first_part, whole_address
from realtime.types import Readable, Rereadable

logger = logging.getLogger(__name__)

SRT_REMEDY = "sudo apt install ffmpeg (or brew, winget install ffmpeg)"

logging.getLogger("libav").addHandler(logging.NullHandler())
logging.getLogger("libav").propagate = False  # kept off the terminal: it is quoted in our own errors


INDEXED = frozenset({"mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "asf"})
"""Containers, by ffmpeg's names, that find a time by their index. Times in others may jump: a place says little."""


MOST_PIXELS = 72_000_000
"""Of a video's picture: twice what the highest levels of H.264, HEVC and AV1 allow; more is a mistake or an attack."""
BOUNDS = {"max_pixels": str(MOST_PIXELS)}
"""For a decoder, before it takes memory for a picture."""
BESIDE_A_FILE, BESIDE_A_PIPE = "file,subfile,crypto,data", "data"
"""What a list (HLS) may name, by ffmpeg's protocols: of the network nothing, unless the list came from there."""


def open_input(
    where: Any,
    *,
    options: Mapping[str, str] = MappingProxyType({}),
    container_options: Mapping[str, str] = MappingProxyType({}),
    **more: Any,
) -> av.container.InputContainer:
    """`av.open` for what comes from outside: its words may be in any encoding, its pictures have MOST_PIXELS at most.

    It opens nothing else over the network than what was asked for. options, container_options, more: as of av.open.
    Raises av.FFmpegError, OSError.
    """
    limits = {**_may_name(where), **container_options}
    opened = av.open(
        where, "r", metadata_errors="replace", options={**BOUNDS, **options}, container_options=limits, **more
    )
    return cast("av.container.InputContainer", opened)


def _may_name(where: Any) -> dict[str, str]:
    """The option that says which other files a container may have opened; none for an address of the network."""
    if not isinstance(where, str):
        return {"protocol_whitelist": BESIDE_A_PIPE}
    is_network = "://" in where and path_at(whole_address(where)) is None
    return {} if is_network else {"protocol_whitelist": BESIDE_A_FILE}


@contextmanager
def listening() -> Iterator[None]:
    """While something is opened: errors raised in this block carry ffmpeg's log line."""
    av.logging.set_level(av.logging.ERROR)
    try:
        yield
    finally:
        av.logging.set_level(None)


def readable(where: str | Rereadable) -> str | Readable:
    """What `av.open` takes to read `where`, a file's or stream's address or a pipe, from its beginning once more.

    Of recordings in several codecs that were joined, the first (joined_streams.py knows the others).
    """
    return first_part(where) if isinstance(where, str) else where.reader()


def seek_before(container: av.container.InputContainer, at: int, stream: av.VideoStream | None = None) -> bool:
    """Bring a video to a place from which what is seen or heard at `at` can be decoded, if its index tells one.

    at: in units of the stream, else of av.time_base. Returns whether it was moved; else it is read from where it is.
    """
    if container.format.name not in INDEXED or (stream is None and at <= (container.start_time or 0)):
        return False
    try:
        container.seek(at, stream=stream)
    except av.FFmpegError as error:  # such as a pipe, or a web server that sends from the beginning only
        logger.info("cannot seek, so it is read from its beginning: %s", explain(error))
        return False
    return True


def ffmpeg_command() -> str | None:
    """The `ffmpeg` command, where this machine has it: for srt, which the ffmpeg in PyAV's wheels does not speak."""
    return shutil.which("ffmpeg")


def explain(error: Exception, waited_s: float | None = None) -> str:
    """ffmpeg's message, and its last log line where there is one; the words of any other error.

    waited_s: how long was waited at most; ffmpeg calls a time-out of ours "Immediate exit requested".
    """
    if not isinstance(error, av.FFmpegError):
        return str(error)
    if waited_s is not None and isinstance(error, av.ExitError):
        return f"nothing came for {waited_s:g} s"
    log = cast("tuple[int, str, str] | None", error.log)
    return f"{error.strerror}" + (f" ({log[1]}: {log[2].strip()})" if log else "")
