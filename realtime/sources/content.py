"""What a file is, by its content: a video, a picture, or neither.

One that only its ending calls a video or picture counts as such, so that it is missed where it is damaged. ffmpeg also
takes plain text for moving pictures (of letters); here that is no video.

Knows kinds; reads no more of a file than it takes to tell.
"""

from enum import Enum, auto
from pathlib import Path

import av
from av.stream import Disposition

from realtime.media.ffmpeg import open_input
from realtime.media.local_path import av_address
from realtime.pictures.reading import picture_content

VIDEOS = ".3gp .avi .flv .m2ts .m4v .mkv .mov .mp4 .mpeg .mpg .mts .mxf .ogv .vob .webm .wmv"
PICTURES = ".avif .bmp .gif .heic .heif .jpeg .jpg .png .tif .tiff .webp"
"""Endings that nothing else has."""
LETTERS = frozenset({"adf", "bin", "idf", "tty", "xbin"})
"""ffmpeg's demuxers of text art, which take files by their endings."""
STILLS = "_pipe"
"""How its demuxers of single pictures end."""


class FileKind(Enum):
    VIDEO = auto()
    PICTURE = auto()
    OTHER = auto()


def kind_of(path: Path) -> FileKind:
    """What the file at `path` is."""
    if picture_content(path) is not None:  # a moving one stays what it is
        return FileKind.PICTURE
    try:
        with open_input(av_address(path)) as container:
            form, videos = container.format.name, container.streams.video
            is_moving = any(not stream.disposition & Disposition.attached_pic for stream in videos)
    except (av.FFmpegError, OSError, ValueError):
        return _by_its_ending(path)
    if form in LETTERS or not is_moving:
        return FileKind.OTHER
    return FileKind.PICTURE if form.endswith(STILLS) else FileKind.VIDEO


def _by_its_ending(path: Path) -> FileKind:
    ending = path.suffix.lower()
    if ending in PICTURES.split():
        return FileKind.PICTURE
    return FileKind.VIDEO if ending in VIDEOS.split() else FileKind.OTHER
