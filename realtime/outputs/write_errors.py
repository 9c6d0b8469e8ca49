"""Why an output could not be written, and the cure that fits the cause.

Knows errors; local_path.py knows the system's numbers, nobody here knows formats.
"""

from realtime.errors import SinkError
from realtime.media.local_path import REMEDIES


def write_failure(where: object, error: BaseException, *, said: str = "", kept: str = "", otherwise: str) -> SinkError:
    """The error to raise when `where` cannot be written.

    said: the reason in words, where it is not the system's: ffmpeg's numbers mean other things. kept: what became of
    what was made, and of an older file. otherwise: the cure when the system's number tells none.
    """
    number = error.errno if isinstance(error, OSError) and not said else None
    reason = said or (error.strerror if isinstance(error, OSError) and error.strerror else str(error))
    told = f"{where} cannot be written: {reason}"
    return SinkError(f"{told}; {kept}" if kept else told, remedy=REMEDIES.get(number or 0, otherwise))
