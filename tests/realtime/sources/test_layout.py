"""What players are not told of a video: 3D and 360°."""

import struct
from pathlib import Path

import pytest

from realtime.sources import open_source
from tests.realtime.videos import Video, every, write_video

SPHERE = bytes.fromhex("ffcc8263f8554a938814587a02521fdd") + (
    b'<?xml version="1.0"?><rdf:SphericalVideo xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    b'xmlns:GSpherical="http://ns.google.com/videos/1.0/spherical/"><GSpherical:Spherical>true</GSpherical:Spherical>'
    b"<GSpherical:Stitched>true</GSpherical:Stitched><GSpherical:StitchingSoftware>x</GSpherical:StitchingSoftware>"
    b"<GSpherical:ProjectionType>equirectangular</GSpherical:ProjectionType></rdf:SphericalVideo>"
)
"""As Google's spherical video RFC has it, in a box of the kind uuid at the end of a track."""


def video(options: dict[str, str] | None = None) -> Video:
    return Video(times_ms=every(40, 3), options={"preset": "ultrafast", **(options or {})})


def said_of(path: Path, caplog: pytest.LogCaptureFixture) -> list[str]:
    open_source(str(path)).close()
    return [record.getMessage() for record in caplog.records]


def make_spherical(path: Path) -> None:
    """The index is behind the pictures, so nothing else moves."""
    content = path.read_bytes()
    index = content.index(b"moov") - 4
    track = content.index(b"trak", index) - 4
    box = struct.pack(">I4s", 8 + len(SPHERE), b"uuid") + SPHERE
    made = bytearray(content)
    for at in (index, track):
        struct.pack_into(">I", made, at, struct.unpack_from(">I", made, at)[0] + len(box))
    end = track + struct.unpack_from(">I", content, track)[0]
    path.write_bytes(bytes(made[:end]) + box + bytes(made[end:]))


def test_video_for_a_sphere_is_said_to_become_flat(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write_video(tmp_path / "in.mp4", video())
    assert not said_of(path, caplog)
    make_spherical(path)
    assert said_of(path, caplog) == ["in.mp4: not kept: that it is a 360° video, so players show it flat"]


def test_video_with_two_views_is_said_to_show_both(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write_video(tmp_path / "in.mp4", video({"x264-params": "frame-packing=3"}))
    assert said_of(path, caplog) == ["in.mp4: not kept: that it is 3D, so players show both views at once"]
