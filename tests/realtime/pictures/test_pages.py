"""A picture file that holds several pictures: which one is taken, and what is said."""

from pathlib import Path

import PIL.Image
import pytest

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
