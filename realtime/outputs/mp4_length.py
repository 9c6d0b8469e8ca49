"""How long the tracks of an MP4 last, mended in its index: ffmpeg 8 makes pictures too short and texts too long.

It writes a fragmented video's plain index with the end of a track at the first frame of the last fragment where a later
frame was coded before that one (B-frames), so that the last frames are never shown. Here pictures end where whoever
wrote them says. Where nobody does, the end is counted from the tables: the latest frame of all, and the length of the
last one coded, as ffmpeg itself counts without fragments. And ffmpeg gives the empty text that ends the last subtitle
the length of the one before.
Boxes and their fields: ISO/IEC 14496-12 (8.2.2 mvhd, 8.3.2 tkhd, 8.4.2 mdhd, 8.6.1 stts and ctts, 8.6.6 elst).
Knows the index; knows nothing of files.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HEADER = struct.Struct(">I4s")
RUN = struct.Struct(">Ii")
"""Of frames of one length: how many, and which."""
NO_MEDIA = -1
"""The place in the media of an edit that shows nothing."""


@dataclass(frozen=True, slots=True)
class Field:
    """A number in the index: where, and how it is written (struct)."""

    at: int
    form: str

    def read(self, moov: bytearray) -> int:
        return int(struct.unpack_from(self.form, moov, self.at)[0])

    def write(self, moov: bytearray, value: int) -> None:
        struct.pack_into(self.form, moov, self.at, value)


@dataclass(frozen=True, slots=True)
class Track:
    """Where a track of the index begins and ends, and the numbers that tell its length.

    edit: how long its last edit is shown, from `begins_at` of the media on; None without edits. length: of all edits;
    both in units of the video. media_length: in units of the media, media_scale a second.
    """

    start: int
    end: int
    edit: Field | None
    begins_at: int
    length: Field
    media_scale: int
    media_length: Field
    is_picture: bool
    is_sound: bool


def mend_lengths(moov: bytearray, end_s: float | None = None) -> None:
    """Mend the lengths of tracks, in place: pictures until their last frame, texts no longer than video and sound.

    The index may grow by a few bytes.

    moov: the box with its header. end_s: when the last picture ends, where that is known. Raises ValueError when it is
    none.
    """
    header = _boxes(moov, 0, len(moov), b"mvhd")
    if not header:
        raise ValueError("an index without a header")
    scale, video_length = _scale_and_length(moov, header[0])
    for track in _tracks(moov):
        if track.is_picture and track.edit is not None:
            _lengthen(moov, track, track.edit, scale.read(moov), end_s)
    tracks = _tracks(moov)  # which may lie elsewhere now
    most = max((track.length.read(moov) for track in tracks if track.is_picture or track.is_sound), default=0)
    for track in tracks:
        if not (track.is_picture or track.is_sound):
            for field in (track.length, *([track.edit] if track.edit else [])):
                field.write(moov, min(field.read(moov), most))
            in_media = most * track.media_scale // scale.read(moov)
            track.media_length.write(moov, min(track.media_length.read(moov), in_media))
    video_length.write(moov, max((track.length.read(moov) for track in tracks), default=0))


def _lengthen(moov: bytearray, track: Track, edit: Field, scale: int, end_s: float | None) -> None:
    if track.begins_at == NO_MEDIA:
        return
    if end_s is None:
        shown = _end_of_pictures(moov, track.start, track.end) - track.begins_at
        missing = max(0, -(-shown * scale // track.media_scale) - edit.read(moov))
        track.media_length.write(moov, max(shown, track.media_length.read(moov)))
    else:
        before_s = (track.length.read(moov) - edit.read(moov)) / scale
        shown = max(1, round((end_s - before_s) * track.media_scale))
        missing = -(-shown * scale // track.media_scale) - edit.read(moov)
        track.media_length.write(moov, shown)
        _end_decoding(moov, track, shown)
    for field in (edit, track.length):
        field.write(moov, field.read(moov) + missing)


def _end_decoding(moov: bytearray, track: Track, length: int) -> None:
    """Let the last frame coded last until all are over: ffmpeg, and so browsers, take no track for longer."""
    path = b"mdia", b"minf", b"stbl", b"stts"
    outer = [0, track.start, *(_boxes(moov, track.start, track.end, *path[:depth])[0] for depth in (1, 2, 3))]
    [table] = _boxes(moov, track.start, track.end, *path)
    lengths = _expanded(moov, table)
    missing = length - int(lengths.sum())
    if missing <= 0:
        return
    runs = Field(table + 12, ">I")
    last = table + 16 + RUN.size * (runs.read(moov) - 1)
    count, step = RUN.unpack_from(moov, last)
    if count == 1:
        RUN.pack_into(moov, last, 1, step + missing)
        return
    RUN.pack_into(moov, last, count - 1, step)
    moov[last + RUN.size : last + RUN.size] = RUN.pack(1, step + missing)
    runs.write(moov, runs.read(moov) + 1)
    for box in (*outer, table):
        size = Field(box, ">I")
        size.write(moov, size.read(moov) + RUN.size)


def _tracks(moov: bytearray) -> list[Track]:
    return [_track(moov, *span) for span in _spans(moov, 0, len(moov), b"trak")]


def _track(moov: bytearray, start: int, end: int) -> Track:
    [header], [media] = _boxes(moov, start, end, b"tkhd"), _boxes(moov, start, end, b"mdia", b"mdhd")
    edits = _boxes(moov, start, end, b"edts", b"elst")
    edit, begins_at = _last_edit(moov, edits[0]) if edits else (None, NO_MEDIA)
    media_scale, media_length = _scale_and_length(moov, media)
    is_picture, is_sound = (bool(_boxes(moov, start, end, b"mdia", b"minf", kind)) for kind in (b"vmhd", b"smhd"))
    length = Field(header + 36, ">Q") if moov[header + 8] else Field(header + 28, ">I")
    scale = media_scale.read(moov)
    return Track(start, end, edit, begins_at, length, scale, media_length, is_picture, is_sound)


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
    """Of elst: the length of the last edit, in units of the video, and where it begins in the media."""
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
