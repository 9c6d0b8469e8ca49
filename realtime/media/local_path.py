"""Local files, by the names that people give them.

A name may hold anything a file system takes: colons, brackets, per cent signs, line breaks, bytes that are no text. It
never means another protocol to ffmpeg, and what the system says of it is told with a remedy that fits.

Knows names; knows nothing of contents.
"""

import errno
import os
import stat
import unicodedata
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

REMEDIES = {
    errno.EACCES: "check its permissions: ls -l shows them",
    errno.EPERM: "check its permissions: ls -l shows them",
    errno.ENAMETOOLONG: "use a shorter name",
    errno.ENOTDIR: "a part of the path is a file, not a folder: check the path",
    errno.ELOOP: "the link leads back to itself: create it again, or give the file itself",
    errno.EROFS: "its disk can only be read: use another folder",
    errno.ENOSPC: "make room on the disk, or use another one",
    errno.EDQUOT: "make room in your quota, or use another disk",
    errno.EFBIG: "files of that size are not allowed there: use another disk",
    errno.EIO: "the disk or the network it lies on fails: copy the file elsewhere",
    errno.ESTALE: "the network drive it lies on is gone: connect it again",
}
"""What to do about what the system says, by its number."""
LOCAL = "file:"
"""What ffmpeg's addresses of local files begin with."""
OTHERWISE = "check the path and its permissions"


def local_path(name: str) -> Path:
    """The file that `name` means: as it stands, else with `~` expanded, else spelt in another Unicode normal form.

    macOS writes an accent as a character of its own, keyboards write it in one with its letter. What does not exist is
    returned as it would be made.
    """
    literal = Path(name)
    if os.path.lexists(literal):
        return literal
    try:
        expanded = literal.expanduser()
    except RuntimeError:  # ~somebody: there is no such person here
        return literal
    return expanded if os.path.lexists(expanded) else _other_spelling(expanded) or expanded


def without_scheme(name: str) -> str:
    """The path that an address such as file:///home/a%20b.mp4 means, as file managers copy it; any other name as it is.

    On another machine's files it is left as it is.
    """
    if not name.lower().startswith("file://") or os.path.lexists(name):
        return name
    parts = urlsplit(name, allow_fragments=False)
    return name if parts.hostname not in {None, "localhost"} or parts.query else url2pathname(parts.path)


def av_address(path: Path) -> str:
    """`path` as ffmpeg takes it for a local file, whatever its name looks like."""
    return f"{LOCAL}{path.absolute()}"


def path_at(av_address: str) -> Path | None:
    """The file that an address of `av_address` means; None for any other address."""
    return Path(av_address.removeprefix(LOCAL)) if av_address.startswith(LOCAL) else None


def is_file(path: Path) -> bool:
    """Whether a file's bytes lie there, to be read again and again. False, too, where nobody can tell."""
    return stat.S_ISREG(_mode(path))


def is_folder(path: Path) -> bool:
    """Whether it is a folder. False, too, where nobody can tell."""
    return stat.S_ISDIR(_mode(path))


def is_pipe(path: Path) -> bool:
    """Whether what is read there comes once, and what is written there is gone: a named pipe, /dev/stdin, a socket."""
    mode = _mode(path)
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode) or stat.S_ISSOCK(mode)


def remedy_for(error: OSError) -> str:
    """What a person can do about it."""
    return REMEDIES.get(error.errno or 0, OTHERWISE)


def _mode(path: Path) -> int:
    """What kind of thing it is, links followed; 0 where nobody can tell (a name that is too long, no permission)."""
    try:
        return path.stat().st_mode
    except OSError:
        return 0


def _other_spelling(path: Path) -> Path | None:
    """A file beside `path` whose name differs in the Unicode normal form only."""
    if path.name.isascii():
        return None
    wanted = unicodedata.normalize("NFC", path.name)
    try:
        alike = [entry for entry in path.parent.iterdir() if unicodedata.normalize("NFC", entry.name) == wanted]
    except OSError:
        return None
    return alike[0] if len(alike) == 1 else None
