"""A mouth's expression is taken off a face, and nothing else of it."""

import numpy as np
import pytest

from engines.mesh.expression import AT_REST, CORNERS, OF_EXPRESSION, at_rest, expression_in, mouth_in
from engines.mesh.mesh_topology import mean_face, mirrored, mouth_moves


@pytest.mark.parametrize("beyond", [(0.09, 0.15), (0.0, 0.4), (-0.04, 0.0)])
def test_a_face_comes_to_rest_and_is_then_left_alone(beyond: tuple[float, float]) -> None:
    calm = at_rest(mean_face())
    moved = np.asarray(calm + np.tensordot(np.array(beyond, np.float32), mouth_moves(), axes=1), np.float32)
    assert mouth_in(moved)[OF_EXPRESSION] == pytest.approx(AT_REST + beyond, abs=0.01)
    assert at_rest(moved) == pytest.approx(calm, abs=0.02)
    assert at_rest(calm) == pytest.approx(calm, abs=1e-3)


def test_a_wide_mouth_whose_corners_are_not_raised_is_the_persons_own() -> None:
    wide = mean_face().copy()
    wide[list(CORNERS), 0] *= 1.2
    wider = mouth_in(at_rest(wide))[0] - mouth_in(at_rest(mean_face()))[0]
    assert wider == pytest.approx(0.2 * mouth_in(mean_face())[0])


def test_raised_corners_widen_a_mouth_and_parted_lips_lower_the_chin_alike_on_both_sides() -> None:
    smile, opening = mouth_moves()
    left, right = CORNERS
    assert smile[left, 0] < -0.5 < 0.5 < smile[right, 0]
    assert opening[152, 1] > 0.1
    assert mouth_moves()[:, mirrored()] * [-1, 1, 1] == pytest.approx(mouth_moves(), abs=2e-3)


@pytest.mark.parametrize(("width", "gap", "odd"), [(1, 0, False), (1.3, 0, True), (0.7, 0, True), (1, 0.1, True)])
def test_a_mouth_is_odd_when_it_is_wide_narrow_or_open(width: float, gap: float, odd: bool) -> None:
    face = at_rest(mean_face())
    face[list(CORNERS), 0] *= width * mouth_in(mean_face())[0] / mouth_in(face)[0]
    face[14, 1] += gap
    assert expression_in(face) == (1.0 if odd else 0.0)
