"""The boxes of an MP4: the index before the pictures, with every place in it moved along; and what cannot be moved."""

import struct
from io import BytesIO

import pytest

from realtime.outputs.faststart import put_index_first, whole_boxes


def box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I4s", 8 + len(content), kind) + content


def video_with(table: bytes) -> bytes:
    moov = box(b"moov", box(b"mvhd"), box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", table)))))
    return box(b"ftyp", b"isom") + box(b"mdat", b"pictures") + moov


@pytest.mark.parametrize(("kind", "letter"), [(b"stco", "I"), (b"co64", "Q")])
def test_places_are_moved_by_what_comes_before_them(kind: bytes, letter: str) -> None:
    video, moved = BytesIO(video_with(box(kind, struct.pack(f">II2{letter}", 0, 2, 20, 24)))), BytesIO()
    put_index_first(video, moved)
    moov = whole_boxes(moved)[1]
    places = struct.unpack(f">2{letter}", moved.getvalue()[: moov.end][-2 * struct.calcsize(letter) :])
    assert [moved.getvalue()[place:][:4] for place in places] == [b"pict", b"ures"]
    again = BytesIO()
    put_index_first(moved, again)
    assert again.getvalue() == moved.getvalue()


UNMOVED = {
    "more than 32 bits": video_with(box(b"stco", struct.pack(">II1I", 0, 1, 2**32 - 10))),
    "fragments": video_with(box(b"stco", struct.pack(">II", 0, 0))) + box(b"moof"),
    "no index": box(b"ftyp") + box(b"mdat"),
    "torn": video_with(box(b"stco", struct.pack(">II", 0, 0)))[:-1],
    "no video": b"no video at all",
    "nothing": b"",
}


@pytest.mark.parametrize("video", UNMOVED.values(), ids=UNMOVED)
def test_index_that_cannot_be_moved_is_left_where_it_is(video: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        put_index_first(BytesIO(video), BytesIO())
