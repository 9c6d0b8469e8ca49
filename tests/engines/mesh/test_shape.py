"""The source's proportions: features move, the outline and the expression stay."""

from itertools import pairwise

import cv2
import numpy as np
import pytest

from engines.mesh.expression import CORNERS, at_rest, mouth_in
from engines.mesh.mesh_topology import face_oval, mean_face, mouth_moves
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
    sideways = shape.moved(turned(mean_in_px(), 30), SQUARE)  # farther, the far wing of so wide a nose is the outline
    assert sideways[nose] == pytest.approx(turned(frontal, 30)[nose], abs=0.3)
    assert shape.moved(mean_in_px() * 2, SQUARE) == pytest.approx(frontal * 2, abs=0.3)


def test_an_open_mouth_in_the_photo_does_not_open_the_targets() -> None:
    speaking = mean_in_px()
    lower = (mean_face()[:, 1] > 0.75) & (np.abs(mean_face()[:, 0]) < 0.25) & (mean_face()[:, 1] < 1.0)
    speaking[lower, 1] += 12
    moved = ShapeTransfer([speaking], 0.5).moved(mean_in_px(), SQUARE)
    opened = np.diff(moved[list(LIPS), 1]) - np.diff(mean_in_px()[list(LIPS), 1])
    assert opened.item() < 4


def scaled_across(points: Points, times: float, reach: float) -> Points:
    """With all of a mouth, as far as so many eye distances from its middle, so many times as wide."""
    scaled = points.copy()
    mouth = np.linalg.norm(mean_face()[:, :2] - mean_face()[list(LIPS), :2].mean(axis=0), axis=1) < reach
    scaled[mouth, 0] = 200 + times * (points[mouth, 0] - 200)
    return scaled


def test_who_smiles_all_along_keeps_the_smile() -> None:
    smiling = scaled_across(mean_in_px(), 1.3, 0.6)
    smiling[list(CORNERS), 1] -= 6
    before, after = (np.ptp(points[list(CORNERS), 0]) for points in (smiling, moved_for_long(mean_in_px(), smiling)))
    assert after > 0.96 * before


def with_mouth(raised: float, apart: float) -> Points:
    """The mean face at rest, then with raised corners of the mouth and parted lips; both in eye distances."""
    face = at_rest(mean_face()) + np.tensordot(np.array([raised, apart], np.float32), mouth_moves(), axes=1)
    return np.asarray(face * 100 + [200, 200, 0], np.float32)


def moved_for_long(source: Points, target: Points) -> Points:
    """How a target who does not change is moved in the end."""
    shape, track_state = ShapeTransfer([source], 0.5), TrackState()
    for _ in range(300):
        moved = shape.moved(target, SQUARE, track_state)
    return moved


EXPRESSIONS = {"laughs": (0.09, 0.15), "smiles": (0.06, 0.0), "cries out": (0.02, 0.45), "is sad": (-0.04, 0.0)}


@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_what_the_sources_mouth_did_is_not_worn(expression: tuple[float, float]) -> None:
    """Nor does a dropped jaw make a long nose."""
    moved = ShapeTransfer([with_mouth(*expression)], 0.5).moved(mean_in_px(), SQUARE)
    assert moved == pytest.approx(ShapeTransfer([with_mouth(0, 0)], 0.5).moved(mean_in_px(), SQUARE), abs=1.5)


@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_what_the_targets_mouth_does_stays(expression: tuple[float, float]) -> None:
    """Of a source whose mouth is lower: the place is theirs, and what the target does there is the target's."""
    lower, target = with_mouth(0, 0), with_mouth(*expression)
    lower[:, 1] += 8 * (np.abs(mean_face()[:, 1] - mean_face()[13, 1]) < 0.3)
    calm = with_mouth(0, 0)
    calm_moved, moved = moved_for_long(lower, calm), moved_for_long(lower, target)
    done = (mouth_in(moved) - mouth_in(calm_moved)) / 100
    assert done == pytest.approx((mouth_in(target) - mouth_in(calm)) / 100, abs=0.02)
    shifts = [(after - before)[[0, 17], 1].mean() for before, after in ((calm, calm_moved), (target, moved))]
    assert shifts[0] > 3
    assert shifts[1] == pytest.approx(shifts[0], rel=0.25)


def test_who_shows_teeth_all_along_keeps_the_width_of_the_mouth() -> None:
    narrow, target = scaled_across(with_mouth(0, 0), 0.9, 0.6), with_mouth(0.09, 0.15)
    before, after = (np.ptp(points[list(CORNERS), 0]) for points in (target, moved_for_long(narrow, target)))
    assert after > 0.97 * before


def test_a_mouth_that_is_pursed_or_hidden_by_a_beard_does_not_draw_the_targets_together() -> None:
    shifts = []
    for width in (0.95, 0.7):
        source = scaled_across(with_mouth(0, 0), width, 0.4)
        corners = (ShapeTransfer([source], 0.5).moved(mean_in_px(), SQUARE) - mean_in_px())[list(CORNERS), 0]
        shifts.append(np.abs(corners).max())
    assert shifts[0] > 1
    assert shifts[1] < 0.5


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
