"""What a hand covers: as much as a hand is, up to the picture's edges, and kept by both kinds of swappers."""

import numpy as np
import pytest

from engines.swappers.hand_cover import HandCover, draw_hand, palm_length
from engines.swappers.in_front import InFront
from engines.swappers.mesh import MeshSwapper
from engines.types import FaceLandmarks, HandLandmarks, Image
from tests.engines.made_hands import hand_at
from tests.engines.test_mesh_swapper import dome, photo

SKIN = (110, 130, 170)
FACE = dome((200, 200), 220)
HAND = hand_at((200, 320), 110)
"""Its palm is on the chin and the mouth, its fingers beside the nose."""


@pytest.fixture(scope="module")
def in_front() -> InFront:
    return InFront()


@pytest.fixture(scope="module")
def cover(in_front: InFront) -> HandCover:
    return in_front.hand_cover


def skin() -> Image:
    """A frame that is skin everywhere: a hand on it cannot be told by colour."""
    return np.tile(np.array(SKIN, np.uint8), (400, 400, 1))


def with_hand() -> Image:
    """The same with the hand, a little darker."""
    return np.where(drawn(HAND) > 127, skin() // 4 * 3, skin()).astype(np.uint8)


def drawn(hand: HandLandmarks) -> Image:
    canvas = np.zeros((400, 400), np.uint8)
    draw_hand(canvas, hand.points[:, :2])
    return np.repeat(canvas[..., np.newaxis], 3, axis=2)


def test_a_hand_is_drawn_around_its_joints_with_gaps_between_spread_fingers() -> None:
    canvas = drawn(HAND)[..., 0]
    columns, rows = HAND.points[:, :2].round().astype(int).T
    assert (canvas[rows, columns] == 255).all()
    assert canvas[390, 200] == 255  # the arm
    between = (HAND.points[4, :2] + HAND.points[8, :2]) / 2
    assert canvas[int(between[1]), int(between[0])] == 0


def test_a_palm_is_as_long_whichever_way_it_is_turned() -> None:
    on_edge = HAND.points * np.array([1, 0.1, 1], np.float32)
    assert palm_length(HAND.points) == pytest.approx(110)
    assert palm_length(on_edge) > 80


def test_nothing_is_covered_without_a_hand_or_by_one_elsewhere(cover: HandCover) -> None:
    assert cover.seen_on(skin(), FACE, ()) is None
    assert cover.seen_on(skin(), FACE, (hand_at((700, 320), 60),)) is None


def test_what_is_covered_is_where_the_hand_is(cover: HandCover) -> None:
    field = cover.seen_on(skin(), FACE, (HAND,))
    assert field is not None
    truth = cover.read(drawn(HAND)[..., 0], FACE) > 127
    assert (field > 0.5)[truth].mean() > 0.95
    assert (field > 0.5)[~truth].mean() < 0.05


def test_the_outline_moves_to_an_edge_near_by(cover: HandCover) -> None:
    narrower = HandLandmarks(HAND.points * np.array([0.93, 1, 1], np.float32) + np.array([14, 0, 0], np.float32), 1.0)
    picture = np.where(drawn(HAND) > 127, 90, 150).astype(np.uint8)
    truth = cover.read(drawn(HAND)[..., 0], FACE) > 127

    def wrong(image: Image) -> float:
        field = cover.seen_on(image, FACE, (narrower,))
        assert field is not None
        return float(((field > 0.5) != truth).mean())

    assert wrong(picture) < 0.8 * wrong(skin())


def test_the_mesh_swapper_paints_beside_a_hand_and_not_on_it() -> None:
    pores = np.random.default_rng(0).integers(-12, 13, (400, 400, 1))
    frame = (with_hand() + pores).astype(np.uint8)
    before = frame.copy()
    MeshSwapper(strength=0).prepare(photo(40)).paint(frame, FaceLandmarks(FACE, 1.0, hands=(HAND,)))
    change = np.abs(frame.astype(int) - before).max(axis=2)
    palm = HAND.points[[0, 5, 9, 13, 17], :2].mean(axis=0).round().astype(int)
    assert change[palm[1] - 15 : palm[1] + 15, palm[0] - 15 : palm[0] + 15].max() <= 1
    beside = (drawn(HAND)[..., 0] == 0) & (np.hypot(*np.indices((400, 400)) - 200) < 80)
    assert np.median(change[beside]) > 3


def test_a_network_is_told_of_the_hand(in_front: InFront) -> None:
    mask = in_front.of(with_hand(), FaceLandmarks(FACE, 1.0, hands=(HAND,)))
    inside = drawn(HAND)[..., 0] == 255
    face = np.hypot(*np.indices((400, 400)) - 200) < 100
    assert mask[inside & face].mean() < 0.1
    assert mask[~inside & face].mean() > 0.9
