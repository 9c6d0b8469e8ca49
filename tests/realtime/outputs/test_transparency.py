"""Transparency of videos: kept where the output can, and said where it cannot."""

from pathlib import Path
from typing import cast

import av
import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray

from realtime.outputs import OutputOptions, open_sink
from realtime.outputs.recorder import EncoderOptions
from realtime.sources import SourceOptions, open_source
from realtime.stream.badge import Badge
from realtime.stream.privacy import FrameStatus, PrivacyGate, PrivacyPolicy
from realtime.types import Outcome, ShownFrame

WIDTH, HEIGHT = 96, 64
BOX = np.s_[20:40, 30:90]
"""Where it is painted, across every opacity."""
PAINT = (30, 40, 220)
FRAMES = 3


def rgba(number: int) -> NDArray[np.uint8]:
    """(HEIGHT, WIDTH, 4): from transparent at the left to opaque at the right; green hides. Every frame is another."""
    made = np.full((HEIGHT, WIDTH, 4), (180, 120, 60 + 20 * number, 255), np.uint8)
    made[:, :24] = (0, 255, 0, 0)
    made[:, 24:72, 3] = np.linspace(0, 255, 48).round()
    return made


def write(path: Path, alpha: int | None = None, size_wh: tuple[int, int] = (WIDTH, HEIGHT)) -> Path:
    """A lossless video. alpha: the same everywhere, instead of `rgba`'s."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("png", rate=25)
        stream.width, stream.height, stream.pix_fmt = *size_wh, "rgba"
        for number in range(FRAMES):
            picture = rgba(number)[: size_wh[1], : size_wh[0]].copy()
            if alpha is not None:
                picture[:, :, 3] = alpha
            frame = av.VideoFrame.from_ndarray(picture, format="rgba")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.fixture
def video(tmp_path: Path) -> Path:
    return write(tmp_path / "in.mov")


def run(
    path: Path,
    out: Path,
    codec: str | None = None,
    *,
    size_wh: tuple[int, int] | None = None,
    still_s: float | None = None,
    colour: tuple[int, int, int] = PAINT,
) -> list[ShownFrame]:
    """What is written when a box of every frame is painted; returns what was shown."""
    source = open_source(str(path), SourceOptions(still_s=still_s))
    sink = open_sink(str(out), source.info, OutputOptions(encoder=EncoderOptions(codec=codec), size_wh=size_wh))
    shown = []
    for frame in source.frames():
        frame.image[BOX] = colour
        told = frame.seq, frame.captured_ns, frame.pts, Outcome.SWAPPED, frame.original, frame.duration
        shown.append(ShownFrame(frame.image, *told))
        sink.send(shown[-1])
    sink.close()
    return shown


def read(path: Path) -> list[NDArray[np.uint8]]:
    """(H, W, 4) RGBA of every frame of a video."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        decoder = stream.codec_context
        if stream.metadata.get("alpha_mode") == "1":
            name = {"vp8": "libvpx", "vp9": "libvpx-vp9"}[decoder.name]
            decoder = cast("av.VideoCodecContext", av.CodecContext.create(name, "r"))
        decoded = [frame for packet in container.demux(stream) for frame in decoder.decode(packet)]
        return [np.asarray(frame.reformat(format="rgba").to_ndarray(), np.uint8) for frame in decoded]


OUTPUTS = [
    ("out.mov", None, 1),
    ("out.mov", "prores_ks", 1),
    ("out.mov", "qtrle", 0),
    ("out.mov", "png", 0),
    ("out.mkv", None, 0),
    ("out.mkv", "ffv1", 0),
    ("out.mkv", "vp9", 4),
    ("out.webm", None, 4),
    ("out.webm", "vp8", 4),
]
"""Name, --codec, and by how much of 255 alpha may be off: rounded to 10 bits and back; lossy in WebM."""


@pytest.mark.parametrize(("name", "codec", "most_off"), OUTPUTS)
def test_alpha_of_the_output_is_that_of_the_input_and_what_is_painted_is_seen(
    tmp_path: Path, video: Path, name: str, codec: str | None, most_off: int
) -> None:
    run(video, tmp_path / name, codec)
    made = read(tmp_path / name)
    assert len(made) == FRAMES
    for number, picture in enumerate(made):
        wanted = rgba(number)
        assert np.abs(picture[:, :, 3].astype(int) - wanted[:, :, 3]).max() <= most_off
        assert np.abs(picture[30, 80, :3].astype(int) - PAINT[::-1]).max() <= 4
        assert np.abs(picture[50, 85, :3].astype(int) - wanted[50, 85, :3]).max() <= 4


def test_what_nobody_painted_keeps_its_own_colours_but_what_hides_is_gone(tmp_path: Path, video: Path) -> None:
    run(video, tmp_path / "out.mkv")
    for number, picture in enumerate(read(tmp_path / "out.mkv")):
        outside = np.ones((HEIGHT, WIDTH), bool)
        outside[BOX] = False
        wanted = rgba(number)
        wanted[wanted[:, :, 3] == 0] = 0
        assert (picture[outside] == wanted[outside]).all()


def test_paint_on_half_transparent_pixels_is_as_transparent_and_looks_as_painted_on_black(
    tmp_path: Path, video: Path
) -> None:
    shown = run(video, tmp_path / "out.mkv", colour=(20, 30, 40))
    for frame, picture in zip(shown, read(tmp_path / "out.mkv"), strict=True):
        on_black = picture[:, :, 2::-1] * (picture[:, :, 3:] / 255)
        assert np.abs(on_black - frame.image)[20:40, 40:].max() <= 1


def test_another_size_keeps_it_and_no_hidden_colour_shows_at_its_edges(tmp_path: Path, video: Path) -> None:
    run(video, tmp_path / "out.mkv", size_wh=(WIDTH // 2, HEIGHT // 2))
    for picture in read(tmp_path / "out.mkv"):
        assert picture.shape == (HEIGHT // 2, WIDTH // 2, 4)
        alpha = rgba(0)[::2, :, 3].reshape(HEIGHT // 2, -1, 2).mean(axis=2)
        assert np.abs(picture[:, :, 3] - alpha).max() <= 2
        seen = picture[25:, :][picture[25:, :, 3] > 20]
        assert seen[:, 1].max() <= 125


@pytest.mark.parametrize("name", ["out.webm", "out.mov"])
def test_odd_sizes(tmp_path: Path, name: str) -> None:
    run(write(tmp_path / "odd.mov", size_wh=(WIDTH - 1, HEIGHT - 1)), tmp_path / name)
    for picture in read(tmp_path / name):
        off = picture[: HEIGHT - 1, : WIDTH - 1, 3].astype(int) - rgba(0)[: HEIGHT - 1, : WIDTH - 1, 3]
        assert np.abs(off).max() <= 4


@pytest.mark.parametrize(("name", "codec"), [("out.mp4", None), ("out.mov", "h264"), ("out.mkv", "hevc")])
def test_where_it_is_lost_the_run_says_so_and_what_would_keep_it(
    tmp_path: Path, video: Path, name: str, codec: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    run(video, tmp_path / name, codec)
    said = [record.getMessage() for record in caplog.records if "transparent" in record.getMessage()]
    assert len(said) == 1
    assert "what is transparent is black" in said[0]
    assert ".webm, .mov and .mkv keep it" in said[0]
    for picture in read(tmp_path / name):
        assert picture[50, :20, :3].max() <= 12


def test_nothing_is_said_of_a_video_that_only_could_be_transparent(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run(write(tmp_path / "in.mov", alpha=255), tmp_path / "out.mp4")
    assert not caplog.text


def test_a_transparent_picture_becomes_a_transparent_video(tmp_path: Path) -> None:
    PIL.Image.fromarray(rgba(0)).save(tmp_path / "in.png")
    run(tmp_path / "in.png", tmp_path / "out.mkv", still_s=0.2)
    assert (read(tmp_path / "out.mkv")[2][:, :, 3] == rgba(0)[:, :, 3]).all()


def test_animated_pictures_and_single_ones_keep_it(tmp_path: Path, video: Path) -> None:
    for name in ("out.apng", "out.png"):
        run(video, tmp_path / name)
        with PIL.Image.open(tmp_path / name) as picture:
            made = np.asarray(picture.convert("RGBA"))
        assert (made[:, :, 3] == rgba(0)[:, :, 3]).all()


def test_the_mark_is_seen_where_all_is_transparent(tmp_path: Path) -> None:
    empty = write(tmp_path / "in.mov", alpha=0)
    source = open_source(str(empty))
    gate = PrivacyGate(PrivacyPolicy.choose(None, live=False), mark=Badge().stamp)
    sink = open_sink(str(tmp_path / "out.mkv"), source.info)
    for frame in source.frames():
        sink.send(gate.show(frame, FrameStatus.SWAPPED, 0))
    sink.close()
    for picture in read(tmp_path / "out.mkv"):
        assert picture[-30:, -40:, 3].max() >= 240
        assert not picture[:30, :, 3].any()


@pytest.mark.parametrize("alpha", [0, 2])
def test_what_nobody_can_see_is_not_written_for_players_that_ignore_transparency(tmp_path: Path, alpha: int) -> None:
    run(write(tmp_path / "in.mov", alpha=alpha), tmp_path / "out.mkv")
    for picture in read(tmp_path / "out.mkv"):
        assert not picture[45:, :, :3].any()
        assert (picture[:, :, 3] == alpha).all()
