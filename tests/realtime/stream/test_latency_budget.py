"""The latency budget: what is left out when, in which order, and when it comes back."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engines.fakes import FakeDetector, FakeLandmarker, picture_with_faces
from engines.types import Image
from models.store import ModelStore
from realtime.app import build_run
from realtime.config import RunConfig
from realtime.pictures.reading import read_image
from realtime.sources.synthetic import SyntheticSource
from realtime.stream.consent_gate import ConsentGate
from realtime.stream.latency_budget import CALM_NS, LATE_NS, MS, LatencyBudget, Saving
from realtime.stream.pipeline import SwapPipeline
from realtime.tracking.tracker import FaceTracker
from realtime.types import Frame, Outcome, ShownFrame

FRAME_NS = 33_333_333


class Bench:
    """A budget of 50 ms with two savings, and the stream's clock."""

    def __init__(self) -> None:
        self.switched: list[tuple[str, bool]] = []
        names = ("the enhancer", "smoothing")
        savings = [Saving(name, lambda out, name=name: self.switched.append((name, out))) for name in names]  # type: ignore[misc]
        self.budget = LatencyBudget(50, savings)
        self._now_ns = 0

    def run(self, latency_ms: float, seconds: float) -> None:
        for _ in range(int(seconds * 1e9 / FRAME_NS)):
            self._now_ns += FRAME_NS
            self.budget.note(int(latency_ms * MS), self._now_ns)


def test_nothing_is_left_out_while_the_budget_is_kept() -> None:
    bench = Bench()
    bench.run(49, 30)
    assert bench.switched == []


def test_work_is_left_out_one_by_one_in_order_and_comes_back_in_reverse() -> None:
    bench = Bench()
    bench.run(80, LATE_NS / 1e9 + 0.2)
    assert bench.switched == [("the enhancer", True)]
    bench.run(80, 10)
    assert bench.budget.left_out == ("the enhancer", "smoothing")
    bench.run(20, CALM_NS / 1e9 + 1)
    assert bench.switched[2:] == [("smoothing", False)]
    bench.run(20, CALM_NS / 1e9 + 1)
    assert not bench.budget.left_out


def test_between_easily_and_overrun_nothing_changes() -> None:
    bench = Bench()
    bench.run(80, 1.5)
    bench.run(40, 60)
    assert bench.budget.left_out == ("the enhancer",)


def test_a_single_slow_frame_changes_nothing() -> None:
    bench = Bench()
    for _ in range(20):
        bench.run(10, 1)
        bench.run(400, 0.04)
    assert bench.switched == []


@pytest.mark.parametrize("seldom", [True, False])
def test_tracker_searches_less_often_when_it_is_told_to(seldom: bool) -> None:
    detector = FakeDetector()
    tracker = FaceTracker(detector, FakeLandmarker())
    tracker.search_seldom(seldom)
    picture = picture_with_faces((320, 240), [(160, 120, 90)])
    for frame in range(300):
        tracker.update(picture, frame * FRAME_NS)
    at_first = 4  # a new picture is searched along its edges, and once more in between
    assert detector.runs == (15 if seldom else 40) + at_first


def test_tracker_gives_points_as_they_are_when_it_does_not_steady_them() -> None:
    tracker = FaceTracker(FakeDetector(), FakeLandmarker())
    tracker.leave_unsteady(True)
    moved = []
    for frame in range(4):
        (track,) = tracker.update(picture_with_faces((320, 240), [(160 + 2 * frame, 120, 90)]), frame * FRAME_NS)
        moved.append(float(track.face.points[:, 0].mean()))
    assert moved[-1] - moved[0] == pytest.approx(6, abs=0.7), "they lag behind"


def test_half_size_goes_on_with_the_same_person_and_shows_the_same_size(
    portrait: Path, model_file: Callable[[str], Path]
) -> None:
    config = RunConfig(faces_from=(portrait,), input="test", outputs=("null",), latency_budget_ms=50)
    run = build_run(config, ModelStore())
    gate = run.runner._pipeline
    assert isinstance(gate, ConsentGate)
    pipeline = gate._pipeline
    assert isinstance(pipeline, SwapPipeline)
    camera = SyntheticSource(read_image(model_file("hopper")), paced=False)
    shown: list[ShownFrame] = []
    raw: list[Image] = []
    for seq in range(30):
        pipeline.work_at_half_size(10 <= seq < 20)
        image = camera.render(seq)
        raw.append(image.copy())
        shown.append(pipeline.process(Frame(image, seq, seq * 33 * MS, seq * 3000)))
    run.close()
    assert [frame.outcome for frame in shown] == [Outcome.SWAPPED] * 30
    assert {frame.image.shape for frame in shown} == {(720, 1280, 3)}
    tracker = pipeline._painter._tracker  # type: ignore[attr-defined]
    assert [track.id for track in tracker.update(camera.render(30), 30 * 33 * MS)] == [1], "nobody was lost"
    face = np.s_[200:500, 500:780]
    for frame, before in zip(shown, raw, strict=True):
        assert np.abs(frame.image[face].astype(int) - before[face]).mean() > 8
    whole, half = (sharpness(shown[seq].image[500:]) for seq in (5, 15))
    assert half < whole
    assert sharpness(shown[25].image[500:]) == pytest.approx(whole, rel=0.3)


def sharpness(image: Image) -> float:
    return float(np.abs(np.diff(image.astype(np.int16), axis=1)).mean())
