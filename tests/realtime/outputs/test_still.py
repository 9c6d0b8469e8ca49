"""Pictures in and out."""

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import PIL.Image
import pytest

from realtime.errors import SinkError, SourceError
from realtime.outputs import OutputOptions, open_sink
from realtime.outputs.still import StillSink
from realtime.pictures.reading import read_image
from realtime.provenance.words import SOURCE_TYPE
from realtime.sources import SourceOptions, open_source
from realtime.types import Outcome, ShownFrame, StreamInfo
from tests.realtime.clips import Clip, picture, write_clip

RATE = Fraction(25)
RED, BLUE = (40, 40, 220), (220, 40, 40)


def card(
    colour: tuple[int, int, int] = RED, size_wh: tuple[int, int] = (64, 48)
) -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
    image = np.full((size_wh[1], size_wh[0], 3), colour, np.uint8)
    image[:8, :8] = (0, 255, 0)  # the top left corner, so that a turn shows
    return image


def shown(colour: tuple[int, int, int], outcome: Outcome) -> ShownFrame:
    image = card(colour)
    image.setflags(write=False)
    return ShownFrame(image, 0, 0, 0, outcome)


@pytest.mark.parametrize(
    ("outcomes", "kept"),
    [
        ([Outcome.NO_FACE, Outcome.SWAPPED, Outcome.SWAPPED], 1),
        ([Outcome.WITHHELD, Outcome.NO_FACE], 1),
        ([Outcome.SWAPPED], 0),
    ],
)
def test_first_swapped_picture_is_kept_else_the_last(tmp_path: Path, outcomes: list[Outcome], kept: int) -> None:
    sink = open_sink(str(tmp_path / "out.png"), open_source(str(saved(tmp_path))).info)
    for number, outcome in enumerate(outcomes):
        sink.send(shown((number * 50, 0, 0), outcome))
    assert not (tmp_path / "out.png").exists()
    sink.close()
    sink.close()
    assert (read_image(tmp_path / "out.png") == card((kept * 50, 0, 0))).all()


def saved(folder: Path, name: str = "in.png") -> Path:
    cv2.imwrite(str(folder / name), card())
    return folder / name


@pytest.mark.parametrize("ending", [".png", ".jpg", ".jpeg", ".webp", ".avif", ".tif"])
def test_picture_is_marked_as_made(tmp_path: Path, ending: str) -> None:
    sink = open_sink(str(tmp_path / f"out{ending}"), open_source(str(saved(tmp_path))).info)
    sink.send(shown(BLUE, Outcome.SWAPPED))
    sink.close()
    assert SOURCE_TYPE.encode() in (tmp_path / f"out{ending}").read_bytes()
    assert np.abs(read_image(tmp_path / f"out{ending}")[20:, 20:].astype(int) - BLUE).max() <= 6


@pytest.mark.parametrize(("aspect", "size_wh"), [("4/3", (85, 48)), ("1/2", (64, 96)), ("1", (64, 48))])
def test_pixels_of_a_picture_are_square(tmp_path: Path, aspect: str, size_wh: tuple[int, int]) -> None:
    sink = open_sink(
        str(tmp_path / "out.png"), StreamInfo("video", (64, 48), RATE, False, pixel_aspect=Fraction(aspect))
    )
    sink.send(shown(BLUE, Outcome.SWAPPED))
    sink.close()
    assert read_image(tmp_path / "out.png").shape == (*size_wh[::-1], 3)


@pytest.mark.parametrize("name", ["out.png", "out.gif", "%d.png"])
def test_pictures_have_the_size_that_is_asked_for_and_keep_their_shape(tmp_path: Path, name: str) -> None:
    info = StreamInfo("video", (64, 48), RATE, live=False)
    sink = open_sink(str(tmp_path / name), info, OutputOptions(size_wh=(32, 32)))
    sink.send(shown(BLUE, Outcome.SWAPPED))
    sink.close()
    assert read_image(tmp_path / name.replace("%d", "1")).shape == (24, 32, 3)


@pytest.mark.parametrize(
    ("name", "size_wh", "words", "remedy"),
    [
        ("out.heic", (64, 48), "cannot be written", "out.avif"),
        ("out.webp", (17_000, 48), "16383 pixels", ".png"),
        ("out.mp4", (64, 48), "a video of one frame", "--duration"),
    ],
)
def test_what_cannot_hold_a_picture_is_refused_before_the_work(
    tmp_path: Path, name: str, size_wh: tuple[int, int], words: str, remedy: str
) -> None:
    with pytest.raises(SinkError, match=words) as refused:
        open_sink(str(tmp_path / name), StreamInfo("photo.png", size_wh, RATE, False, is_still=True))
    assert remedy in refused.value.remedy


def test_picture_becomes_a_video_of_the_length_that_is_asked_for(tmp_path: Path) -> None:
    source = open_source(str(saved(tmp_path)), SourceOptions(still_s=2, rate=Fraction(10)))
    frames = list(source.frames())
    assert [float(frame.pts * source.info.time_base) for frame in frames] == [n / 10 for n in range(20)]
    frames[0].image[:] = 0
    assert (frames[1].image == card()).all()


@pytest.mark.parametrize(("at_s", "number"), [(0, 0), (0.32, 3), (0.5, 5), (0.99, 9)])
def test_frame_of_a_video_is_found_by_its_time(tmp_path: Path, at_s: float, number: int) -> None:
    clip = Clip(frames=10, rate=Fraction(10), sound=None)
    source = open_source(str(write_clip(tmp_path / "clip.mkv", clip)), SourceOptions(at_s=at_s))
    (frame,) = source.frames()
    assert np.abs(frame.image.astype(int) - picture(clip, number)).mean() < 3
    assert (source.info.is_still, source.info.frame_count) == (True, 1)


def test_time_beyond_the_end_is_refused_at_once(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mkv", Clip(frames=10, rate=Fraction(10), sound=None))
    with pytest.raises(SourceError, match=r"ends at 1\.00 s") as refused:
        open_source(str(path), SourceOptions(at_s=1))
    assert refused.value.remedy


FULL = """
import resource, signal, sys
from models.errors import UserError
from tests.realtime.outputs.test_still import still, shown
from realtime.types import Outcome
sink = still(sys.argv[1])
sink.send(shown((1, 2, 3), Outcome.SWAPPED))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50, 50))
try:
    sink.close()
except UserError as error:
    print(error, error.remedy, sep="|")
"""


def still(path: str) -> StillSink:
    sink = open_sink(path, StreamInfo("picture", (64, 48), Fraction(1), live=False))
    assert isinstance(sink, StillSink)
    return sink


def test_failing_write_leaves_the_older_picture(tmp_path: Path) -> None:
    target = saved(tmp_path, "out.png")
    before = target.read_bytes()
    command = [sys.executable, "-c", FULL, str(target)]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    assert "File too large; the older out.png is untouched|" in said
    assert target.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["out.png"]


@pytest.mark.parametrize(
    ("outcome", "name"), [(Outcome.SWAPPED, "out.png"), (Outcome.NO_FACE, "out.partial.png")], ids=lambda value: value
)
def test_picture_of_a_run_that_ended_early_replaces_an_older_one_if_it_is_swapped(
    tmp_path: Path, outcome: Outcome, name: str
) -> None:
    sink = still(str(saved(tmp_path, "out.png")))
    sink.send(shown(BLUE, outcome))
    sink.end_early()
    sink.close()
    assert sink.written == tmp_path / name
    assert (read_image(tmp_path / name)[20, 20] == BLUE).all()


def test_second_run_to_one_picture_is_refused(tmp_path: Path) -> None:
    first = still(str(tmp_path / "out.png"))
    with pytest.raises(SinkError, match="another liveswap run"):
        still(str(tmp_path / "out.png"))
    first.close()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("orientation", "corner"), [(1, (0, 0)), (3, (-1, -1)), (6, (0, -1)), (8, (-1, 0))], ids=["0", "180", "90", "270"]
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "MPO"])
def test_exif_rotation_is_applied(tmp_path: Path, kind: str, orientation: int, corner: tuple[int, int]) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    more = {"save_all": True, "append_images": [PIL.Image.new("RGB", (8, 8))]} if kind == "MPO" else {}
    PIL.Image.fromarray(card()[:, :, ::-1]).save(tmp_path / "photo", kind, exif=exif, quality=95, **more)
    image = read_image(tmp_path / "photo")
    y, x = (4 if c == 0 else -4 for c in corner)
    assert image[y, x, 1] > 200


@pytest.mark.parametrize(
    "pixels",
    [np.full((48, 64), 90, np.uint8), np.full((48, 64), 90 * 257, np.uint16)],
    ids=["grey", "16 bit"],
)
def test_other_kinds_of_pictures_become_bgr(
    tmp_path: Path, pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
) -> None:
    cv2.imwrite(str(tmp_path / "in.png"), pixels)
    image = read_image(tmp_path / "in.png")
    assert image.shape == (48, 64, 3)
    assert np.abs(image.astype(int) - 90).max() <= 1


def test_picture_is_one_frame_whatever_its_name(tmp_path: Path) -> None:
    saved(tmp_path).rename(tmp_path / "video.mp4")
    frames = list(open_source(str(tmp_path / "video.mp4")).frames())
    assert len(frames) == 1
    assert (frames[0].image == card()).all()


def huge(path: Path) -> None:
    """20000 x 20000 px in 50 kB: 1.2 GB if it were decoded."""
    PIL.Image.new("1", (20_000, 20_000)).save(path)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (huge, "20000 x 20000"),
        (lambda path: path.write_text("no picture"), "not a readable picture"),
        (lambda path: path.write_bytes(b""), "is empty"),
        (lambda path: path.mkdir(), "is a folder"),
        (lambda _path: None, "no file"),
        (lambda path: path.write_bytes(saved(path.parent).read_bytes()[:60]), "is cut off"),
    ],
    ids=["huge", "text", "empty", "folder", "missing", "truncated"],
)
def test_unusable_picture_is_refused_with_a_reason(tmp_path: Path, spoil: object, reason: str) -> None:
    assert callable(spoil)
    spoil(tmp_path / "photo.png")
    with pytest.raises(SourceError, match=reason) as raised:
        read_image(tmp_path / "photo.png")
    assert raised.value.remedy
