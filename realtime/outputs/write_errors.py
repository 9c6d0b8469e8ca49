"""Why an output could not be written, and the cure that fits the cause.

Knows the system's error numbers; knows nothing of formats.
"""

import errno

from realtime.errors import SinkError

CURES = {
    errno.ENOSPC: "make room on that disk, or give --output a name on another one",
    errno.EDQUOT: "make room in your quota, or give --output a name on another disk",
    errno.EFBIG: "files of that size are not allowed there: give --output a name on another disk",
    errno.EACCES: "give --output a folder that you may write to",
    errno.EPERM: "give --output a folder that you may write to",
    errno.EROFS: "that disk is read-only: give --output a name on another one",
    errno.EIO: "that disk or network drive fails: give --output a name on another one",
    errno.ESTALE: "that network drive was lost: mount it again, or give --output a name on another disk",
    errno.ENAMETOOLONG: "give --output a shorter name",
    errno.ELOOP: "its links lead in a circle: give --output another name",
}


def write_failure(where: object, error: BaseException, *, said: str = "", kept: str = "", otherwise: str) -> SinkError:
    """The error to raise when `where` cannot be written.

    said: the reason in words, where the error's own are not enough. kept: what became of what was made, and of an older
    file. otherwise: the cure when the error's number tells none.
    """
    number = error.errno if isinstance(error, OSError) else getattr(error, "errno", None)
    reason = said or (error.strerror if isinstance(error, OSError) and error.strerror else str(error))
    told = f"{where} cannot be written: {reason}"
    return SinkError(f"{told}; {kept}" if kept else told, remedy=CURES.get(number or 0, otherwise))
