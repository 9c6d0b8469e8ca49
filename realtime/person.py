"""What may stand behind one source face: a photo, a folder of photos, or a short film of the person.

Knows files; whether a picture shows a usable face is the examiner's to say.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from engines.errors import SourcePhotoError
from engines.person import one_person
from engines.types import Image, SourcePhoto
from realtime.errors import SourceError
from realtime.pictures import is_picture, read_content, read_image
from realtime.sources.media import open_file

logger = logging.getLogger(__name__)

FILMS = (".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v")
MOST_EXAMINED = 32
"""Pictures of a folder or a film that are looked at, about a tenth of a second each."""
FILM_STEP = 12
"""Frames from one look at a film to the next: about half a second."""

Examine = Callable[[Image, str], SourcePhoto]


def read_person(path: Path, examine: Examine) -> SourcePhoto:
    """The face behind a path. examine: see PhotoExaminer. Raises SourceError or SourcePhotoError, with the reason."""
    if not path.is_dir() and path.suffix.lower() not in FILMS:
        return examine(read_image(path), path.name)
    usable: list[SourcePhoto] = []
    refused: list[SourcePhotoError] = []
    for name, image in _pictures_of(path):
        try:
            usable.append(examine(image, name))
        except SourcePhotoError as error:
            refused.append(error)
            logger.info("left out: %s", error)
    if not usable and refused:
        raise refused[0]
    if not usable:
        raise SourceError(
            f"there is no picture in {path}", remedy="give a folder of photos of one person, or one photo"
        )
    logger.info("%s: %d of %d pictures show a usable face", path.name, len(usable), len(usable) + len(refused))
    return one_person(usable, path.name)


def content_of(path: Path) -> bytes:
    """What consent is asked for: a file's bytes, or the hashes of all pictures of a folder. Raises SourceError."""
    if not path.is_dir():
        return read_content(path)
    return b"".join(sorted(hashlib.sha256(read_content(file)).digest() for file in files_of(path)))


def files_of(path: Path) -> list[Path]:
    """The files that are read for one face: the path itself, or the pictures of a folder."""
    if not path.is_dir():
        return [path]
    pictures = (file for file in sorted(path.iterdir()) if file.is_file() and is_picture(file))
    return list(islice(pictures, MOST_EXAMINED))


def _pictures_of(path: Path) -> Iterator[tuple[str, Image]]:
    if path.is_dir():
        yield from ((file.name, read_image(file)) for file in files_of(path))
        return
    film = open_file(path)
    try:
        for number, frame in enumerate(film.frames()):
            if number // FILM_STEP >= MOST_EXAMINED:
                return
            if number % FILM_STEP == 0:
                yield f"{path.name}, frame {number}", frame.image
    finally:
        film.close()
