"""Two people in a video: a click says who becomes whom, where a recogniser tells them apart. Ours here is generated."""

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page

from benchmarks.common import onnx_zoo
from benchmarks.common.browser import CHROMIUM
from engines.types import Image
from realtime.outputs import open_sink
from realtime.pictures.reading import read_image
from realtime.sources import open_source
from realtime.types import Outcome, ShownFrame
from realtime.web.server_process import ServerProcess
from tests.realtime.clips import Clip, write_clip
from tests.realtime.commandline import invoke
from tests.realtime.conftest import make_home
from tests.realtime.web.browsing import await_that, pixels_of, serving, without_badge

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt install chromium"),
    pytest.mark.timeout(600),  # makes a video
]

EDGE, FRAMES = 400, 8
PATIENCE_S = 120
CHANGED = 1.0
"""Mean difference of a half of the picture, of 255; coding alone is less."""


@pytest.fixture(scope="module")
def knowing(tmp_path_factory: pytest.TempPathFactory, model_file: Callable[[str], Path]) -> Iterator[ServerProcess]:
    """A server whose machine has a recogniser."""
    home = make_home(tmp_path_factory.mktemp("knowing"), model_file)
    added = invoke("models", "add", onnx_zoo.recogniser(home / "arcface_w600k_r50.onnx"), home=home)
    assert added.returncode == 0, added.stderr
    with serving(home) as running:
        yield running


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, model_file: Callable[[str], Path]) -> Path:
    """A video of two people beside each other."""
    folder = tmp_path_factory.mktemp("pair")
    near = read_image(model_file("astronaut"))[:300, 80:380]  # or her face is too small to be known by
    dim = read_image(model_file("hopper")) // 2  # a generated recogniser knows people by how light they are
    one, other = (cv2.resize(face, (EDGE, EDGE)) for face in (dim, near))
    source = open_source(str(write_clip(folder / "clip.mp4", Clip(frames=FRAMES, size_wh=(2 * EDGE, EDGE)))))
    sink = open_sink(str(folder / "pair.mp4"), source.info)
    for frame in source.frames():
        image = np.hstack([np.roll(one, frame.seq % 3, axis=1), np.roll(other, frame.seq % 3, axis=1)])
        sink.send(ShownFrame(np.ascontiguousarray(image), frame.seq, 0, frame.pts, Outcome.NO_FACE))
    sink.close()
    return folder / "pair.mp4"


def changed_halves(before: Image, after: Image) -> tuple[bool, bool]:
    """Whether the left and the right of a picture are others now. Their sizes may differ by a pixel."""
    size_wh = 2 * EDGE, EDGE
    pictures = [cv2.resize(one, size_wh, interpolation=cv2.INTER_AREA).astype(np.int16) for one in (before, after)]
    apart = np.abs(pictures[0] - pictures[1])
    return bool(apart[:, :EDGE].mean() > CHANGED), bool(apart[:, EDGE:].mean() > CHANGED)


def previewed(page: Page, mapped: int) -> tuple[bool, bool]:
    """Once there is a preview in which so many wear a face: which halves are others."""
    said = "document.getElementById('command').textContent.split('--map ').length - 1"
    await_that(page, f"{said} == {mapped} && document.getElementById('video-working').hidden", PATIENCE_S)
    assert page.is_hidden("#video-problem"), page.inner_text("#video-problem")
    before, after = (pixels_of(page, f"document.getElementById('video-{one}')") for one in ("before", "after"))
    return changed_halves(before, after)


def wear(page: Page, person: int, face: str) -> None:
    page.click(f"#faces .wear[title={face}]")
    page.locator("#people button").nth(person).click()
    await_that(page, f"document.querySelectorAll('#people button')[{person}].textContent == '{face}'")


def frames_of(video: Path) -> list[Image]:
    return [frame.image for frame in open_source(str(video)).frames()]


def test_click_says_who_becomes_whom_and_the_video_has_both(
    page: Page, knowing: ServerProcess, pair: Path, tmp_path: Path
) -> None:
    page.goto(f"{knowing.url}#video")
    page.wait_for_selector("#faces li")
    page.set_input_files("#open-video", str(pair))
    await_that(page, "document.querySelectorAll('#people button').length == 2", PATIENCE_S)
    assert page.is_hidden("#no-recogniser")
    without_badge(page)
    page.select_option("#video-faces", "each")
    await_that(page, "document.getElementById('video-working').hidden", PATIENCE_S)
    assert page.is_disabled("#make"), "nobody wears anything yet"

    wear(page, 0, "hopper")
    assert sorted(previewed(page, 1)) == [False, True], "the other one is left as they are"
    wear(page, 1, "astronaut")
    assert previewed(page, 2) == (True, True)
    labels = page.locator("#people button").evaluate_all("all => all.map((one) => one.ariaLabel)")
    assert labels == ["Person 1: wears hopper", "Person 2: wears astronaut"]

    page.click("#make")
    await_that(page, "jobs.querySelector('[data-state]')?.dataset.state == 'done'", PATIENCE_S)
    with page.expect_download() as download:
        page.click("#jobs a[download]")
    made = tmp_path / "made.mp4"
    download.value.save_as(made)
    halves = [changed_halves(*pictures) for pictures in zip(frames_of(pair), frames_of(made), strict=True)]
    assert halves == [(True, True)] * FRAMES
