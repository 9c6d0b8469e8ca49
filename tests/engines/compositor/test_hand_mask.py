"""What a hand covers: as much as a hand is, up to the square's edges, and kept by both kinds of swappers."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engines.compositor.hand_mask import draw_hand, hidden_by_hands, palm_length
from engines.compositor.layers import layers_of
from engines.image.geometry import transform_points
from engines.mesh.square import SQUARE_PX, face_square
from engines.mesh.surface import Surface
from engines.mesh.warp import Warp
from engines.swappers.mesh.source_occlusion import nobody
from engines.swappers.mesh.swapper import MeshSwapper
from engines.swappers.neural.crop_paste import OcclusionEstimator
from engines.swappers.neural.masks import SwappedCrop
from engines.types import FaceLandmarks, HandLandmarks, Image
from tests.engines.fake_compositor import compositor_of
from tests.engines.made_faces import dome, photo
from tests.engines.made_hands import hand_at

SKIN = (110, 130, 170)
FACE = dome((200, 200), 220)
HAND = hand_at((200, 320), 110)
"""Its palm is on the chin and the mouth, its fingers beside the nose."""
IN_SQUARE = transform_points(HAND.points, face_square(FACE))[:, :2]


def drawn(hand: HandLandmarks) -> NDArray[np.uint8]:
    canvas = np.zeros((400, 400), np.uint8)
    draw_hand(canvas, hand.points[:, :2])
    return canvas


def square_of(level: float, hand: float) -> NDArray[np.float32]:
    """(S, S, 3) 0..1: skin of one brightness, and a hand of another."""
    truth = truth_in_square()[..., np.newaxis]
    return np.where(truth, np.float32(hand), np.float32(level)).repeat(3, axis=2).astype(np.float32)


def truth_in_square() -> NDArray[np.bool_]:
    canvas = np.zeros((SQUARE_PX, SQUARE_PX), np.uint8)
    draw_hand(canvas, IN_SQUARE)
    return canvas > 127


def test_a_hand_is_drawn_around_its_joints_with_gaps_between_spread_fingers() -> None:
    canvas = drawn(HAND)
    columns, rows = HAND.points[:, :2].round().astype(int).T
    assert (canvas[rows, columns] == 255).all()
    assert canvas[390, 200] == 255  # the arm
    between = (HAND.points[4, :2] + HAND.points[8, :2]) / 2
    assert canvas[int(between[1]), int(between[0])] == 0


def test_a_palm_is_as_long_whichever_way_it_is_turned() -> None:
    on_edge = HAND.points * np.array([1, 0.1, 1], np.float32)
    assert palm_length(HAND.points) == pytest.approx(110)
    assert palm_length(on_edge) > 80


def test_nothing_is_covered_without_a_hand_or_by_one_elsewhere() -> None:
    even = square_of(0.6, 0.6)
    assert hidden_by_hands([], even) is None
    assert hidden_by_hands([IN_SQUARE + 400], even) is None


def test_what_is_covered_is_where_the_hand_is() -> None:
    hidden = hidden_by_hands([IN_SQUARE], square_of(0.6, 0.6))
    assert hidden is not None
    truth = truth_in_square()
    assert (hidden > 0.5)[truth].mean() > 0.95
    assert (hidden > 0.5)[~truth].mean() < 0.05


def test_the_outline_moves_to_an_edge_near_by() -> None:
    narrower = (IN_SQUARE - 64) * np.float32(0.93) + 64

    def wrong(level: float, hand: float) -> float:
        hidden = hidden_by_hands([narrower], square_of(level, hand))
        assert hidden is not None
        return float(((hidden > 0.5) != truth_in_square()).mean())

    assert wrong(0.6, 0.35) < 0.8 * wrong(0.6, 0.6)


def skin_with_hand() -> Image:
    pores = np.random.default_rng(0).integers(-12, 13, (400, 400, 1))
    skin = np.tile(np.array(SKIN, np.uint8), (400, 400, 1))
    return (np.where(drawn(HAND)[..., np.newaxis] > 127, skin // 4 * 3, skin) + pores).astype(np.uint8)


def test_the_mesh_swapper_paints_beside_a_hand_and_not_on_it() -> None:
    frame = skin_with_hand()
    before = frame.copy()
    worn = MeshSwapper(compositor=compositor_of()).prepare(photo(40))
    told = worn.paint(frame, FaceLandmarks(FACE, 1.0, hands=(HAND,)))
    without_pores = [cv2.blur(picture, (9, 9)).astype(int) for picture in (frame, before)]  # the hand moves a little
    change = np.abs(without_pores[0] - without_pores[1]).max(axis=2)
    palm = HAND.points[[0, 5, 9, 13, 17], :2].mean(axis=0).round().astype(int)
    assert np.median(change[palm[1] - 15 : palm[1] + 15, palm[0] - 15 : palm[0] + 15]) <= 1
    beside = (drawn(HAND) == 0) & (np.hypot(*np.indices((400, 400)) - 200) < 80)
    assert np.median(change[beside]) > 3
    assert told.occluded > 0.1


@pytest.mark.parametrize("count", [1, 2], ids=["alone", "beside a real one"])
def test_a_hand_that_would_hide_the_whole_face_is_not_believed(count: int) -> None:
    """A sleeve, a wall or the face itself, taken for a hand, left the target bare."""
    everywhere = hand_at((210, 340), 300)
    face = FaceLandmarks(FACE, 1.0, hands=(everywhere, HAND)[:count])
    worn = MeshSwapper(compositor=compositor_of()).prepare(photo(40))
    frame, expected = skin_with_hand(), skin_with_hand()
    told, alone = worn.paint(frame, face), worn.paint(expected, FaceLandmarks(FACE, 1.0))
    assert (frame == expected).all()
    assert told == alone
    assert told.painted > 0.6
    picture, affine = skin_with_hand(), face_square(FACE)
    layers = layers_of(picture, Surface.of(Warp(FACE, FACE)), nobody(), affine)
    inside = np.linalg.inv(np.vstack([affine, [0, 0, 1]]))[:2]
    assert (
        OcclusionEstimator(compositor_of()).of(SwappedCrop(picture, face, inside, layers))[150:250, 150:250].mean()
        > 0.85
    )


def test_a_network_is_told_of_the_hand() -> None:
    picture, affine = skin_with_hand(), face_square(FACE)
    face = FaceLandmarks(FACE, 1.0, hands=(HAND,))
    layers = layers_of(picture, Surface.of(Warp(FACE, FACE)), nobody(), affine)
    inside = np.linalg.inv(np.vstack([affine, [0, 0, 1]]))[:2]
    mask = OcclusionEstimator(compositor_of()).of(SwappedCrop(picture, face, inside, layers))
    hand, near = drawn(HAND) == 255, np.hypot(*np.indices((400, 400)) - 200) < 100
    assert mask[hand & near].mean() < 0.1
    assert mask[~hand & near].mean() > 0.85
