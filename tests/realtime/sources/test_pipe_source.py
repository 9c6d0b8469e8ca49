"""Videos through pipes: every frame and all of the sound come through, whatever streams; what cannot is told."""

import io
import os
import threading
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import PIL.Image
import pytest
from PIL import ImageCms

from realtime.errors import SinkError, SourceError
from realtime.outputs import open_sink
from realtime.sources import SourceOptions, open_source
from realtime.sources.content import FileKind, kind_of
from realtime.types import Outcome, ShownFrame
from tests.realtime.clips import Clip, facts_of, write_clip

Feed = Callable[[bytes], str]
WIDE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.fixture
def feed(tmp_path: Path) -> Feed:
    """Sends bytes through a named pipe, whose name is returned, and goes away."""

    def start(content: bytes) -> str:
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        threading.Thread(target=_send, args=(pipe, content), daemon=True).start()
        return str(pipe)

    return start


def _send(pipe: Path, content: bytes) -> None:
    try:
        pipe.write_bytes(content)
    except BrokenPipeError:
        return  # the reader had enough


@pytest.mark.parametrize(
    ("ending", "video", "sound"),
    [(".mkv", "libx264", "aac"), (".ts", "libx264", "aac"), (".avi", "mjpeg", "pcm_s16le")],
)
def test_video_through_a_pipe_is_the_video_of_the_file(
    ending: str, video: str, sound: str, feed: Feed, tmp_path: Path
) -> None:
    pixels = "yuvj420p" if video == "mjpeg" else "yuv420p"
    clip = write_clip(tmp_path / f"clip{ending}", Clip(frames=40, codec=video, pixel_format=pixels, sound=sound))
    piped, out = open_source(feed(clip.read_bytes())), tmp_path / "out.mkv"
    assert not piped.info.live
    sink = open_sink(str(out), piped.info)
    frames = []
    for frame in piped.frames():
        frames.append(frame)
        sink.send(ShownFrame(frame.image, frame.seq, 0, frame.pts, Outcome.SWAPPED))
    sink.close()
    from_file = list(open_source(str(clip)).frames())
    assert [frame.pts for frame in frames] == [frame.pts for frame in from_file]
    assert all((one.image == other.image).all() for one, other in zip(frames, from_file, strict=True))
    assert len(b"".join(facts_of(out).sound)) >= 0.9 * len(b"".join(facts_of(clip).sound)) > 0


def test_raw_pictures_need_no_container(feed: Feed) -> None:
    jpegs = b"".join(_jpeg(level) for level in (40, 120, 200))
    source = open_source(feed(jpegs))
    assert source.info.sound_from is None
    assert [round(float(frame.image.mean()), -1) for frame in source.frames()] == [40, 120, 200]


def test_one_picture_through_a_pipe_is_the_picture_of_the_file(feed: Feed, tmp_path: Path) -> None:
    """Turned, in its own colours, transparent: whatever it is beyond its pixels."""
    exif, pixels = PIL.Image.Exif(), np.random.default_rng(1).integers(0, 255, (48, 64, 4), np.uint8)
    exif[0x0112] = 6
    for ending, mode in ((".png", "RGBA"), (".jpg", "RGB"), (".webp", "RGBA"), (".tif", "CMYK"), (".bmp", "RGB")):
        PIL.Image.fromarray(pixels, "RGBA").convert(mode).save(tmp_path / f"in{ending}", exif=exif, icc_profile=WIDE)
        piped = open_source(feed((tmp_path / f"in{ending}").read_bytes()))
        assert piped.info.is_still
        [found], [wanted] = list(piped.frames()), list(open_source(str(tmp_path / f"in{ending}")).frames())
        assert (found.image == wanted.image).all()
        assert found.image.shape[:2] == ((48, 64) if ending == ".bmp" else (64, 48))
        assert (found.original is None) == (wanted.original is None)
        (tmp_path / "pipe").unlink()


def test_moving_picture_through_a_pipe_moves(feed: Feed) -> None:
    moving, pictures = io.BytesIO(), [PIL.Image.new("RGB", (64, 48), (level,) * 3) for level in (0, 120, 240)]
    pictures[0].save(moving, "WEBP", save_all=True, append_images=pictures[1:], duration=200, lossless=True)
    source = open_source(feed(moving.getvalue()))
    assert not source.info.is_still
    assert [round(float(frame.image.mean())) for frame in source.frames()] == [0, 120, 240]


@pytest.mark.parametrize("kind", ["PNG", "BMP"])
def test_pictures_one_after_another_are_a_video_whatever_their_kind(feed: Feed, kind: str) -> None:
    content = io.BytesIO()
    for level in (0, 120, 240):
        PIL.Image.new("RGB", (64, 48), (level,) * 3).save(content, kind)
    assert [round(float(f.image.mean())) for f in open_source(feed(content.getvalue())).frames()] == [0, 120, 240]


def test_photo_that_brings_more_pictures_of_its_kind_is_one_photo(feed: Feed) -> None:
    """A gain map, or the other eye's picture, right behind it."""
    content = io.BytesIO()
    one, other = (PIL.Image.new("RGB", (64, 48), (level,) * 3) for level in (120, 240))
    one.save(content, "MPO", save_all=True, append_images=[other])
    source = open_source(feed(content.getvalue()))
    assert source.info.is_still
    assert [round(float(frame.image.mean())) for frame in source.frames()] == [120]


def test_pictures_one_after_another_in_a_file_are_a_video_too(tmp_path: Path) -> None:
    path = tmp_path / "webcam.mjpeg"
    path.write_bytes(b"".join(_jpeg(level) for level in (40, 120, 200)))
    assert kind_of(path) is FileKind.VIDEO
    assert [round(float(frame.image.mean()), -1) for frame in open_source(str(path)).frames()] == [40, 120, 200]


def test_one_picture_is_no_video_of_one_frame(feed: Feed) -> None:
    info = open_source(feed(_jpeg(40))).info
    for where in ("-", "out.mp4"):
        with pytest.raises(SinkError, match="pipe is one picture") as raised:
            open_sink(where, info)
        assert "--duration 5" in raised.value.remedy


def test_fewer_frames_of_a_pipe_may_be_asked_for(feed: Feed, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mkv", Clip(frames=30))
    source = open_source(feed(clip.read_bytes()), SourceOptions(rate=Fraction(10)))
    assert len(list(source.frames())) == 10


def test_pipe_that_brings_nothing_or_no_video_says_so(feed: Feed, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nothing came through pipe"):
        open_source(feed(b""))
    (tmp_path / "pipe").unlink()
    with pytest.raises(SourceError, match="no video that can be read from a pipe") as raised:
        open_source(feed(b"just words\n" * 1000))
    assert "-f matroska" in raised.value.remedy
    (tmp_path / "pipe").unlink()
    pictures, _, index = write_clip(tmp_path / "clip.mp4").read_bytes().partition(b"moov")
    length, size = pictures[-4:], 1 << 20  # so far apart that ffmpeg must go back
    apart = pictures[:-4] + size.to_bytes(4, "big") + b"free" + bytes(size - 8) + length + b"moov" + index
    with pytest.raises(SourceError) as raised:
        open_source(feed(apart))
    assert "an MP4 must be read as a file" in raised.value.remedy


def test_sender_that_is_cut_off_loses_nothing_that_came(feed: Feed, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mkv", Clip(frames=60)).read_bytes()
    frames = list(open_source(feed(clip[: len(clip) * 3 // 4])).frames())
    assert 30 < len(frames) < 60


def _jpeg(level: int) -> bytes:
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 64, 48, "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), level, np.uint8), format="bgr24")
    return b"".join(bytes(packet) for packet in [*encoder.encode(frame.reformat(format="yuvj420p")), *encoder.encode()])
