"""When a video of the page is made by other nodes, too, and that it is made all the same where they cannot be had."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from models.store import ModelStore
from realtime.choices import Faces
from realtime.config import RunConfig
from realtime.media.trim import Trim
from realtime.stream.metrics import Recent
from realtime.web.videos.job_process import run_words
from realtime.web.videos.on_nodes import make_on_nodes
from tests.realtime.clips import Clip, facts_of, write_clip

pytest.importorskip("ray", reason="the extra cluster is not installed")
NOBODY = "127.0.0.1:1"
"""Where no cluster is: whoever asks there is told so at once, with a warning."""


@contextmanager
def untold(_recent: Callable[[], Recent], _total: int | None) -> Iterator[None]:
    yield


def config_of(video: Path, photo: Path, **more: Any) -> RunConfig:
    return RunConfig(faces_from=(photo,), input=str(video), outputs=("out.mp4",), cluster=NOBODY, **more)


@pytest.mark.parametrize(
    ("more", "each_s", "asks"),
    [
        ({}, 0.1, True),
        ({}, 20, False),
        ({"trim": Trim(end_s=Fraction(3, 20))}, 0.1, False),
        ({"faces": Faces.parse("all"), "faces_from": "twice"}, 0.1, False),
    ],
    ids=["long enough", "short", "a short part", "who is who depends on the beginning"],
)
def test_other_nodes_are_asked_where_they_are_a_gain(
    more: dict[str, Any], each_s: float, asks: bool, video: Path, portrait: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = config_of(video, portrait)
    if more.pop("faces_from", None):
        config = replace(config, faces_from=(portrait, portrait))
    made = make_on_nodes(replace(config, **more), ModelStore(), untold, each_s)
    assert made is None
    assert (f"no Ray cluster answers at {NOBODY}" in caplog.text) == asks


def test_without_the_cluster_the_video_is_made_and_who_runs_the_server_is_told(
    tmp_path: Path, home: Path, portrait: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[dict[str, Any]] = []
    long = write_clip(tmp_path / "long.mp4", Clip(frames=90, rate=Fraction(2)))
    words = ("run", "--face", str(portrait), "--input", str(long), "--output", "out.mp4")
    asyncio.run(run_words(words, tmp_path, told.append, home=home, cluster=lambda: NOBODY))
    assert told[-1]["done"]
    assert len(facts_of(tmp_path / "out.mp4").times_s) == 90
    assert f"this node does: no Ray cluster answers at {NOBODY}" in caplog.text
