"""Dolby Vision in transport streams, by the map of their programme (in other containers: test_video_shapes.py)."""

import os
import threading
from pathlib import Path

import pytest

from realtime.errors import SourceError
from realtime.sources import open_source
from tests.realtime.videos import Video, every, write_video

PACKET = 188


def with_descriptor(content: bytes, profile: int) -> bytes:
    """The same stream, whose map says of its one track that it is Dolby Vision. Its checksum is made anew."""
    made = bytearray(content)
    descriptor = bytes([0xB0, 5, 1, 0, profile << 1, 0x2D, 0x10])
    for at in range(0, len(made), PACKET):
        if not (made[at + 1] & 0x40 and made[at + 4 : at + 6] == b"\x00\x02"):
            continue
        length = (made[at + 6] & 0x0F) << 8 | made[at + 7]
        section = bytearray(made[at + 5 : at + 5 + 3 + length - 4])
        track = 12 + ((section[10] & 0x0F) << 8 | section[11])
        told = ((section[track + 3] & 0x0F) << 8 | section[track + 4]) + len(descriptor)
        section[track + 3 : track + 5] = bytes([0xF0 | told >> 8, told & 0xFF])
        section[track + 5 : track + 5] = descriptor
        section[1:3] = bytes([0xB0 | (length + len(descriptor)) >> 8, (length + len(descriptor)) & 0xFF])
        section += checksum(section).to_bytes(4, "big")
        made[at + 5 : at + PACKET] = section + b"\xff" * (PACKET - 5 - len(section))
    return bytes(made)


def checksum(section: bytearray) -> int:
    """CRC-32 of MPEG-2: not reflected, nothing inverted."""
    remainder = 0xFFFFFFFF
    for byte in section:
        remainder ^= byte << 24
        for _ in range(8):
            remainder = (remainder << 1 ^ (0x04C11DB7 if remainder & 0x80000000 else 0)) & 0xFFFFFFFF
    return remainder


@pytest.fixture
def stream(tmp_path: Path) -> Path:
    video = Video(times_ms=every(40, 3), codec="libx265", options={"preset": "ultrafast"})
    return write_video(tmp_path / "video.ts", video)


@pytest.mark.parametrize("profile", [5, 8])
def test_transport_stream_is_refused_only_where_nobody_else_can_show_it(stream: Path, profile: int) -> None:
    plain = stream.read_bytes()
    stream.write_bytes(with_descriptor(plain, profile))
    assert stream.read_bytes() != plain
    if profile == 5:
        with pytest.raises(SourceError, match="Dolby Vision"):
            open_source(str(stream))
    else:
        source = open_source(str(stream))
        assert len(list(source.frames())) == 3


def test_it_is_refused_from_a_pipe_too(stream: Path, tmp_path: Path) -> None:
    content, pipe = with_descriptor(stream.read_bytes(), 5), tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(content,))
    writer.start()
    with pytest.raises(SourceError, match="Dolby Vision"):
        open_source(str(pipe))
    writer.join(10)
    assert not writer.is_alive()
