"""How far faces differ from what explains them is told by those who show a place."""

import numpy as np
import pytest

from models.training.basis import smiles_of, spread_beside


def test_the_spread_is_that_of_what_components_leave_and_outliers_have_no_say() -> None:
    dice = np.random.default_rng(0)
    component = np.zeros((1, 6), np.float32)
    component[0, :3] = 3**-0.5  # the first place's brightness is explained
    logs = np.repeat(dice.normal(0, [1.0, 0.2], (500, 2)), 3, axis=1).astype(np.float32)
    logs[:50, 3:] = 9
    found = spread_beside(logs, np.ones_like(logs), np.zeros(6, np.float32), component)
    assert found[0] < 0.01
    assert found[1] == pytest.approx(0.2, rel=0.25)


def test_faces_that_do_not_show_a_place_do_not_tell_of_it() -> None:
    logs = np.full((40, 3), 5.0, np.float32)
    logs[:20] = np.random.default_rng(0).normal(0, 0.1, (20, 1))
    seen = np.ones_like(logs)
    seen[20:] = 0.5
    found = spread_beside(logs, seen, np.zeros(3, np.float32), np.zeros((1, 3), np.float32))
    assert found[0] < 0.3


def test_how_smiles_look_is_told_apart_from_how_dark_a_face_is() -> None:
    dice = np.random.default_rng(0)
    tone, mouths = dice.normal(0, 0.5, 400), dice.normal(0, [0.08, 0.03, 0.07], (400, 3)).astype(np.float32)
    looks = np.array([[1.0, 0, 0, 0, 0, 0], [0, -2.0, 0, 0, 0, 0], [0, 0, 0.5, 0, 0, 0]], np.float32)
    brightness = tone[:, np.newaxis] + mouths @ looks + dice.normal(0, 0.02, (400, 6))
    logs = np.repeat(brightness, 3, axis=1).astype(np.float32)
    logs[:40, 3:6] = 3  # hands before a place of some
    found = smiles_of(logs, np.ones_like(logs), np.zeros(18, np.float32), mouths)
    # Where a face is darker as a whole, a mouth's own share of that is not its looks.
    assert found[0, 0] - found[0, 3:].mean() == pytest.approx(1.0, abs=0.15)
    assert found[1, 1] - found[1, 3:].mean() == pytest.approx(-2.0, abs=0.4)
