"""What visitors share, and what each has for themselves."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engines.backends.litert import LiteRtSession
from engines.errors import EngineError, SourcePhotoError
from engines.types import Image, SourcePhoto
from models.store import ModelStore
from realtime import built_in_models
from realtime.built_in_models import FACES, HANDS
from realtime.config import RunConfig
from realtime.pictures.reading import read_image
from realtime.sources.synthetic import SyntheticSource
from realtime.types import Frame, Outcome
from realtime.web.server_state import ServerState
from realtime.web.session import Stream
from tests.realtime.web.served import png

SIZE_WH = (640, 360)
FRAMES = 12
TICKS = 3000


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The built-in models that were loaded."""
    files: list[Path] = []

    def load(path: Path) -> LiteRtSession:
        files.append(path)
        return LiteRtSession(path)

    monkeypatch.setattr(built_in_models, "LiteRtSession", load)
    return files


@pytest.fixture
def config(portrait: Path) -> RunConfig:
    return RunConfig(faces_from=(portrait,), input="browser", outputs=("browser",))


def opened(config: RunConfig, home: Path) -> ServerState:
    async def open_it() -> ServerState:
        server_state = ServerState(config, ModelStore(home))
        await server_state.open()
        return server_state

    return asyncio.run(open_it())


def worn_by(server_state: ServerState) -> list[SourcePhoto]:
    return [entry.photo for entry in server_state.shared.values()]


def watch(stream: Stream, camera: SyntheticSource) -> list[Image]:
    """What viewers of a stream see of the first pictures."""
    shown = [
        stream.pipeline.process(Frame(camera.render(number), number, number * TICKS, number * TICKS))
        for number in range(FRAMES)
    ]
    assert {picture.outcome for picture in shown} == {Outcome.SWAPPED}
    return [picture.image for picture in shown]


def test_streams_share_models_and_do_not_disturb_each_other(
    home: Path, config: RunConfig, model_file: Callable[[str], Path], loads: list[Path]
) -> None:
    server_state = opened(config, home)
    camera = SyntheticSource(read_image(model_file("hopper")), size_wh=SIZE_WH)
    alone = watch(server_state.make_stream(worn_by(server_state)), camera)
    with ThreadPoolExecutor(3) as pool:
        together = list(
            pool.map(watch, [server_state.make_stream(worn_by(server_state)) for _ in range(3)], [camera] * 3)
        )
    assert len(loads) == len(FACES + HANDS)
    for seen in together:
        np.testing.assert_array_equal(seen, alone)


def test_models_stay_loaded_while_nobody_visits(home: Path, config: RunConfig, loads: list[Path]) -> None:
    server_state = opened(config, home)
    for _ in range(3):
        server_state.make_stream(worn_by(server_state)).close()
    assert len(loads) == len(FACES + HANDS)


def test_what_one_visitor_chooses_is_not_chosen_for_another(home: Path, config: RunConfig) -> None:
    server_state = opened(config, home)
    one, other = server_state.make_stream(worn_by(server_state)), server_state.make_stream(worn_by(server_state))
    one.control.apply("mirror on")
    one.source_bank.close()
    assert one.control.settings.mirror
    assert not other.control.settings.mirror
    other.source_bank.settle()
    assert other.source_bank.names == tuple(server_state.shared)


def test_what_cannot_work_is_said_before_anybody_comes(home: Path, config: RunConfig, tmp_path: Path) -> None:
    empty = tmp_path / "wall.png"
    empty.write_bytes(png())
    with pytest.raises(SourcePhotoError, match="no human face"):
        opened(replace(config, faces_from=(empty,)), home)
    with pytest.raises(EngineError, match="does not swap"):
        opened(replace(config, swapper="face_landmarks_detector"), home)
