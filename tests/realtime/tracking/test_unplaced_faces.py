"""Faces that nobody can follow are remembered while a detector overlooks them, and forgotten when they are followed."""

import numpy as np

from engines.types import Points
from realtime.tracking.unplaced_faces import REMEMBERED_NS, UnplacedFaces


def box(x: float, y: float = 100, size: float = 80) -> Points:
    return np.array([x - size / 2, y - size / 2, x + size / 2, y + size / 2], np.float32)


def boxes_of(faces: UnplacedFaces) -> list[list[float]]:
    return [one.tolist() for one in faces.boxes]


def test_who_is_overlooked_for_a_moment_is_still_there_and_not_for_ever() -> None:
    faces = UnplacedFaces()
    faces.see([box(100), box(300)], [], 0)
    faces.see([box(300)], [], REMEMBERED_NS)
    faces.look_after(REMEMBERED_NS)
    assert boxes_of(faces) == [box(100).tolist(), box(300).tolist()]
    faces.look_after(REMEMBERED_NS + 1)
    assert boxes_of(faces) == [box(300).tolist()]


def test_who_moves_is_at_one_place_and_who_is_followed_at_none() -> None:
    faces = UnplacedFaces()
    faces.see([box(100), box(300)], [], 0)
    faces.see([box(130)], [box(310)], 1)
    assert boxes_of(faces) == [box(130).tolist()]


def test_pictures_may_change_their_size() -> None:
    faces = UnplacedFaces()
    faces.see([box(100)], [], 0)
    faces.rescale(0.5, 2)
    assert boxes_of(faces) == [[30, 120, 70, 280]]
    faces.forget()
    assert faces.boxes == ()


def test_a_box_is_whose_it_overlaps_more_of_those_who_were_there_at_the_time() -> None:
    faces = UnplacedFaces()
    faces.see([box(95)], [], 5)
    faces.see([box(100)], [], 9)
    assert faces.explain(box(110), box(150), 5)
    assert not faces.explain(box(110), box(150), 4), "it may have been the very one that went out of sight"
    assert not faces.explain(box(140), box(150), 5)
    assert not faces.explain(box(500), box(800), 5), "far from both"
