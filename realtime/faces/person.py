"""What may stand behind one source face: a photo, a folder of photos, or a short video of the person.

Their content decides, not their names. Knows files; whether a picture shows a usable face is the examiner's to say.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np

from engines.errors import SourcePhotoError
from engines.source_faces.person import one_person
from engines.types import Image, SourcePhoto
from models.errors import UserError
from realtime.errors import SourceError
from realtime.pictures.header import FORMATS
from realtime.pictures.reading import decode_image, is_animated, is_picture, picture_content, read_content, read_image
from realtime.sources.animated import AnimatedSource
from realtime.sources.media import open_file
from realtime.types import FrameSource

logger = logging.getLogger(__name__)

PHOTOS = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".avif", ".tif", ".tiff", ".bmp", ".jxl", ".dng")
"""Endings of files in a folder that are missed when they cannot be read; other files are none of ours."""
MOST_EXAMINED = 32
"""Pictures of a folder or a video that are looked at, about a tenth of a second each."""
VIDEO_STEP = 12
"""Frames from one look at a video to the next: about half a second."""

Examine = Callable[[Image, str], SourcePhoto]


def read_person(path: Path, examine: Examine) -> SourcePhoto:
    """The face behind a path. examine: see PhotoExaminer. Raises SourceError or SourcePhotoError, with the reason."""
    content = None if path.is_dir() else picture_content(path)
    if content is not None and not is_animated(content):
        return examine(decode_image(content, str(path)), path.name)
    usable: list[SourcePhoto] = []
    refused: list[UserError] = []
    for name, picture in _pictures_of(path, content):
        try:
            usable.append(examine(picture(), name))
        except SourcePhotoError as error:
            refused.append(error)
            logger.info("left out: %s", error)
        except SourceError as error:
            refused.append(error)
            logger.warning("left out: %s", error)
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
    """The files that are read for one face: the path itself, or the pictures of a folder.

    Hidden files are none, and so are those that are no pictures, unless their name says that they should be.
    """
    if not path.is_dir():
        return [path]
    shown = (file for file in sorted(path.iterdir()) if not file.name.startswith(".") and file.is_file())
    pictures = (file for file in shown if file.suffix.lower() in PHOTOS or is_picture(file))
    return list(islice(pictures, MOST_EXAMINED))


def _pictures_of(path: Path, animated: bytes | None) -> Iterator[tuple[str, Callable[[], Image]]]:
    """Names, and ways to the pictures, which may raise SourceError. animated: the bytes of an animated picture."""
    if path.is_dir():
        yield from ((file.name, partial(read_image, file)) for file in files_of(path))
        return
    video = _video(path) if animated is None else AnimatedSource(animated, str(path))
    try:
        for number, frame in enumerate(video.frames()):
            if number // VIDEO_STEP >= MOST_EXAMINED:
                return
            if number % VIDEO_STEP == 0:
                yield f"{path.name}, frame {number}", partial(np.asarray, frame.image)
    finally:
        video.close()


def _video(path: Path) -> FrameSource:
    """Raises SourceError for what is no video either."""
    try:
        return open_file(path)
    except SourceError as error:
        raise SourceError(
            f"{error}, and no picture either",
            remedy=f"give --face a photo ({', '.join(FORMATS)}), a folder of photos, or a video of one person",
        ) from error
