"""The source's proportions: features move, the outline and the expression stay."""

from itertools import pairwise

import cv2
import numpy as np
import pytest

from engines.mesh.mesh_topology import face_oval, mean_face
from engines.mesh.shape import LOWER_LIP, UPPER_LIP, ShapeTransfer, pose_of
from engines.track_state import TrackState
from engines.types import Points

SQUARE = np.ones(468, np.float32)
EYES_OUTER, NOSE, LIPS = (33, 263), 1, (13, 14)


def mean_in_px() -> Points:
    return np.asarray(mean_face() * 100 + [200, 200, 0], np.float32)


def wide_nosed() -> Points:
    """The mean face with a nose that is twice as wide."""
    points = mean_in_px()
    wings = np.linalg.norm(mean_face() - mean_face()[NOSE], axis=1) < 0.35
    points[wings, 0] = 200 + 2 * (points[wings, 0] - 200)
    return points


def turned(points: Points, degrees: float) -> Points:
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), 0, -np.sin(angle)], [0, 1, 0], [np.sin(angle), 0, np.cos(angle)]])
    return np.asarray((points - [200, 200, 0]) @ turn + [200, 200, 0], np.float32)


def test_the_mean_face_moves_nothing() -> None:
    assert ShapeTransfer([mean_in_px()], 0.5).moved(wide_nosed(), SQUARE) == pytest.approx(wide_nosed(), abs=0.05)


def test_a_target_who_is_the_source_is_left_alone_once_known_and_nothing_jumps() -> None:
    shape, track_state = ShapeTransfer([wide_nosed()], 0.5), TrackState()
    frames = [shape.moved(wide_nosed(), SQUARE, track_state) for _ in range(200)]
    off = [float(np.abs(frame - wide_nosed()).max()) for frame in frames]
    assert off[0] > 3
    assert off[-1] < 0.2 * off[0]
    assert max(np.abs(after - before).max() for before, after in pairwise(frames)) < 0.05 * off[0]


def test_strength_0_moves_nothing() -> None:
    assert (ShapeTransfer([wide_nosed()], 0).moved(mean_in_px(), SQUARE) == mean_in_px()).all()


def test_a_feature_of_the_source_appears_and_the_outline_stays() -> None:
    moved = ShapeTransfer([wide_nosed()], 0.5).moved(mean_in_px(), SQUARE)
    before, after = (points[[64, 294], 0] for points in (mean_in_px(), moved))  # the wings of the nose
    assert np.ptp(after) > 1.2 * np.ptp(before)
    assert np.abs(moved - mean_in_px())[face_oval()].max() < 0.01


def test_it_moves_along_the_face_when_the_head_is_turned_and_however_large_it_is() -> None:
    shape = ShapeTransfer([wide_nosed()], 0.5)
    nose = np.linalg.norm(mean_face() - mean_face()[NOSE], axis=1) < 0.5  # elsewhere the target's outline may limit it
    frontal = shape.moved(mean_in_px(), SQUARE)
    sideways = shape.moved(turned(mean_in_px(), 35), SQUARE)
    assert sideways[nose] == pytest.approx(turned(frontal, 35)[nose], abs=0.3)
    assert shape.moved(mean_in_px() * 2, SQUARE) == pytest.approx(frontal * 2, abs=0.3)


def test_an_open_mouth_in_the_photo_does_not_open_the_targets() -> None:
    speaking = mean_in_px()
    lower = (mean_face()[:, 1] > 0.75) & (np.abs(mean_face()[:, 0]) < 0.25) & (mean_face()[:, 1] < 1.0)
    speaking[lower, 1] += 12
    moved = ShapeTransfer([speaking], 0.5).moved(mean_in_px(), SQUARE)
    opened = np.diff(moved[list(LIPS), 1]) - np.diff(mean_in_px()[list(LIPS), 1])
    assert opened.item() < 4


def smiling() -> Points:
    """The mean face with a mouth wider by three tenths, and its corners raised."""
    points = mean_in_px()
    mouth = np.linalg.norm(mean_face()[:, :2] - mean_face()[list(LIPS), :2].mean(axis=0), axis=1) < 0.6
    points[mouth, 0] = 200 + 1.3 * (points[mouth, 0] - 200)
    points[[61, 291], 1] -= 6
    return points


def test_who_smiles_all_along_keeps_the_smile() -> None:
    shape, track_state = ShapeTransfer([mean_in_px()], 0.5), TrackState()
    for _ in range(300):
        moved = shape.moved(smiling(), SQUARE, track_state)
    before, after = (np.ptp(points[[61, 291], 0]) for points in (smiling(), moved))
    assert after > 0.96 * before


def test_of_a_smiling_source_a_calm_mouth_takes_no_more_than_the_place() -> None:
    """However tightly the target's lips are closed: tighter than the mean face's is no expression."""
    lower, calm = smiling(), mean_in_px()
    lower[:, 1] += 8 * (np.abs(mean_face()[:, 1] - mean_face()[13, 1]) < 0.3)
    calm[list(UPPER_LIP)] = calm[list(LOWER_LIP)]
    shifts = []
    for target in (mean_in_px(), calm):
        shape, track_state = ShapeTransfer([lower], 0.5), TrackState()
        for _ in range(300):
            moved = shape.moved(target, SQUARE, track_state)
        shifts.append((moved - target)[[0, 17], 1].mean())
    assert shifts[1] == pytest.approx(shifts[0], rel=0.25)


def test_a_smile_in_the_photo_does_not_make_the_target_smile() -> None:
    moved = ShapeTransfer([smiling()], 0.5).moved(mean_in_px(), SQUARE)
    corners = moved[[61, 291]] - mean_in_px()[[61, 291]]
    assert np.abs(corners[:, 0]).max() < 3
    assert np.abs(corners[:, 1]).max() < 3


def pursed(width: float) -> Points:
    """The mean face with closed lips, and a mouth so wide, of its own width."""
    points = mean_in_px()
    points[list(UPPER_LIP)] = points[list(LOWER_LIP)]
    mouth = np.linalg.norm(mean_face()[:, :2] - mean_face()[list(LIPS), :2].mean(axis=0), axis=1) < 0.4
    points[mouth, 0] = 200 + width * (points[mouth, 0] - 200)
    return points


def test_a_mouth_that_is_pursed_or_hidden_by_a_beard_does_not_draw_the_targets_together() -> None:
    shifts = []
    for width in (0.88, 0.7):
        corners = (ShapeTransfer([pursed(width)], 0.5).moved(mean_in_px(), SQUARE) - mean_in_px())[[61, 291], 0]
        shifts.append(np.abs(corners).max())
    assert shifts[0] > 3
    assert shifts[1] < 2


def test_what_is_seen_edge_on_stays() -> None:
    assert (ShapeTransfer([wide_nosed()], 0.5).moved(mean_in_px(), 0 * SQUARE, None) == mean_in_px()).all()


def test_the_pose_of_a_turned_and_enlarged_mean_face_is_found() -> None:
    turn, size = pose_of(turned(mean_in_px(), 20))
    assert size == pytest.approx(100, rel=1e-3)
    assert turn @ turn.T == pytest.approx(np.eye(3), abs=1e-5)
    assert np.degrees(np.arcsin(turn[2, 0])) == pytest.approx(20, abs=0.1)


def test_however_strong_no_landmark_leaves_the_hull_of_the_targets_face() -> None:
    shape = ShapeTransfer([wide_nosed()], 1.0)
    for degrees in (0, 40, 70, -55):
        target = turned(mean_in_px(), degrees)
        hull = cv2.convexHull(np.ascontiguousarray(target[:, :2]))
        moved = shape.moved(target, SQUARE)
        beyond = [cv2.pointPolygonTest(hull, (float(x), float(y)), True) for x, y in moved[:, :2]]
        assert min(beyond) > -0.05


def test_what_lies_in_a_fold_moves_with_what_is_around_it() -> None:
    shape, folded = ShapeTransfer([wide_nosed()], 0.5), SQUARE.copy()
    folded[[NOSE, *LIPS]] = 0
    moved, plain = (shape.moved(mean_in_px(), facing) for facing in (folded, SQUARE))
    assert np.abs(plain - mean_in_px()).max() > 3
    assert np.abs(moved - plain).max() < 0.35 * np.abs(plain - mean_in_px()).max()


def test_closed_lips_stay_closed() -> None:
    closed = mean_in_px()
    closed[list(UPPER_LIP)] = closed[list(LOWER_LIP)]
    tall = mean_in_px()
    tall[:, 1] = 200 + 1.3 * (tall[:, 1] - 200)
    moved = ShapeTransfer([tall], 1.0).moved(closed, SQUARE)
    assert np.abs(moved - closed).max() > 3
    assert moved[list(UPPER_LIP)] == pytest.approx(moved[list(LOWER_LIP)], abs=0.01)
