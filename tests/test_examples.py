"""Every example runs: the scripts as a person would start them, the notebook cell by cell, without Jupyter."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from benchmarks.common.fake_server import PAINT_BGR, Behind, Served
from benchmarks.common.video_fakes import Maker
from realtime.pictures.reading import read_image
from realtime.web.videos.jobs import JobState
from tests.realtime.clips import Clip, facts_of, write_clip
from tests.realtime.web.served import png, serving

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


async def client_runs(server: Served, place: Path, *words: str, status: int = 0, until: bytes | None = None) -> str:
    """The client beside the server. status: with which it ends. until: what it says before it gets a Ctrl-C."""
    command = [sys.executable, str(EXAMPLES / "client.py"), str(server.client.make_url("/")), "ann.png", *words]
    running = await asyncio.create_subprocess_exec(*command, cwd=place, stdout=PIPE, stderr=STDOUT)
    if until is not None:
        assert running.stdout is not None
        await running.stdout.readuntil(until)
        running.send_signal(signal.SIGINT)
    said, _ = await running.communicate()
    assert running.returncode == status, said.decode()
    return said.decode()


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    """A folder with a face, a photo of two, and a video of several pieces."""
    (tmp_path / "ann.png").write_bytes(png())
    cv2.imwrite(str(tmp_path / "group.png"), np.full((60, 90, 3), 90, np.uint8))
    filler = (3 << 20).to_bytes(4, "big") + b"free" + bytes((3 << 20) - 8)
    clip = write_clip(tmp_path / "in.mp4", Clip(frames=30, size_wh=(96, 64)))
    clip.write_bytes(clip.read_bytes() + filler)
    return tmp_path


def test_a_servers_photo(sent: Path) -> None:
    async def test(server: Served) -> None:
        assert await client_runs(server, sent, "group.png", "out.png") == "2 swapped\n"

    serving(test, sent)
    assert tuple(read_image(sent / "out.png")[5, 5]) == PAINT_BGR
    assert tuple(read_image(sent / "out.png")[5, 80]) == (90, 90, 90)


def test_a_servers_video_is_sent_in_pieces_made_and_fetched(sent: Path) -> None:
    maker = Maker()
    maker.may_end.set()

    async def test(server: Served) -> None:
        said = await client_runs(server, sent, "in.mp4", "out.mp4")
        assert said.endswith("3 frames swapped\n")
        assert [*server.workshop.jobs, *server.workshop.library.store] == [], "nothing is left there"

    serving(test, sent, behind=Behind(make=maker))
    assert (sent / "out.mp4").read_bytes() == maker.content


def test_a_servers_video_is_cancelled_by_ctrl_c(sent: Path) -> None:
    maker = Maker()

    async def test(server: Served) -> None:
        said = await client_runs(server, sent, "in.mp4", "out.mp4", status=1, until=b"running")
        assert said.endswith("cancelled\n")
        assert [job.state for job in server.workshop.jobs] == [JobState.CANCELLED]

    serving(test, sent, behind=Behind(make=maker))
    assert not (sent / "out.mp4").exists()


def test_what_a_server_refuses_is_said(sent: Path) -> None:
    (sent / "in.mp4").write_bytes(b"no video" * 900)

    async def test(server: Served) -> None:
        said = await client_runs(server, sent, "in.mp4", "out.mp4", status=1)
        assert said.startswith("in.mp4 is no video")

    serving(test, sent)
