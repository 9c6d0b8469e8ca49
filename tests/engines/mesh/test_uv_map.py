"""A face laid flat: each landmark at its place, the same for all photos, left mirroring right."""

import numpy as np
import pytest

from engines.mesh.mesh_topology import BROWS, eye_rims, mirrored
from engines.mesh.uv_map import UVLayout
from tests.engines.made_faces import dome

LAYOUT = UVLayout.of(100)
NOSE, LEFT_CHEEK, RIGHT_CHEEK = 1, 50, 280


def at(picture: np.ndarray, landmark: int) -> np.ndarray:
    x, y = LAYOUT.points[landmark].round().astype(int)
    return np.asarray(picture[y, x])


def test_the_layout_is_symmetric_to_the_pixel() -> None:
    flipped = LAYOUT.points.copy()
    flipped[:, 0] = LAYOUT.size_hw[1] - 1 - flipped[:, 0]
    assert np.abs(flipped[mirrored()] - LAYOUT.points).max() < 0.02
    assert np.ptp(LAYOUT.points[[33, 263], 0]) == pytest.approx(100, abs=12)  # cheeks and temples are unrolled a little


def test_what_a_photo_shows_at_a_landmark_lies_at_that_landmarks_place() -> None:
    points = dome((150, 150), 240)
    ys, xs = np.mgrid[:300, :300]
    image = np.stack([xs * 0.8, ys * 0.8, np.full_like(xs, 77)], axis=-1).astype(np.uint8)
    flat = LAYOUT.unroll(image, points).image
    for landmark in (NOSE, LEFT_CHEEK, RIGHT_CHEEK, 199, 9):
        x, y = points[landmark, :2]
        assert at(flat, landmark) == pytest.approx([x * 0.8, y * 0.8, 77], abs=2)


def test_a_cheek_turned_away_is_not_seen() -> None:
    points = dome((150, 150), 240)
    turned = points.copy()
    angle = np.radians(60)
    x, z = points[:, 0] - 150, points[:, 2] - points[:, 2].mean()
    turned[:, 0] = 150 + x * np.cos(angle) + z * np.sin(angle)
    turned[:, 2] = -x * np.sin(angle) + z * np.cos(angle)
    seen = LAYOUT.unroll(np.full((300, 300, 3), 90, np.uint8), turned).seen
    near, far = sorted((float(at(seen, LEFT_CHEEK)), float(at(seen, RIGHT_CHEEK))), reverse=True)
    assert near > 0.9
    assert far < 0.1


def test_values_at_landmarks_are_spread_between_them_and_end_with_the_face() -> None:
    spread = LAYOUT.spread(np.ones(468, np.float32))
    assert spread[0, 0] == 0
    assert at(spread, NOSE) == 1
    middle_of_eye = LAYOUT.points[eye_rims()[0]].mean(axis=0).round().astype(int)
    assert spread[middle_of_eye[1], middle_of_eye[0]] == 0  # a hole


def test_a_mask_covers_its_landmarks_and_a_margin() -> None:
    tight, wide = LAYOUT.mask_of([BROWS[:10]]), LAYOUT.mask_of([BROWS[:10]], 0.05)
    assert all(at(tight, landmark) for landmark in BROWS[:10])
    assert not at(tight, BROWS[10])
    assert wide.sum() > tight.sum()
