"""Several faces on one picture: the nearer one is in front, and what is painted on each is its own."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from engines.swappers.compositing import Part, paint_all
from engines.types import Coverage, FaceLandmarks, Image
from tests.engines.made_faces import dome

FAR, NEAR = FaceLandmarks(dome((100, 100), 80), 1.0), FaceLandmarks(dome((140, 110), 130), 1.0)
APART = FaceLandmarks(dome((260, 100), 60), 1.0)


class Flood:
    """Fills the face's rectangle, as a neural swapper may, with one value, and remembers what it saw in its middle."""

    def __init__(self, value: int) -> None:
        self._value, self.saw = value, -1

    def paint(self, canvas: Image, face: FaceLandmarks) -> Coverage:
        x1, y1, x2, y2 = (
            max(0, int(edge)) for edge in (*face.points[:, :2].min(axis=0), *face.points[:, :2].max(axis=0))
        )
        self.saw = int(canvas[(y1 + y2) // 2, (x1 + x2) // 2, 0])
        canvas[y1:y2, x1:x2] = self._value
        return Coverage(self._value / 255)


class Together(Flood):
    """One that goes with others of its kind. together: how many were painted in each run."""

    batch = "net"

    def __init__(self, value: int, together: list[int]) -> None:
        super().__init__(value)
        self._together = together

    def paint_together(self, canvas: Image, parts: Sequence[Part]) -> list[Coverage]:
        self._together.append(len(parts))
        return [worn.paint(canvas, face) for face, worn in parts]


def middle(face: FaceLandmarks) -> NDArray[np.int64]:
    return np.asarray(face.points[:, :2].mean(axis=0).round().astype(int))


@pytest.mark.parametrize("turned", [False, True])
def test_the_nearer_face_is_in_front_whatever_their_order(turned: bool) -> None:
    canvas = np.full((220, 320, 3), 10, np.uint8)
    far, near = Flood(100), Flood(200)
    parts = [(FAR, far), (NEAR, near)]
    paint_all(canvas, parts[::-1] if turned else parts)
    x, y = middle(NEAR)
    assert canvas[y, x, 0] == 200
    assert canvas[100, 65, 0] == 100  # of the far face, left of the near one


def test_the_nearer_face_is_looked_at_before_the_farther_one_was_painted_on_it() -> None:
    canvas = np.full((220, 320, 3), 10, np.uint8)
    wide, near = Flood(100), Flood(200)
    behind = FaceLandmarks(dome((140, 110), 120), 1.0)  # wholly behind it
    paint_all(canvas, [(behind, wide), (NEAR, near)])
    assert near.saw == 10


def test_a_nearer_face_half_out_of_the_picture_is_given_back_too() -> None:
    canvas = np.full((220, 320, 3), 10, np.uint8)
    near = FaceLandmarks(dome((-20, 110), 150), 1.0)
    paint_all(canvas, [(FaceLandmarks(dome((60, 110), 100), 1.0), Flood(100)), (near, Flood(200))])
    assert canvas[110, 20, 0] == 200


class Behind(Flood):
    """Leaves the left half of its rectangle as it was: there something is in front of it."""

    def paint(self, canvas: Image, face: FaceLandmarks) -> Coverage:
        before = canvas.copy()
        told = super().paint(canvas, face)
        canvas[:, : int(face.points[:, 0].mean())] = before[:, : int(face.points[:, 0].mean())]
        return told


@pytest.mark.parametrize("turned", [False, True])
def test_a_child_before_a_grown_up_shows_what_was_painted_on_it(turned: bool) -> None:
    canvas = np.full((220, 320, 3), 10, np.uint8)
    child, grown_up = FaceLandmarks(dome((110, 110), 60), 1.0), NEAR  # smaller, so it counts as the farther one
    parts: list[Part] = [(child, Flood(100)), (grown_up, Behind(200))]
    paint_all(canvas, parts[::-1] if turned else parts)
    assert canvas[110, 110, 0] == 100  # where the grown-up's painter left the picture alone, the child's face
    assert canvas[110, 180, 0] == 200
    assert canvas[160, 120, 0] == 10  # left alone, and nothing of the child is there: as it was


def test_faces_apart_are_painted_in_their_order() -> None:
    canvas = np.full((220, 320, 3), 10, np.uint8)
    paint_all(canvas, [(APART, Flood(50)), (FAR, Flood(60))])
    assert [int(canvas[y, x, 0]) for x, y in (middle(APART), middle(FAR))] == [50, 60]


@pytest.mark.parametrize("faces", [(FAR, APART), (APART, FAR), (FAR, NEAR), (NEAR, FAR), (NEAR, APART, FAR), ()])
def test_what_became_of_each_face_is_told_in_the_order_of_the_faces(faces: tuple[FaceLandmarks, ...]) -> None:
    parts = [(face, Flood(51 * number)) for number, face in enumerate(faces)]
    told = paint_all(np.zeros((220, 320, 3), np.uint8), parts)
    assert [coverage.painted for coverage in told] == pytest.approx([0.2 * number for number in range(len(faces))])


def test_faces_of_one_network_go_together_and_the_others_alone() -> None:
    runs: list[int] = []
    parts = [(FAR, Together(51, runs)), (APART, Together(102, runs))]
    told = paint_all(np.zeros((220, 320, 3), np.uint8), [*parts, (FaceLandmarks(dome((260, 190), 40), 1.0), Flood(0))])
    assert runs == [2]
    assert [coverage.painted for coverage in told] == pytest.approx([0.2, 0.4, 0])
