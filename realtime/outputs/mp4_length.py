"""How long the pictures of an MP4 or MOV are shown: mended in the index where ffmpeg makes it too short.

ffmpeg 8 writes a fragmented film's plain index with the end of a track at the first frame of the last fragment where a
later frame was coded before that one (B-frames), so that the last frames are never shown. Here the end is counted from
the tables: the latest frame of all, and the length of the last one coded, as ffmpeg itself counts without fragments.
Boxes and their fields: ISO/IEC 14496-12 (8.2.2 mvhd, 8.3.2 tkhd, 8.4.2 mdhd, 8.6.1 stts and ctts, 8.6.6 elst).
Knows the index; knows nothing of files.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HEADER = struct.Struct(">I4s")
NO_MEDIA = -1
"""The place in the media of an edit that shows nothing."""


@dataclass(frozen=True, slots=True)
class Field:
    """A number in the index: where, and how it is written (struct)."""

    at: int
    form: str

    def read(self, moov: bytearray) -> int:
        return int(struct.unpack_from(self.form, moov, self.at)[0])

    def raise_to(self, moov: bytearray, value: int) -> None:
        """Make it no less than `value`."""
        struct.pack_into(self.form, moov, self.at, max(value, self.read(moov)))


def show_whole_length(moov: bytearray) -> None:
    """Lengthen tracks of pictures that end before their last frame, in place. moov: the box with its header."""
    [film] = _boxes(moov, 0, len(moov), b"mvhd")
    scale, film_length = _scale_and_length(moov, film)
    for track, end in _spans(moov, 0, len(moov), b"trak"):
        edits, media = _boxes(moov, track, end, b"edts", b"elst"), _boxes(moov, track, end, b"mdia", b"mdhd")
        if not edits or not _boxes(moov, track, end, b"mdia", b"minf", b"vmhd"):
            continue
        edit, begins_at = _last_edit(moov, edits[0])
        if begins_at == NO_MEDIA:
            continue
        shown = _end_of_pictures(moov, track, end) - begins_at
        media_scale, media_length = _scale_and_length(moov, media[0])
        media_length.raise_to(moov, shown)
        missing = -(-shown * scale.read(moov) // media_scale.read(moov)) - edit.read(moov)
        if missing > 0:
            [header] = _boxes(moov, track, end, b"tkhd")
            length = Field(header + 36, ">Q") if moov[header + 8] else Field(header + 28, ">I")
            for field in (edit, length):
                field.raise_to(moov, field.read(moov) + missing)
            film_length.raise_to(moov, length.read(moov))


def _end_of_pictures(moov: bytearray, track: int, end: int) -> int:
    """When the latest frame ends, in units of the media."""
    tables = {kind: _boxes(moov, track, end, b"mdia", b"minf", b"stbl", kind) for kind in (b"stts", b"ctts")}
    lengths = _expanded(moov, tables[b"stts"][0])
    if not len(lengths):
        return 0
    begins = np.cumsum(lengths) - lengths
    if tables[b"ctts"]:
        begins += _expanded(moov, tables[b"ctts"][0])
    return int(begins.max() + lengths[-1])


def _expanded(moov: bytearray, table: int) -> NDArray[np.int64]:
    """One value a frame from a table of (how many frames, which value)."""
    count = Field(table + 12, ">I").read(moov)
    runs = np.frombuffer(moov, ">i4", 2 * count, table + 16).reshape(-1, 2).astype(np.int64)
    return np.repeat(runs[:, 1], runs[:, 0])


def _scale_and_length(moov: bytearray, box: int) -> tuple[Field, Field]:
    """Of mvhd or mdhd: units a second, and the length in them."""
    if moov[box + 8]:
        return Field(box + 28, ">I"), Field(box + 32, ">Q")
    return Field(box + 20, ">I"), Field(box + 24, ">I")


def _last_edit(moov: bytearray, box: int) -> tuple[Field, int]:
    """Of elst: the length of the last edit, in units of the film, and where it begins in the media."""
    last = Field(box + 12, ">I").read(moov) - 1
    if moov[box + 8]:
        at = box + 16 + 20 * last
        return Field(at, ">Q"), Field(at + 8, ">q").read(moov)
    at = box + 16 + 12 * last
    return Field(at, ">I"), Field(at + 4, ">i").read(moov)


def _boxes(moov: bytearray, start: int, end: int, *path: bytes) -> list[int]:
    """Where the boxes begin that `path` leads to from the box at `start`, outermost first."""
    found = [(start, end)]
    for kind in path:
        found = [inner for outer in found for inner in _spans(moov, *outer, kind)]
    return [at for at, _ in found]


def _spans(moov: bytearray, start: int, end: int, kind: bytes) -> Iterator[tuple[int, int]]:
    """Start and end of the boxes of a kind right within the box at `start`."""
    at = start + HEADER.size
    while at + HEADER.size <= end:
        length, found = HEADER.unpack_from(moov, at)
        if length < HEADER.size:
            raise ValueError(f"a box {found!r} of {length} bytes")
        if found == kind:
            yield at, at + length
        at += length
