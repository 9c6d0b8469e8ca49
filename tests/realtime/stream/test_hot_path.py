"""The hot path is as docs/architecture.md draws it: a camera's frames pass those stops, in that order."""

import re
import threading
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any

import cv2
import numpy as np
import pytest

from engines.types import Image
from models.store import ModelStore
from realtime.app import build_run
from realtime.config import RunConfig
from realtime.pictures.reading import read_image

ROOT = Path(__file__).parents[3]
MOST_STOPS = 8
ROW = re.compile(r"^\| (\d) \| `([\w.]+)` \| `([\w/.]+)` \|", re.MULTILINE)
TAKE, TRACK, PAINT, SWAP, SHOW = 3, 4, 5, 6, 7
"""The stops of the swapping thread."""


def stops_drawn() -> dict[int, tuple[str, Path]]:
    """Name and place of each stop by its number; a name without a method stands for all of its class."""
    page = (ROOT / "docs" / "architecture.md").read_text()
    drawn = page.partition("## The hot path\n")[2].partition("\n## ")[0]
    return {int(number): (name, ROOT / where) for number, name, where in ROW.findall(drawn)}


def stop_at(file: Path, name: str, stops: dict[int, tuple[str, Path]]) -> int | None:
    """Which stop a function is. name: qualified. `FrameSink.send` in a folder is every `send` there."""
    for number, (drawn, where) in stops.items():
        owner, _, method = drawn.partition(".")
        if where.is_dir() and where in file.parents and name.endswith(f".{method}"):
            return number
        if where == file and (name == drawn if method else name.startswith(f"{owner}.")):
            return number
    return None


class Camera:
    """Gives one picture again and again (cv2.VideoCapture's names)."""

    def __init__(self, image: Image) -> None:
        self._image = image

    def get(self, prop: int) -> float:
        height, width = self._image.shape[:2]
        return float({cv2.CAP_PROP_FRAME_WIDTH: width, cv2.CAP_PROP_FRAME_HEIGHT: height}.get(prop, 0))

    def retrieve(self) -> tuple[bool, Image]:
        return True, self._image.copy()

    def __getattr__(self, _name: str) -> Callable[..., bool]:
        return lambda *_: True  # isOpened, set, grab, release


@pytest.mark.network
def test_a_cameras_frames_pass_the_stops_that_are_drawn_in_their_order(
    monkeypatch: pytest.MonkeyPatch, model_file: Callable[[str], Path]
) -> None:
    stops, passed, known = stops_drawn(), list[int](), dict[Any, int | None]()
    assert list(stops) == list(range(1, len(stops) + 1))
    assert TAKE < len(stops) <= MOST_STOPS

    def note(frame: FrameType, event: str, _given: object) -> None:
        code = frame.f_code
        if event == "call" and code not in known:
            known[code] = stop_at(Path(code.co_filename), code.co_qualname, stops)
        if event == "call" and (stop := known[code]) is not None:
            passed.append(stop)

    image = np.asarray(cv2.resize(read_image(model_file("astronaut")), (640, 480)), np.uint8)
    monkeypatch.setattr(cv2, "VideoCapture", lambda *_: Camera(image))
    config = RunConfig(faces_from=(model_file("hopper"),), input="0", outputs=("null",), duration_s=1.5)
    run = build_run(config, ModelStore())
    threading.setprofile(note)
    try:
        run.runner.run()
    finally:
        threading.setprofile(None)
        run.close()

    assert sorted({*passed}) == list(stops)
    assert [*dict.fromkeys(passed)][:TAKE] == [1, 2, TAKE]
    swapping = [stop for stop in passed if TAKE <= stop <= SHOW]
    begins = [at for at, stop in enumerate(swapping) if stop == TAKE]
    frames = {tuple(swapping[begin:end]) for begin, end in pairwise(begins)}
    assert frames <= {(TAKE, TRACK, PAINT, SWAP, SHOW), (TAKE, TRACK, PAINT, SHOW)}
    assert (TAKE, TRACK, PAINT, SWAP, SHOW) in frames
    assert passed.index(SHOW) < passed.index(len(stops))
