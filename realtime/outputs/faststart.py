"""MP4 and MOV files as rows of boxes: what of a torn one is whole, and the index moved to the front.

While a video is recorded it is fragmented: each fragment (moof + mdat) has an index of its own. At its end ffmpeg makes
one plain index (moov) of them, behind the pictures; a browser that plays from a network needs it before them. The move
copies bytes and changes nothing but the places in the tables stco and co64 (ISO/IEC 14496-12, 8.7.5), as ffmpeg's
qt-faststart does, so times, edit lists, colours and tags stay exactly as they were written.
Knows boxes; knows nothing of what is in them.
"""

import os
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from realtime.outputs.mp4_length import mend_lengths

HEADER = struct.Struct(">I4s")
LARGE = struct.Struct(">Q")
COUNT = struct.Struct(">II")
PARENTS = {b"trak", b"mdia", b"minf", b"stbl"}
"""What leads from moov to the tables of places."""
TABLES = {b"stco": "I", b"co64": "Q"}
BLOCK = 4 << 20


@dataclass(frozen=True, slots=True)
class Box:
    """A box of a file, from byte `start` to before `end`, its header included."""

    kind: bytes
    start: int
    end: int


def whole_boxes(file: BinaryIO) -> list[Box]:
    """The boxes of a file from its start until the first one that is cut off."""
    size = file.seek(0, os.SEEK_END)
    found, at = [], 0
    while at + HEADER.size <= size:
        file.seek(at)
        length, kind = HEADER.unpack(file.read(HEADER.size))
        if length == 1:  # a large one: its length follows
            head = file.read(LARGE.size)
            length = LARGE.unpack(head)[0] if len(head) == LARGE.size else 0
        if length < HEADER.size or at + length > size:
            break
        found.append(Box(kind, at, at + length))
        at += length
    return found


def cut_torn_end(file: BinaryIO) -> None:
    """Leave off what comes after the last whole fragment of a video whose end could not be written."""
    ends = [box.end for box in whole_boxes(file) if box.kind == b"mdat"]
    if ends:
        file.truncate(ends[-1])


def mend_index(video: BinaryIO, end_s: float | None = None) -> None:
    """Mend the lengths of its tracks (mp4_length.py). end_s: of its pictures, where that is known.

    Raises ValueError when the video has no plain index.
    """
    boxes = whole_boxes(video)
    index = _index(boxes)
    video.seek(index.start)
    moov = bytearray(video.read(index.end - index.start))
    mend_lengths(moov, end_s)
    if len(moov) > index.end - index.start and index is not boxes[-1]:
        raise ValueError("its index has no room to grow")
    video.seek(index.start)
    video.write(moov)


def put_index_first(source: BinaryIO, target: BinaryIO, on_block: Callable[[], None] = lambda: None) -> None:
    """Write the video in `source` to `target`, with its index before the pictures. on_block: called again and again.

    Raises ValueError when it has no plain index, or one whose 32-bit places cannot be moved.
    """
    boxes = whole_boxes(source)
    index = _index(boxes)
    source.seek(index.start)
    moov = bytearray(source.read(index.end - index.start))
    if index.start > boxes[1].start:
        _move_places(moov, by=len(moov))
    _copy(source, boxes[0], target, on_block)
    target.write(moov)
    for box in boxes[1:]:
        if box is not index:
            _copy(source, box, target, on_block)


def _index(boxes: list[Box]) -> Box:
    indices = [box for box in boxes if box.kind == b"moov"]
    if len(indices) != 1 or any(box.kind == b"moof" for box in boxes) or boxes[0].kind != b"ftyp":
        raise ValueError("no video with one plain index")
    return indices[0]


def _move_places(moov: bytearray, by: int) -> None:
    for kind, at in _tables(moov, HEADER.size, len(moov)):
        _flags, count = COUNT.unpack_from(moov, at)
        table = struct.Struct(f">{count}{TABLES[kind]}")
        places = [place + by for place in table.unpack_from(moov, at + COUNT.size)]
        if places and max(places) >= 1 << 8 * (table.size // count):
            raise ValueError("its places need more than 32 bits")
        table.pack_into(moov, at + COUNT.size, *places)


def _tables(moov: bytearray, start: int, end: int) -> Iterator[tuple[bytes, int]]:
    """Kind and place of every table of places; what is there: version and flags, the count, the places."""
    while start + HEADER.size <= end:
        length, kind = HEADER.unpack_from(moov, start)
        if length < HEADER.size:
            raise ValueError(f"a box {kind!r} of {length} bytes")
        if kind in PARENTS:
            yield from _tables(moov, start + HEADER.size, start + length)
        elif kind in TABLES:
            yield kind, start + HEADER.size
        start += length


def _copy(source: BinaryIO, box: Box, target: BinaryIO, on_block: Callable[[], None]) -> None:
    source.seek(box.start)
    rest = box.end - box.start
    while rest:
        block = source.read(min(rest, BLOCK))
        target.write(block)
        rest -= len(block)
        on_block()
