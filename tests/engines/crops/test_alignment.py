import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engines.crops.alignment import TEMPLATES, align, five_points, similarity, template_points
from engines.image.geometry import transform_points
from tests.engines.swappers.neural.faces import face_at, five_at


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_has_its_eyes_above_its_mouth_and_left_of_each_other(name: str) -> None:
    left, right, nose, mouth_left, mouth_right = template_points(name, 100)
    assert left[0] < nose[0] < right[0]
    assert mouth_left[0] < nose[0] < mouth_right[0]
    assert left[1] < nose[1] < mouth_left[1]
    assert abs(left[1] - right[1]) < 1


@settings(max_examples=50)
@given(st.floats(20, 900), st.floats(-170, 170), st.integers(-500, 2000), st.sampled_from(sorted(TEMPLATES)))
def test_points_that_are_a_turned_template_land_on_it(size: float, degrees: float, shift: int, name: str) -> None:
    target = template_points(name, 256)
    a = size / 256 * np.exp(1j * np.radians(degrees))
    z = (target[:, 0] + 1j * target[:, 1]) * a + shift
    points = np.stack([z.real, z.imag], axis=1).astype(np.float32)
    landed = transform_points(points, align(points, name, 256))
    assert landed == pytest.approx(target, abs=0.05 + 0.1 * abs(shift) / size)


def test_similarity_is_the_least_squares_one() -> None:
    rng = np.random.default_rng(0)
    points, target = rng.normal(100, 40, (5, 2)), rng.normal(60, 20, (5, 2))
    # a x - b y + c = u, b x + a y + d = v: four unknowns, ten equations
    rows = [[x, -y, 1, 0] for x, y in points] + [[y, x, 0, 1] for x, y in points]
    a, b, c, d = np.linalg.lstsq(np.array(rows), np.concatenate([target[:, 0], target[:, 1]]), rcond=None)[0]
    found = similarity(points.astype(np.float32), target.astype(np.float32))
    assert found == pytest.approx(np.array([[a, -b, c], [b, a, d]]), rel=1e-3, abs=1e-3)


@pytest.mark.parametrize("degrees", [0, 40, 180])
def test_five_points_of_a_mesh_are_eyes_nose_and_mouth_corners(degrees: float) -> None:
    assert five_points(face_at((300, 200), 150, degrees)) == pytest.approx(five_at((300, 200), 150, degrees), abs=1e-3)
