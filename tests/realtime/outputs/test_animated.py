"""Animated pictures in and out: every frame with its own time, as it is shown, marked as made."""

from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from engines.types import Image
from realtime.errors import SinkError, SourceError
from realtime.outputs import open_sink
from realtime.provenance.words import SOURCE_TYPE
from realtime.sources import SourceOptions, open_source
from realtime.types import Outcome, ShownFrame, StreamInfo

SIZE_WH = (40, 30)
TIMES_MS = [100, 40, 250, 400]
READS = {".gif": "GIF", ".webp": "WEBP", ".apng": "PNG"}


def pictures(background: tuple[int, int, int, int] = (90, 90, 90, 255)) -> list[PIL.Image.Image]:
    """A red ring that moves to the right."""
    made = [PIL.Image.new("RGBA", SIZE_WH, background) for _ in TIMES_MS]
    for number, picture in enumerate(made):
        picture.paste((220, 40, 40, 255), (8 * number, 10, 8 * number + 8, 20))
        picture.paste(background, (8 * number + 3, 14, 8 * number + 5, 16))
    return made


def saved(folder: Path, kind: str, times_ms: list[int] = TIMES_MS, **options: Any) -> Path:
    path = folder / f"moving{kind}"
    first, *more = pictures(options.pop("background", (90, 90, 90, 255)))
    first.save(path, READS[kind], save_all=True, append_images=more, duration=times_ms, lossless=True, **options)
    return path


def red_at(image: Image) -> float:
    """Where the middle of what is red is, px from the left."""
    red = (image[:, :, 2].astype(int) - image[:, :, 1]) > 80
    return float(np.nonzero(red)[1].mean())


def copied(source: Path, target: Path) -> None:
    """Through a source and a sink, with nobody painting."""
    video = open_source(str(source))
    sink = open_sink(str(target), video.info)
    for frame in video.frames():
        frame.image.setflags(write=False)
        sink.send(
            ShownFrame(
                frame.image, frame.seq, frame.captured_ns, frame.pts, Outcome.SWAPPED, frame.original, frame.duration
            )
        )
    sink.close()
    sink.close()


def shown_in(path: Path) -> list[tuple[PIL.Image.Image, int]]:
    with PIL.Image.open(path) as picture:
        shown = []
        for number in range(getattr(picture, "n_frames", 1)):
            picture.seek(number)
            picture.load()
            shown.append((picture.convert("RGBA"), round(picture.info["duration"])))
        return shown


@pytest.mark.parametrize("kind", READS)
def test_animated_picture_is_a_video_with_its_own_times(tmp_path: Path, kind: str) -> None:
    video = open_source(str(saved(tmp_path, kind).rename(tmp_path / "whatever")))
    frames = list(video.frames())
    assert (video.info.size_wh, video.info.frame_count) == (SIZE_WH, len(TIMES_MS))
    assert [float(frame.pts * video.info.time_base) for frame in frames] == [0, 0.1, 0.14, 0.39]
    assert [frame.duration for frame in frames] == TIMES_MS
    assert [red_at(frame.image) for frame in frames] == pytest.approx([3.5, 11.5, 19.5, 27.5], abs=0.6)


@pytest.mark.parametrize("into", READS)
@pytest.mark.parametrize("kind", READS)
def test_times_and_pictures_come_through(tmp_path: Path, kind: str, into: str) -> None:
    copied(saved(tmp_path, kind), tmp_path / f"out{into}")
    shown = shown_in(tmp_path / f"out{into}")
    assert [lasts for _, lasts in shown] == TIMES_MS
    for number, (picture, _) in enumerate(shown):
        image = np.asarray(picture.convert("RGB"))[:, :, ::-1]
        assert red_at(image) == pytest.approx(8 * number + 3.5, abs=1)
        assert np.abs(image[25:].astype(int) - 90).mean() < 4
    assert SOURCE_TYPE.encode() in (tmp_path / f"out{into}").read_bytes()
    assert list(tmp_path.glob("*.part")) == []


@pytest.mark.parametrize("into", READS)
def test_transparency_comes_through(tmp_path: Path, into: str) -> None:
    source = saved(tmp_path, ".webp", background=(0, 0, 0, 0))
    assert (next(open_source(str(source)).frames()).image[-1, -1] == 255).all()
    copied(source, tmp_path / f"out{into}")
    for picture, _ in shown_in(tmp_path / f"out{into}"):
        alpha = np.asarray(picture.getchannel("A"))
        assert (alpha[-1, -1], alpha.max()) == (0, 255)


@pytest.mark.parametrize(("options", "plays"), [({}, 1), ({"loop": 0}, 0), ({"loop": 2}, 3)])
def test_how_often_a_gif_plays_comes_through(tmp_path: Path, options: dict[str, int], plays: int) -> None:
    source = saved(tmp_path, ".gif", TIMES_MS, **options)
    assert open_source(str(source)).info.plays == plays
    copied(source, tmp_path / "out.gif")
    assert open_source(str(tmp_path / "out.gif")).info.plays == plays


def test_frames_without_a_time_are_shown_as_browsers_show_them(tmp_path: Path) -> None:
    frames = list(open_source(str(saved(tmp_path, ".gif", [0, 10, 20, 20]))).frames())
    assert [frame.duration for frame in frames] == [100, 100, 20, 20]


def test_fast_video_becomes_a_gif_that_browsers_do_not_slow_down(tmp_path: Path) -> None:
    sink = open_sink(str(tmp_path / "out.gif"), StreamInfo("video", SIZE_WH, Fraction(120), live=False))
    for number in range(60):
        image = np.full((30, 40, 3), 4 * number, np.uint8)
        sink.send(ShownFrame(image, number, 0, number * 750, Outcome.SWAPPED))
    sink.close()
    times = [lasts for _, lasts in shown_in(tmp_path / "out.gif")]
    assert min(times[:-1]) >= 20
    assert sum(times) == pytest.approx(500, abs=20)


def test_one_picture_of_it_stands(tmp_path: Path) -> None:
    still = open_source(str(saved(tmp_path, ".webp")), SourceOptions(at_s=0.2))
    (frame,) = still.frames()
    assert red_at(frame.image) == pytest.approx(19.5, abs=0.6)
    sink = open_sink(str(tmp_path / "out.gif"), still.info)
    sink.send(ShownFrame(frame.image, 0, 0, 0, Outcome.SWAPPED))
    sink.close()
    with PIL.Image.open(tmp_path / "out.gif") as picture:
        assert getattr(picture, "n_frames", 1) == 1


def test_breaking_off_is_said_and_what_came_before_is_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = saved(tmp_path, ".apng")
    content = path.read_bytes()
    path.write_bytes(content[: content.rindex(b"fdAT") + 20])
    assert len(list(open_source(str(path)).frames())) == len(TIMES_MS) - 1
    assert "is cut off: it holds 3 of 4 frames" in caplog.text


def test_too_large_is_refused_before_a_frame_is_decoded(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match="16383"):
        open_sink(str(tmp_path / "out.webp"), StreamInfo("video", (17_000, 40), Fraction(25), live=False))
    file = BytesIO()
    first, second = (PIL.Image.new("P", (12_000, 6_000), colour) for colour in (0, 1))
    first.save(file, "GIF", save_all=True, append_images=[second])
    (tmp_path / "bomb.gif").write_bytes(file.getvalue())
    with pytest.raises(SourceError, match="12000 x 6000"):
        open_source(str(tmp_path / "bomb.gif"))
