"""Every example runs: the scripts as a person would start them, the notebook cell by cell, without Jupyter."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from realtime.pictures.reading import read_image
from tests.realtime.clips import facts_of

EXAMPLES = Path(__file__).parent.parent / "examples"
NOTEBOOK = EXAMPLES / "liveswap.ipynb"


@pytest.fixture
def place(tmp_path: Path, model_file: Callable[[str], Path]) -> Path:
    """A folder with alice.jpg and bob.jpg, where the models are and nobody was asked."""
    models = tmp_path / "home" / "models"
    models.mkdir(parents=True)
    for name in ("astronaut", "hopper"):
        model_file(name)
    for path in model_file("astronaut").parent.iterdir():
        (models / path.name).symlink_to(path)
    shutil.copy(model_file("astronaut"), tmp_path / "alice.jpg")
    shutil.copy(model_file("hopper"), tmp_path / "bob.jpg")
    return tmp_path


def run(place: Path, *words: str) -> str:
    environment = {**os.environ, "LIVESWAP_HOME": str(place / "home")}
    done = subprocess.run(
        [sys.executable, *words], cwd=place, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_photo(place: Path) -> None:
    said = run(place, str(EXAMPLES / "photo.py"), "alice.jpg", "bob.jpg", "out.png")
    assert said.startswith("1 swapped")
    assert (read_image(place / "out.png") != read_image(place / "bob.jpg")).any()


def test_a_stream_and_then_its_film(place: Path) -> None:
    said = run(place, str(EXAMPLES / "stream.py"), "alice.jpg", "test", "call.mkv")
    assert "ms old when they leave" in said
    said = run(place, str(EXAMPLES / "film.py"), "alice.jpg", "call.mkv", "out.mp4")
    assert "frames swapped" in said
    assert len(facts_of(place / "out.mp4").times_s) == len(facts_of(place / "call.mkv").times_s)


def test_the_notebook_is_clean_and_every_cell_runs(place: Path) -> None:
    cells: list[dict[str, Any]] = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    assert [cell for cell in cells if cell.get("outputs") or cell.get("execution_count")] == []
    script = place / "cells.py"
    script.write_text("\n\n".join(code), encoding="utf-8")
    said = run(place, str(script))
    assert "1 face" in said
    assert "'swapped'" in said
    strengths = read_image(place / "strengths.png")
    width = strengths.shape[1] // 3
    assert (strengths[:, :width] != strengths[:, -width:]).any()
    assert (place / "film.mp4").stat().st_size > 10_000
