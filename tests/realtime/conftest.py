"""A home, a portrait and a video for the tests of the command line."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from realtime.outputs import open_sink
from realtime.pictures.reading import read_image
from realtime.sources import open_source
from realtime.types import Outcome, ShownFrame
from tests.conftest import BUILT_IN
from tests.realtime.clips import Clip, write_clip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, model_file: Callable[[str], Path]) -> Path:
    return make_home(tmp_path_factory.mktemp("home"), model_file)


def make_home(folder: Path, model_file: Callable[[str], Path]) -> Path:
    """A home that holds the models and nothing else: consent starts from nothing, and no network is used."""
    (folder / "models").mkdir()
    for name in BUILT_IN:
        cached = model_file(name)
        (folder / "models" / cached.name).symlink_to(cached)
    return folder


@pytest.fixture(scope="session")
def portrait(model_file: Callable[[str], Path]) -> Path:
    return model_file("astronaut")


@pytest.fixture(scope="session")
def video(tmp_path_factory: pytest.TempPathFactory, model_file: Callable[[str], Path]) -> Path:
    """Two seconds of a portrait, with sound, then half a second of nobody."""
    folder = tmp_path_factory.mktemp("video")
    return _portrait_video(folder / "video.mp4", read_image(model_file("hopper")))


def _portrait_video(path: Path, face: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Path:
    silent = write_clip(path.with_suffix(".sound.mp4"), Clip(frames=75, size_wh=(512, 600)))
    source = open_source(str(silent))
    sink = open_sink(str(path), source.info)
    for frame in source.frames():
        image = np.roll(face, frame.seq % 9, axis=1) if frame.seq < 60 else frame.image
        sink.send(ShownFrame(np.ascontiguousarray(image), frame.seq, 0, frame.pts, Outcome.NO_FACE))
    sink.close()
    return path
