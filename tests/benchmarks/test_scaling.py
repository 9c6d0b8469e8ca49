"""Lines through points, plans from lines, and pages from results."""

import json
import sys
from pathlib import Path

import pytest

from benchmarks import pages, scaling
from benchmarks.common.curves import Curve, draw
from benchmarks.planning import Session, most_sessions, planned, wait_ms

LINE = Curve("cost", "thing", "ms", ((1.0, 3.0), (2.0, 5.0), (4.0, 9.0)))
LIGHT = Session(core_s=0.010, lock_s=0.0, mb=10, base_mb=100, kbit_s=500)
"""100 frames a second and core: 6 sessions of 15 fps."""


def test_a_line_goes_through_points_on_it() -> None:
    assert LINE.line == pytest.approx((1, 2))
    assert LINE.off == pytest.approx(0, abs=1e-9)
    assert LINE.at(10) == pytest.approx(21)


def test_what_is_no_line_is_said_to_be_off() -> None:
    assert Curve("c", "x", "y", ((1.0, 0.0), (2.0, 10.0), (3.0, 0.0))).off > 0.5


def test_curves_are_drawn_and_read_again(tmp_path: Path) -> None:
    draw([LINE, LINE], tmp_path / "curves.png")
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert Curve.from_json(json.loads(json.dumps(LINE.as_json()))) == LINE


@pytest.mark.parametrize(("cores", "sessions"), [(1, 6), (2, 13), (8, 53)])
def test_without_a_lock_sessions_grow_with_cores(cores: int, sessions: int) -> None:
    assert most_sessions(LIGHT, cores, 1) == pytest.approx(sessions, abs=1)


def test_a_lock_holds_one_process_back_and_not_several() -> None:
    locked = Session(core_s=0.010, lock_s=0.005, mb=10, base_mb=100, kbit_s=500)
    assert most_sessions(locked, 16, 1) <= 14  # 200 frames a second
    assert most_sessions(locked, 16, 8) > 60


def test_one_frame_alone_waits_for_nobody() -> None:
    assert wait_ms(LIGHT, 1, 4, 1) == pytest.approx(10)


def test_the_pages_show_the_results_that_are_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmarks.pages", "--check"])
    assert pages.main() == 0, capsys.readouterr().err
    for name in pages.SECTIONS:
        assert any(f"<!-- {name} -->" in page.read_text() for page in pages.PAGES)


def test_a_plan_adds_up() -> None:
    found = json.loads((pages.RESULTS / "scaling.json").read_text())
    curves = {curve["name"]: Curve.from_json(curve) for curve in found["curves"]}
    per_session = curves["sessions: cores"].line[1]
    assert f"100 x {per_session:.3f} / 0.8 = {-(-100 * per_session // 0.8):.0f}" in planned(found)


@pytest.mark.usefixtures("store")
def test_a_scene_has_as_many_faces_as_asked() -> None:
    scenes = scaling.Scenes()
    for people in (1, 3):
        image = scenes.scene((1920, 1080), 160, people)
        assert len(scenes.equipment.engines.detector.detect(image)) == people
