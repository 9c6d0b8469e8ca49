"""Names of numbered pictures: `frames/%05d.png` for frames/00001.png, frames/00002.png ...

Knows names and which of them are there; knows no pictures.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from realtime.media.local_path import is_file, is_folder

PLACE = re.compile(r"%(?:0(\d{1,2}))?d")
NUMBERED = re.compile(r"(.*?)(\d+)(\.\w+)")
"""A file's name up to its last number, the number, and the ending."""


@dataclass(frozen=True, slots=True)
class NumberedNames:
    """Files of one folder that differ in a number. digits: at least so many, with zeros before; 1 for no zeros."""

    folder: Path
    before: str
    digits: int
    after: str

    @classmethod
    def parse(cls, path: Path) -> "NumberedNames | None":
        """Read a pattern such as frames/%05d.png; None for any other path, and for a file that is called so."""
        places = list(PLACE.finditer(path.name))
        if len(places) != 1 or is_file(path):
            return None
        place = places[0]
        return cls(path.parent, path.name[: place.start()], int(place[1] or 1), path.name[place.end() :])

    @classmethod
    def of_folder(cls, folder: Path) -> "NumberedNames | None":
        """The one series that all files of a folder belong to, hidden ones left aside; None when there is none."""
        names = [NUMBERED.fullmatch(entry.name) for entry in _entries(folder) if not entry.name.startswith(".")]
        found = [name for name in names if name is not None]
        if len(found) < len(names) or len({(name[1], name[3]) for name in found}) != 1 or len(found) < 2:
            return None
        return cls(folder, found[0][1], min(len(name[2]) for name in found), found[0][3])

    def path(self, number: int) -> Path:
        """Of one file, whether it is there or not."""
        return self.folder / f"{self.before}{number:0{self.digits}d}{self.after}"

    def existing(self) -> dict[int, Path]:
        """The files that are there, by their numbers, which rise."""
        wanted = re.compile(re.escape(self.before) + rf"(\d{{{self.digits},}})" + re.escape(self.after))
        found = {int(match[1]): entry for entry in _entries(self.folder) if (match := wanted.fullmatch(entry.name))}
        return dict(sorted(found.items()))


def _entries(folder: Path) -> list[Path]:
    """Nothing where it cannot be read: whoever opens it says so."""
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def numbered(path: Path) -> NumberedNames | None:
    """The series behind a path: a pattern, or a folder that holds nothing else. None for any other path."""
    return NumberedNames.of_folder(path) if is_folder(path) else NumberedNames.parse(path)


def files_named(path: Path) -> list[Path]:
    """The files behind a path, as far as they are there: itself, or those of a series."""
    names = numbered(path)
    return list(names.existing().values()) if names is not None else [path] if is_file(path) else []
