"""A picture file that holds more than is taken, pages or bits: what is taken, and what is said of the rest."""

from pathlib import Path

import cv2
import numpy as np
import PIL.Image
import pytest

from realtime.errors import SourceError
from realtime.sources import open_source


def test_of_a_document_of_several_pages_the_first_is_taken_and_that_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pages = [PIL.Image.new("RGB", (64, 48), (level,) * 3) for level in (40, 120, 200)]
    pages[0].save(tmp_path / "one.tif")
    [frame] = open_source(str(tmp_path / "one.tif")).frames()
    assert "pages" not in caplog.text
    pages[0].save(tmp_path / "scan.tif", save_all=True, append_images=pages[1:])
    [frame] = open_source(str(tmp_path / "scan.tif")).frames()
    assert frame.image.mean() == 40
    assert "scan.tif has 3 pages: only the first is taken" in caplog.text


def test_what_libtiff_thinks_of_a_damaged_file_is_not_on_the_terminal(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "in.tif"
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3)).astype(np.uint8)
    PIL.Image.fromarray(noise).save(path, compression="tiff_lzw")
    content = path.read_bytes()
    path.write_bytes(content[:200] + b"\xff" * 200 + content[400:])
    with caplog.at_level("INFO"), pytest.raises(SourceError, match="damaged"):
        open_source(str(path))
    assert capfd.readouterr().err == ""
    assert "while a TIFF was decoded" in caplog.text


@pytest.mark.parametrize("ending", [".png", ".tif"])
@pytest.mark.parametrize(("kind", "is_told"), [(np.uint16, True), (np.uint8, False)])
def test_of_sixteen_bits_eight_are_kept_and_that_is_said(
    tmp_path: Path, ending: str, kind: type[np.uint8 | np.uint16], is_told: bool, caplog: pytest.LogCaptureFixture
) -> None:
    cv2.imwrite(str(tmp_path / f"in{ending}"), np.full((48, 64, 3), 90 * (257 if is_told else 1), kind))
    source = open_source(str(tmp_path / f"in{ending}"))
    assert np.abs(next(iter(source.frames())).image.astype(int) - 90).max() <= 1
    assert ("16 bits a colour: they become 8" in caplog.text) is is_told


def test_of_numbered_pictures_it_is_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(1, 5):
        cv2.imwrite(str(tmp_path / f"{number:03d}.png"), np.full((48, 64, 3), 90 * 257, np.uint16))
    assert len(list(open_source(str(tmp_path / "%03d.png")).frames())) == 4
    assert caplog.text.count("16 bits a colour") == 1


@pytest.mark.parametrize(
    ("mark", "is_told"),
    [
        (b'xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0"', True),
        (b"urn:iso:std:iso:ts:21496:-1\x00", True),
        (b"xmlns:tiff='http://ns.adobe.com/tiff/1.0/'", False),
    ],
)
def test_photo_with_a_gain_map_is_taken_as_sdr_and_that_is_said(
    tmp_path: Path, mark: bytes, is_told: bool, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "in.jpg"
    PIL.Image.new("RGB", (64, 48), (90,) * 3).save(path)
    content = path.read_bytes()
    path.write_bytes(content[:2] + b"\xff\xe2" + (len(mark) + 2).to_bytes(2, "big") + mark + content[2:])
    [frame] = open_source(str(path)).frames()
    assert np.abs(frame.image.astype(int) - 90).max() <= 1
    assert ("in.jpg: not kept: its gain map" in caplog.text) is is_told


def test_targa_begins_like_a_cursor_and_is_none(tmp_path: Path) -> None:
    PIL.Image.new("RGB", (64, 48), (90, 120, 150)).save(tmp_path / "in.tga")
    [frame] = open_source(str(tmp_path / "in.tga")).frames()
    assert frame.image[24, 32].tolist() == [150, 120, 90]
