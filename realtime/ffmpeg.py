"""What ffmpeg says when something goes wrong, in a form for people.

PyAV raises ffmpeg's errors as exceptions; the line that explains them is in ffmpeg's log. This module turns the log on,
keeps it off the terminal, and puts both together.
"""

import logging
from typing import cast

import av
import av.logging

av.logging.set_level(av.logging.ERROR)  # without it PyAV attaches no log line to its exceptions
logging.getLogger("libav").addHandler(logging.NullHandler())
logging.getLogger("libav").propagate = False


def explain(error: av.FFmpegError) -> str:
    """ffmpeg's message, and its last log line where there is one."""
    log = cast("tuple[int, str, str] | None", error.log)
    return f"{error.strerror}" + (f" ({log[1]}: {log[2].strip()})" if log else "")
