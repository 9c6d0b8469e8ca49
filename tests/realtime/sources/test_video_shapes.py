"""The shape of a video's pictures: turned as the container says, never stretched, and the right track of several."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest
from av.stream import Disposition

from engines.image.geometry import fit_into
from engines.types import Image
from realtime.errors import SourceError
from realtime.sources import open_source
from realtime.types import StreamInfo
from tests.realtime.videos import Video, every, join, write_video

UNIT = 1 << 16
TURNS = {
    "as it is": ((1, 0, 0, 1), lambda seen: seen),
    "mirrored": ((-1, 0, 0, 1), np.fliplr),
    "flipped": ((1, 0, 0, -1), np.flipud),
    "upside down": ((-1, 0, 0, -1), lambda seen: np.rot90(seen, 2)),
    "clockwise": ((0, 1, -1, 0), lambda seen: np.rot90(seen, -1)),
    "counter-clockwise": ((0, -1, 1, 0), np.rot90),
    "transposed": ((0, 1, 1, 0), lambda seen: seen.transpose(1, 0, 2)),
    "transposed the other way": ((0, -1, -1, 0), lambda seen: np.rot90(seen, 2).transpose(1, 0, 2)),
}


def read(path: Path) -> tuple[StreamInfo, list[Image]]:
    source = open_source(str(path))
    return source.info, [frame.image for frame in source.frames()]


def matrix_of(entries: Sequence[int], size_wh: tuple[int, int]) -> list[int]:
    """As writers do: with what moves the picture back to where it is seen."""
    a, b, c, d = entries
    x = size_wh[0] * (a < 0) + size_wh[1] * (c < 0)
    y = size_wh[0] * (b < 0) + size_wh[1] * (d < 0)
    return [a * UNIT, b * UNIT, 0, c * UNIT, d * UNIT, 0, x * UNIT, y * UNIT, 1 << 30]


@pytest.mark.parametrize("ending", [".mp4", ".mov"])
@pytest.mark.parametrize(("entries", "turn"), TURNS.values(), ids=TURNS)
def test_whole_display_matrix_is_applied(tmp_path: Path, ending: str, entries: Sequence[int], turn: object) -> None:
    assert callable(turn)
    aspect = Fraction(4, 3)
    video = Video(times_ms=every(40, 2), aspect=aspect)
    stored = read(write_video(tmp_path / f"stored{ending}", video))[1][1]
    turned = Video(times_ms=every(40, 2), aspect=aspect, matrix=matrix_of(entries, video.size_wh))
    info, images = read(write_video(tmp_path / f"turned{ending}", turned))
    assert (images[1] == turn(stored)).all()
    assert info.size_wh == images[1].shape[1::-1]
    assert info.pixel_aspect == (1 / aspect if entries[0] == 0 else aspect)


def bars_around(image: Image, *, picture_wh: tuple[int, int]) -> bool:
    """Whether the picture is in the middle, in this size, and everything around it black."""
    height, width = image.shape[:2]
    x, y = (width - picture_wh[0]) // 2, (height - picture_wh[1]) // 2
    around = image.astype(int)
    inner = around[y + 2 : y + picture_wh[1] - 2, x + 2 : x + picture_wh[0] - 2].copy()
    around[max(0, y - 1) : y + picture_wh[1] + 1, max(0, x - 1) : x + picture_wh[0] + 1] = 0
    return bool(around.max() < 4 and inner.min() > 60)


@pytest.mark.parametrize(
    ("second_wh", "picture_wh"),
    [((32, 48), (32, 48)), ((128, 48), (64, 24)), ((128, 96), (64, 48)), ((16, 12), (64, 48))],
)
def test_video_that_changes_its_size_keeps_its_first_one_and_nothing_is_stretched(
    tmp_path: Path, second_wh: tuple[int, int], picture_wh: tuple[int, int]
) -> None:
    first = write_video(tmp_path / "1.ts", Video(times_ms=every(40, 5)))
    second = write_video(tmp_path / "2.ts", Video(times_ms=every(40, 5, 200), size_wh=second_wh))
    info, images = read(join(tmp_path / "video.ts", first, second))
    assert info.size_wh == (64, 48)
    assert [image.shape for image in images] == [(48, 64, 3)] * 10
    assert bars_around(images[0], picture_wh=(64, 48))
    assert bars_around(images[9], picture_wh=picture_wh)


def test_video_that_changes_the_shape_of_its_pixels_is_not_stretched(tmp_path: Path) -> None:
    """A broadcast goes from 4:3 to 16:9 in the same number of pixels."""
    first = write_video(tmp_path / "1.ts", Video(times_ms=every(40, 5)))
    second = write_video(tmp_path / "2.ts", Video(times_ms=every(40, 5, 200), aspect=Fraction(4, 3)))
    info, images = read(join(tmp_path / "video.ts", first, second))
    assert info.pixel_aspect == 1
    assert bars_around(images[0], picture_wh=(64, 48))
    assert bars_around(images[9], picture_wh=(64, 36))


def test_wider_pixels_are_fitted_by_what_is_seen() -> None:
    image = np.full((40, 40, 3), 200, np.uint8)
    assert bars_around(fit_into(image, (80, 40), stretch=2.0), picture_wh=(80, 40))
    assert bars_around(fit_into(image, (40, 40), stretch=2.0), picture_wh=(40, 20))
    assert bars_around(fit_into(image, (40, 40), stretch=0.5), picture_wh=(20, 40))
    assert fit_into(image, (40, 40)) is image


def write_tracks(path: Path, *tracks: tuple[tuple[int, int], Disposition, int]) -> Path:
    """One track per (size, disposition, grey value)."""
    with av.open(str(path), "w") as container:
        streams = []
        for (width, height), disposition, _ in tracks:
            stream = container.add_stream("mpeg4", rate=25, options={"qscale": "2"})
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            stream.disposition = disposition
            streams.append(stream)
        for number in range(3):
            for stream, (_, _, grey) in zip(streams, tracks, strict=True):
                image = np.full((stream.height, stream.width, 3), grey, np.uint8)
                frame = av.VideoFrame.from_ndarray(image, format="rgb24")
                frame.pts, frame.time_base = number, Fraction(1, 25)
                container.mux(stream.encode(frame))
        for stream in streams:
            container.mux(stream.encode(None))
    return path


NONE, DEFAULT = Disposition(0), Disposition.default
SMALL, LARGE = (32, 32), (64, 64)


@pytest.mark.parametrize(
    ("tracks", "chosen"),
    [
        ([(LARGE, NONE), (SMALL, DEFAULT)], 1),
        ([(SMALL, DEFAULT), (LARGE, NONE)], 0),
        ([(SMALL, NONE), (LARGE, NONE)], 1),
        ([(SMALL, DEFAULT), (LARGE, DEFAULT)], 1),
        ([(SMALL, NONE), (SMALL, NONE)], 0),
        ([(LARGE, DEFAULT | Disposition.comment), (SMALL, NONE)], 1),
    ],
)
def test_default_track_is_the_video_or_else_the_largest(
    tmp_path: Path, tracks: list[tuple[tuple[int, int], Disposition]], chosen: int
) -> None:
    told = [(size_wh, disposition, 60 + 100 * number) for number, (size_wh, disposition) in enumerate(tracks)]
    info, images = read(write_tracks(tmp_path / "video.mkv", *told))
    assert info.size_wh == tracks[chosen][0]
    assert len(images) == 3
    assert images[0].mean() == pytest.approx(60 + 100 * chosen, abs=3)


@pytest.mark.parametrize("has_video", [True, False], ids=["beside a video", "alone"])
def test_cover_is_never_the_video(tmp_path: Path, has_video: bool) -> None:
    path = tmp_path / "video.mp4"
    with av.open(str(path), "w") as container:
        streams = [container.add_stream("mpeg4", rate=25)] if has_video else []
        streams.append(container.add_stream("mjpeg", rate=25))
        for stream in streams:
            stream.width, stream.height = LARGE if stream is streams[-1] else SMALL
            stream.pix_fmt = "yuvj420p" if stream is streams[-1] else "yuv420p"
        streams[-1].disposition = Disposition.attached_pic
        for stream in streams:
            container.mux(stream.encode(av.VideoFrame(stream.width, stream.height, stream.pix_fmt or "")))
            container.mux(stream.encode(None))
    if has_video:
        assert read(path)[0].size_wh == SMALL
    else:
        with pytest.raises(SourceError, match="has no video"):
            open_source(str(path))


@pytest.mark.parametrize("codec", ["libvpx", "libvpx-vp9"])
def test_what_is_transparent_in_a_webm_is_black_and_not_what_hides_there(tmp_path: Path, codec: str) -> None:
    with av.open(str(tmp_path / "video.webm"), "w") as container:
        options = {"auto-alt-ref": "0", "crf": "10", "b": "2M"}
        stream = cast("av.VideoStream", container.add_stream(codec, rate=25, options=options))
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuva420p"
        for number in range(3):
            frame = av.VideoFrame(64, 48, "yuva420p")
            for plane, value in zip(frame.planes, (200, 128, 128, 255), strict=True):
                rows = np.full((plane.height, plane.line_size), value, np.uint8)
                rows[:, : plane.width // 2] = 0 if value == 255 else value
                plane.update(rows.tobytes())
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    frames = list(open_source(str(tmp_path / "video.webm")).frames())
    assert len(frames) == 3
    for read_frame in frames:
        assert read_frame.image[:, :28].max() < 10
        assert read_frame.image[:, 36:].min() > 190
        assert read_frame.original is not None
        assert read_frame.original.pixels[:, :28].max() < 10


@pytest.mark.parametrize("tag", [b"dvh1", b"dvhe"])
def test_dolby_vision_that_only_dolby_can_show_is_refused_and_not_shown_in_wrong_colours(
    tmp_path: Path, tag: bytes
) -> None:
    plain = write_video(
        tmp_path / "video.mp4", Video(times_ms=every(40, 3), codec="libx265", options={"preset": "ultrafast"})
    )
    open_source(str(plain)).close()
    content = plain.read_bytes()
    assert content.count(b"hev1") == 1
    plain.write_bytes(content.replace(b"hev1", tag))
    with pytest.raises(SourceError, match="Dolby Vision") as raised:
        open_source(str(plain))
    assert "bt709" in raised.value.remedy


def element(identity: bytes, content: bytes) -> bytes:
    """Of Matroska."""
    return identity + bytes([0x80 | len(content)]) + content


@pytest.mark.parametrize(("profile", "is_refused"), [(5, True), (8, False), (7, False)])
def test_dolby_vision_in_matroska_is_refused_only_where_nobody_else_can_show_it(
    tmp_path: Path, profile: int, is_refused: bool
) -> None:
    """The record is put where the track's name was, which is as long."""
    record = b"\x01\x00" + bytes([profile << 1, 0x29, 0x10 if profile == 8 else 0]) + bytes(19)
    mapping = element(b"\x41\xe4", element(b"\x41\xe7", b"dvcC") + element(b"\x41\xed", record))
    name = "x" * (len(mapping) - 3)
    path = tmp_path / "video.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx265", rate=25, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p10le"
        stream.metadata["title"] = name
        container.mux(stream.encode(av.VideoFrame(64, 48, "yuv420p10le")))
        container.mux(stream.encode(None))
    content = path.read_bytes()
    assert content.count(element(b"\x53\x6e", name.encode())) == 1
    path.write_bytes(content.replace(element(b"\x53\x6e", name.encode()), mapping))
    if is_refused:
        with pytest.raises(SourceError, match="Dolby Vision"):
            open_source(str(path))
    else:
        assert read(path)[0].size_wh == (64, 48)
