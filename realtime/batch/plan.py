"""Many inputs and one folder for the results: which files are meant, and what each result is called.

--input FOLDER or a pattern ('clips/*.mp4'), --output FOLDER. Videos and pictures are told by
their content. A result has the name of its input, and another ending where that kind of file cannot be written.

What cannot be read, a link to nothing or a folder that is locked, is an input that fails, never one that is not there.

Knows names and kinds; knows nothing of what is done with them.
"""

import errno
import glob
import os
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from realtime.errors import SinkError, SourceError
from realtime.media.local_path import REMEDIES, is_file, is_folder, local_path
from realtime.outputs.animated import KINDS
from realtime.outputs.codecs import CONTAINERS, video_encoder
from realtime.outputs.picture_file import FORMATS
from realtime.sources.content import FileKind, kind_of

UNFINISHED = ".part"
OTHER_VIDEO, OTHER_PICTURE = ".mp4", ".png"
"""What becomes of kinds that cannot be written."""
NO_FOLDERS = frozenset({"null", "virtual", "-"})


@dataclass(frozen=True, slots=True)
class Job:
    """One result that is to be made. name: of the input, within what was named."""

    source: Path
    target: Path
    name: str
    is_picture: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """What is to be made in `folder`. others: how many files are neither video nor picture, and are left out."""

    folder: Path
    jobs: tuple[Job, ...]
    others: int


def wants_batch(where_from: str, outputs: tuple[str, ...]) -> bool:
    """Whether the results go into a folder, under the names of the inputs. Raises SinkError when only some do."""
    many = is_pattern(where_from) or is_folder(local_path(where_from))
    folders = [_names_folder(output, many=many) for output in outputs]
    if not any(folders) or not (many or is_file(local_path(where_from))):
        return False
    if len(outputs) > 1:
        raise SinkError("results go into one folder", remedy="give --output FOLDER once, and nothing else")
    return True


def is_pattern(where: str) -> bool:
    """Whether `where` stands for files by * ? or [...], and no file has that very name."""
    return glob.has_magic(where) and "://" not in where and not os.path.lexists(where)


def plan_batch(
    where_from: str, output: str, *, recursive: bool = False, codec: str | None = None, stills: bool = False
) -> Batch:
    """What is to be done. codec: of the videos that are made. stills: videos become pictures, too.

    Raises SourceError when there is nothing to do, SinkError when it cannot be done or would overwrite inputs.
    """
    if codec is not None:
        video_encoder(Path("any.mkv"), codec)
    folder = local_path(output)
    if not is_folder(folder) and not is_folder(folder.absolute().parent):
        raise SinkError(f"there is no folder {folder.parent}", remedy=f"mkdir -p {shlex.quote(str(folder.parent))}")
    base, found = _pattern(where_from) if is_pattern(where_from) else _listed(local_path(where_from), recursive)
    if is_folder(folder) and folder.samefile(base):
        raise SinkError(f"{folder} holds what is read in this run", remedy="give --output another folder")
    inputs = [path for path in found if not _is_within(path, folder)]
    kinds = {path: FileKind.VIDEO if is_folder(path) else kind_of(path) for path in inputs}  # a locked one: of videos
    usable: dict[Path, FileKind] = {path: kind for path, kind in kinds.items() if kind is not FileKind.OTHER}
    if not usable:
        raise SourceError(
            f"there is no video and no picture in {where_from}",
            remedy="check the folder or pattern; --recursive looks into folders within it",
        )
    endings = {path: _ending(path, FileKind.PICTURE if stills else kind, codec) for path, kind in usable.items()}
    names = _names(endings, base)
    jobs = tuple(
        Job(path.absolute(), folder.absolute() / names[path], str(path.relative_to(base)), kind is FileKind.PICTURE)
        for path, kind in usable.items()
    )
    for job in jobs:
        if is_file(job.target) and any(job.target.samefile(source) for source in usable):
            raise SinkError(f"{job.target} is read in this run", remedy="give --output another folder")
    return Batch(folder, jobs, others=len(inputs) - len(usable))


def _names_folder(output: str, *, many: bool) -> bool:
    if output in NO_FOLDERS or output.startswith("virtual:") or "://" in output:
        return False
    path = local_path(output)
    return is_folder(path) or output.endswith(("/", os.sep)) or (many and not path.suffix and not os.path.lexists(path))


def _pattern(pattern: str) -> tuple[Path, list[Path]]:
    """The folder before the first * ? [ and the files that fit."""
    parts = local_path(pattern).parts
    depth = next(index for index, part in enumerate(parts) if glob.has_magic(part))
    base = Path(*parts[:depth])
    _require_readable(base)
    found = sorted(base.glob(str(Path(*parts[depth:]))))
    return base, [path for path in found if _is_meant(path) and not _is_hidden(path.relative_to(base))]


def _listed(path: Path, recursive: bool) -> tuple[Path, list[Path]]:
    if not is_folder(path):
        return path.parent, [path]
    _require_readable(path)
    inside: Iterable[Path] = path.rglob("*") if recursive else path.iterdir()
    found = sorted(entry for entry in inside if not _is_hidden(entry.relative_to(path)))
    return path, [entry for entry in found if _is_meant(entry) or (recursive and _is_locked(entry))]


def _require_readable(folder: Path) -> None:
    """Raises SourceError."""
    if _is_locked(folder):
        raise SourceError(f"{folder} cannot be read", remedy=REMEDIES[errno.EACCES])


def _is_locked(path: Path) -> bool:
    """Whether it is a folder into which nobody can look."""
    return is_folder(path) and not os.access(path, os.R_OK | os.X_OK)


def _is_meant(path: Path) -> bool:
    """Whether it is a file, or was to be one: a link to nothing."""
    return is_file(path) or (path.is_symlink() and not path.exists())


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts) or path.suffix == UNFINISHED


def _is_within(path: Path, folder: Path) -> bool:
    return path.absolute().is_relative_to(folder.absolute())


def _names(endings: dict[Path, str], base: Path) -> dict[Path, Path]:
    """What the results are called in their folder. endings: of the results, by input.

    Inputs that keep their ending get their names first; what would bear one of those gets its ending behind it.
    """
    taken: set[str] = set()
    names: dict[Path, Path] = {}
    for path in sorted(endings, key=lambda path: endings[path] != path.suffix.lower()):
        relative, ending = path.relative_to(base), endings[path]
        name = relative if path.suffix.lower() == ending else relative.with_suffix(ending)
        if str(name).casefold() in taken:
            name = relative.with_name(relative.name + ending)
        taken.add(str(name).casefold())
        names[path] = name
    return names


def _ending(path: Path, kind: FileKind, codec: str | None) -> str:
    """Of the result: the input's, unless such files cannot be written, or not with that codec."""
    ending = path.suffix.lower()
    if kind is FileKind.PICTURE:
        return ending if ending in FORMATS else OTHER_PICTURE
    if ending in KINDS:  # it moves, and stays a moving picture
        return ending
    writable = [known for known in CONTAINERS if codec is None or _holds(known, codec)]
    return ending if ending in writable else next(iter(writable), OTHER_VIDEO)


def _holds(ending: str, codec: str) -> bool:
    try:
        video_encoder(Path(f"any{ending}"), codec)
    except SinkError:
        return False
    return True
