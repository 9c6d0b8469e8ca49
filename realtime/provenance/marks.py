"""Unsigned marks in a file: IPTC's digital source type, and whether it is ours.

In pictures they stand as plain text (XMP, comments), in videos in the container's tags. Whoever wants them gone removes
them, so they prove nothing; they say what an honest program made. Knows where to look; knows nothing of signatures.
"""

import mmap
import re
from dataclasses import dataclass
from pathlib import Path

import av

from realtime.media.ffmpeg import open_input
from realtime.provenance.words import TOOL

WORDS = (
    "trainedAlgorithmicMedia compositeWithTrainedAlgorithmicMedia algorithmicallyEnhanced algorithmicMedia"
    " compositeSynthetic compositeCapture composite computationalCapture digitalCapture digitalCreation digitalArt"
    " dataDrivenMedia virtualRecording screenCapture negativeFilm positiveFilm print minorHumanEdits humanEdits"
)
"""Of IPTC's list; one that begins another stands behind it."""
SOURCE_TYPE = re.compile(f"https?://cv\\.iptc\\.org/newscodes/digitalsourcetype/({'|'.join(WORDS.split())})".encode())
OURS = (f"Made with {TOOL}".encode(), f'CreatorTool="{TOOL}"'.encode())
VIDEOS = frozenset({".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".flv", ".ts", ".wmv"})


@dataclass(frozen=True, slots=True)
class Mark:
    """source_type: IPTC's word. is_ours: whether it names liveswap."""

    source_type: str
    is_ours: bool


def mark_in(path: Path) -> Mark | None:
    """The mark of a file; None without one. Raises OSError."""
    if path.suffix.lower() in VIDEOS:
        return _mark(_tags(path))
    with path.open("rb") as file:
        if not file.seek(0, 2):
            return None
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return _mark(content)


def _mark(text: bytes | mmap.mmap) -> Mark | None:
    found = SOURCE_TYPE.search(text)
    return None if found is None else Mark(found[1].decode(), any(text.find(word) >= 0 for word in OURS))


def _tags(path: Path) -> bytes:
    """What a video says in words; nothing where it is none."""
    try:
        with open_input(str(path)) as video:
            return "\n".join(video.metadata.values()).encode()
    except av.FFmpegError:
        return b""
