"""Of several photos of one person the straightest comes first, and the others are kept for what they show."""

import numpy as np

from engines.source_faces.person import MOST, one_person
from engines.types import FaceLandmarks, SourcePhoto
from tests.engines.mesh.test_shape import mean_in_px, turned


def photo(name: str, degrees: float, size: float = 1.0) -> SourcePhoto:
    points = turned(mean_in_px(), degrees) * np.float32(size)
    return SourcePhoto(name, np.zeros((8, 8, 3), np.uint8), FaceLandmarks(points, 1.0))


def test_the_straightest_is_first_and_the_person_has_the_name() -> None:
    person = one_person([photo("left", -30), photo("front", 2), photo("right", 35)], "alice")
    assert person.name == "alice"
    assert (person.face.points == photo("front", 2).face.points).all()
    assert {view.name for view in person.more} == {"left", "right"}
    assert len(person.views) == 3


def test_a_tiny_one_is_not_first_however_straight() -> None:
    person = one_person([photo("tiny", 0, 0.2), photo("large", 15)], "alice")
    assert [view.name for view in person.more] == ["tiny"]


def test_of_many_alike_those_that_look_elsewhere_are_kept() -> None:
    many = [photo(f"front {n}", n / 10) for n in range(20)] + [photo("left", -40), photo("right", 40)]
    person = one_person(many, "alice")
    assert len(person.views) == MOST
    assert {"left", "right"} <= {view.name for view in person.more}


def test_one_photo_is_itself() -> None:
    assert one_person([photo("front", 5)], "alice").more == ()
