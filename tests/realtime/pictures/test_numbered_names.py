"""Numbered pictures as input and output: their order, their times, and what is missing or damaged among them."""

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from realtime.errors import SinkError, SourceError
from realtime.outputs import open_sink
from realtime.pictures.numbered_names import NumberedNames, files_named, numbered
from realtime.pictures.reading import read_image
from realtime.sources import SourceOptions, open_source
from realtime.types import Outcome, ShownFrame, StreamInfo

SIZE_WH = (32, 24)
INFO = StreamInfo("video", SIZE_WH, Fraction(25), live=False)


def grey(path: Path, level: int, size_wh: tuple[int, int] = SIZE_WH) -> Path:
    cv2.imwrite(str(path), np.full((size_wh[1], size_wh[0], 3), level, np.uint8))
    return path


def shown(number: int) -> ShownFrame:
    return ShownFrame(np.full((24, 32, 3), 10 * number, np.uint8), number, 0, number, Outcome.SWAPPED)


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("%05d.png", ["00001.png", "00002.png", "00010.png"]),
        ("img-%d.png", ["img-1.png", "img-2.png", "img-10.png"]),
        ("%03d.png", ["001.png", "002.png", "1000.png"]),
    ],
)
@pytest.mark.parametrize("whole_folder", [True, False])
def test_pictures_come_in_the_order_of_their_numbers(
    tmp_path: Path, pattern: str, names: list[str], whole_folder: bool
) -> None:
    for level, name in enumerate(names):
        grey(tmp_path / name, 50 * level)
    where = tmp_path if whole_folder else tmp_path / pattern
    source = open_source(str(where), SourceOptions(rate=Fraction(10)))
    frames = list(source.frames())
    assert [int(frame.image.mean()) for frame in frames] == [0, 50, 100]
    assert [float(frame.pts * source.info.time_base) for frame in frames] == [0, 0.1, 0.2]
    assert (source.info.frame_count, source.info.rate) == (3, Fraction(10))


def test_other_sizes_are_fitted_in_and_damage_and_gaps_are_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for number, size_wh in ((1, SIZE_WH), (2, (64, 24)), (5, SIZE_WH)):
        grey(tmp_path / f"{number:04d}.png", 200, size_wh)
    (tmp_path / "0004.png").write_text("no picture")
    source = open_source(str(tmp_path / "%04d.png"))
    frames = list(source.frames())
    assert [(frame.seq, frame.pts, frame.image.shape) for frame in frames] == [
        (0, 0, (24, 32, 3)),
        (1, 1, (24, 32, 3)),
        (2, 3, (24, 32, 3)),
    ]
    assert "1 number(s) are missing, first 3" in caplog.text
    assert "0004.png is not a readable picture" in caplog.text


def test_folder_of_other_things_is_no_series(tmp_path: Path) -> None:
    for name in ("img-1.png", "img-2.png", ".hidden"):
        grey(tmp_path / "x.png", 9).rename(tmp_path / name)
    assert numbered(tmp_path) == NumberedNames(tmp_path, "img-", 1, ".png")
    grey(tmp_path / "holiday.png", 9)
    assert numbered(tmp_path) is None
    with pytest.raises(SourceError, match="is a folder"):
        open_source(str(tmp_path))


def test_missing_pictures_are_said(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"there is no picture .*%05d\.png"):
        open_source(str(tmp_path / "%05d.png"))


def test_file_that_is_called_like_a_pattern_is_a_file(tmp_path: Path) -> None:
    path = grey(tmp_path / "100%d.png", 77)
    assert files_named(path) == [path]
    assert open_source(str(path)).info.is_still


def test_each_frame_is_a_picture_numbered_from_one(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    grey(tmp_path / "004.png", 1)
    sink = open_sink(str(tmp_path / "%03d.png"), INFO)
    for number in range(3):
        sink.send(shown(number))
        assert (read_image(tmp_path / f"{number + 1:03d}.png") == 10 * number).all()
    sink.close()
    sink.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["001.png", "002.png", "003.png", "004.png"]
    assert caplog.text.count("1 older picture(s) are still there") == 1


def test_failing_write_keeps_what_was_written(tmp_path: Path) -> None:
    sink = open_sink(str(tmp_path / "%03d.png"), INFO)
    sink.send(shown(1))
    (tmp_path / "002.png").mkdir()
    with pytest.raises(SinkError, match=r"002\.png is a folder"):
        sink.send(shown(2))
    assert (read_image(tmp_path / "001.png") == 10).all()
    assert list(tmp_path.glob("*.part")) == []


def test_numbered_names_of_what_is_no_picture_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match="ending"):
        open_sink(str(tmp_path / "%03d.xyz"), INFO)
