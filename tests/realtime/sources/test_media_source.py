"""Files in: sizes, times, colours, rotation; and what is said of files that are broken."""

import os
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from realtime.errors import SourceError
from realtime.media.local_path import av_address
from realtime.sources import SourceOptions, open_source
from realtime.types import ColourTags, Frame
from tests.realtime.clips import BT601, BT709, BT2020, GREY, Clip, picture, write_clip

COLOURS = {
    "bt601": Clip(tags=BT601),
    "bt709": Clip(tags=BT709),
    "bt709 on a small picture": Clip(tags=BT709, size_wh=(160, 120)),
    "bt2020 10 bit": Clip(tags=BT2020, pixel_format="yuv420p10le"),
    "unspecified": Clip(),
    "unspecified, HD": Clip(size_wh=(1280, 720), frames=2),
    "full range": Clip(tags=ColourTags(1, 1, 1, full_range=True)),
    "full range, yuvj": Clip(pixel_format="yuvj420p", tags=ColourTags(6, 6, 6, full_range=True)),
    "10 bit": Clip(tags=BT709, pixel_format="yuv420p10le"),
    "4:4:4": Clip(tags=BT709, pixel_format="yuv444p"),
}


def read(path: Path, rate: Fraction | None = None) -> list[Frame]:
    source = open_source(str(path), SourceOptions(rate=rate))
    try:
        return list(source.frames())
    finally:
        source.close()


@pytest.mark.parametrize("clip", COLOURS.values(), ids=COLOURS)
def test_colours_come_out_as_they_went_in(tmp_path: Path, clip: Clip) -> None:
    image = read(write_clip(tmp_path / "clip.mp4", clip))[0].image
    wanted = picture(clip, 0)
    width, height = clip.size_wh
    assert np.abs(image[: height // 2, width // 2 :].astype(int) - GREY).max() <= 2
    for row in range(4):  # the middle of each patch: 4:2:0 blurs its edges
        y, x = round((row + 0.5) * height / 4), width // 8
        assert np.abs(image[y, x].astype(int) - wanted[y, x]).max() <= 4


@pytest.mark.smoke
@pytest.mark.parametrize(
    "clip",
    [Clip(), Clip(steady=False), Clip(starts_at_ms=200), Clip(rate=Fraction(30_000, 1001)), Clip(sound=None)],
    ids=["steady", "variable rate", "starts later", "29.97", "no sound"],
)
def test_every_frame_comes_once_with_its_own_time(tmp_path: Path, clip: Clip) -> None:
    path = write_clip(tmp_path / "clip.mkv", clip)
    source = open_source(str(path))
    frames = list(source.frames())
    assert [frame.seq for frame in frames] == list(range(clip.frames))
    times_ms = [float(frame.pts * source.info.time_base * 1000) for frame in frames]
    assert times_ms == pytest.approx(clip.times_ms, abs=1)
    assert (source.info.sound_from == av_address(path)) == (clip.sound is not None)
    bars = [int(np.argmax(frame.image[-2, 48:, 0] > 200)) for frame in frames]
    assert bars == [n % 44 for n in range(clip.frames)]


@pytest.mark.parametrize(("rotation", "corner"), [(0, (0, 0)), (-90, (0, 1)), (90, (1, 0)), (180, (1, 1))])
def test_rotation_is_applied_to_the_pixels(tmp_path: Path, rotation: int, corner: tuple[int, int]) -> None:
    """A display matrix of -90 degrees means: turn clockwise to look at it."""
    clip = Clip(rotation=rotation)
    source = open_source(str(write_clip(tmp_path / "clip.mp4", clip)))
    image = next(source.frames()).image
    assert source.info.size_wh == (image.shape[1], image.shape[0])
    assert (image.shape[0] > image.shape[1]) == (rotation in {90, -90})
    y, x = (8 if corner[0] == 0 else image.shape[0] - 8), (8 if corner[1] == 0 else image.shape[1] - 8)
    assert np.abs(image[y, x].astype(int) - (200, 60, 60)).max() <= 6  # the top left patch of the clip
    source.close()


@pytest.mark.parametrize("size_wh", [(95, 63), (96, 63), (95, 64)])
def test_odd_sizes_are_read_whole(tmp_path: Path, size_wh: tuple[int, int]) -> None:
    clip = Clip(size_wh=size_wh, pixel_format="yuv444p")
    image = read(write_clip(tmp_path / "clip.mkv", clip))[3].image
    assert image.shape == (size_wh[1], size_wh[0], 3)
    assert image.flags.c_contiguous


def test_fewer_frames_per_second_keep_their_times(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mkv", Clip(frames=60))
    frames = read(path, rate=Fraction(10))
    assert len(frames) == 20
    assert [frame.pts for frame in frames] == pytest.approx(range(0, 2000, 100), abs=1)
    assert [frame.seq for frame in frames] == list(range(20))


def truncated(path: Path) -> None:
    whole = write_clip(path.with_suffix(".whole.mp4"))
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])  # an mp4 has its index at the end


BROKEN = {
    "missing": (lambda _path: None, "there is no file"),
    "empty": (lambda path: path.write_bytes(b""), "is empty"),
    "text": (lambda path: path.write_text("hello\n" * 50), "not a readable video"),
    "noise": (lambda path: path.write_bytes(np.random.default_rng(1).bytes(5000)), "not a readable video"),
    "folder": (lambda path: path.mkdir(), "is a folder"),
    "truncated": (truncated, "moov atom not found"),
}


@pytest.mark.parametrize(("spoil", "reason"), BROKEN.values(), ids=BROKEN)
def test_what_is_no_video_is_refused_with_a_reason_and_a_remedy(tmp_path: Path, spoil: object, reason: str) -> None:
    path = tmp_path / "clip.mp4"
    assert callable(spoil)
    spoil(path)
    with pytest.raises(SourceError, match=reason) as raised:
        open_source(str(path))
    assert raised.value.remedy


def test_file_that_cannot_be_opened_is_refused_with_the_systems_reason(tmp_path: Path) -> None:
    (tmp_path / "loop.mp4").symlink_to("loop.mp4")
    with pytest.raises(SourceError, match="Too many levels"):
        open_source(str(tmp_path / "loop.mp4"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_file_without_permission_is_refused(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4")
    path.chmod(0)
    with pytest.raises(SourceError, match="Permission denied"):
        open_source(str(path))


def test_sound_alone_is_refused(tmp_path: Path) -> None:
    with_picture = write_clip(tmp_path / "clip.mp4", Clip(frames=40))
    import av  # noqa: PLC0415  beside its only use

    with av.open(str(with_picture)) as source, av.open(str(tmp_path / "sound.m4a"), "w", format="mp4") as target:
        stream = target.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(source.streams.audio[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    with pytest.raises(SourceError, match="has no video"):
        open_source(str(tmp_path / "sound.m4a"))


def test_damaged_middle_is_skipped_and_the_rest_is_read(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.ts", Clip(frames=90, sound=None))
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 300] = bytes(300)
    path.write_bytes(bytes(content))
    frames = read(path)
    assert 45 < len(frames) <= 90
    assert frames[-1].pts - frames[0].pts > 2900 * 90
    times = [frame.pts for frame in frames]
    assert times == sorted(set(times))


@pytest.fixture
def web_folder(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder and the address under which a web server of this machine shows it."""
    handler_class = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    handler = partial(handler_class, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield tmp_path, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_video_on_a_web_server_is_a_video_with_its_sound(web_folder: tuple[Path, str]) -> None:
    folder, address = web_folder
    write_clip(folder / "clip.mkv")
    source = open_source(f"{address}/clip.mkv")
    assert (source.info.live, source.info.sound_from) == (False, f"{address}/clip.mkv")
    assert len(list(source.frames())) == 30


def test_live_stream_that_ends_is_an_error_after_its_last_frame(web_folder: tuple[Path, str]) -> None:
    folder, address = web_folder
    write_clip(folder / "clip.flv", Clip(sound=None, codec="flv"))
    (folder / "stream.flv").write_bytes(_without_length((folder / "clip.flv").read_bytes()))
    source = open_source(f"{address}/stream.flv")
    assert source.info.live
    frames = source.frames()
    assert len([next(frames) for _ in range(30)]) == 30
    with pytest.raises(SourceError, match="ended"):
        next(frames)


def _without_length(flv: bytes) -> bytes:
    """As a live sender writes it: header, then tags, with no metadata that tells how long it will be."""
    tag_bytes = int.from_bytes(flv[14:17], "big") + 15  # the first tag after the 13 bytes of header is the metadata
    return flv[:13] + flv[13 + tag_bytes :]


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/x.mp4", "rtsp://127.0.0.1:9/x", "srt://127.0.0.1:9"])
def test_address_that_does_not_answer_is_an_error_with_the_reason(url: str) -> None:
    with pytest.raises(SourceError, match="cannot be opened") as raised:
        open_source(url)
    assert url in str(raised.value)


OPENED_AND_LEFT = """
import sys
from pathlib import Path
from realtime.sources.media import open_file
sources = [open_file(Path(sys.argv[1])) for _ in range(20)]
for source in sources:
    source.close()
"""


def test_program_that_leaves_videos_unread_ends(tmp_path: Path) -> None:
    """Decoder threads that write to a log must not wait for an interpreter that waits for them."""
    path = write_clip(tmp_path / "clip.mp4", Clip(frames=90, size_wh=(320, 240)))
    done = subprocess.run([sys.executable, "-c", OPENED_AND_LEFT, str(path)], check=False, timeout=30)
    assert done.returncode == 0


def test_source_can_be_closed_before_between_and_after(tmp_path: Path) -> None:
    path = str(write_clip(tmp_path / "clip.mp4"))
    never_read = open_source(path)
    never_read.close()
    never_read.close()
    half_read = open_source(path)
    frames = half_read.frames()
    next(frames)
    half_read.close()
    assert list(frames) == []
