"""Looks at one person are alike, at two they are not; of bare skin that was left, nothing but skin is taken for it."""

import numpy as np
import pytest

from engines.fakes import mesh_at, picture_with_faces
from engines.recognition.appearance import DIFFERENT, REMEMBERED, SAME, Appearance, Look, flat_face, likeness, look_at
from engines.types import Image, Points

SIZE_WH = 320, 240


def shown(person: int, x: int = 160, y: int = 120, edge: int = 120, light: float = 1.0) -> tuple[Image, Points]:
    """A picture of somebody and where their face is."""
    picture = picture_with_faces(SIZE_WH, [(x, y, edge)], [person])
    return np.clip(picture * light, 0, 255).astype(np.uint8), mesh_at((x - 0.5, y - 0.5), edge)


def look(person: int, x: int = 160, y: int = 120, edge: int = 120, light: float = 1.0) -> Look:
    return look_at(*shown(person, x, y, edge, light))


@pytest.mark.parametrize(
    ("x", "edge", "light"),
    [(160, 120, 1.0), (200, 120, 1.0), (160, 70, 1.0), (160, 120, 0.5)],
    ids=["the same", "elsewhere", "farther away", "in half the light"],
)
def test_one_person_is_alike_wherever_and_however_lit(x: int, edge: int, light: float) -> None:
    alike = likeness(look(1), look(1, x=x, edge=edge, light=light))
    assert alike is not None
    assert alike > SAME


def test_two_people_are_not() -> None:
    others = [likeness(look(1), look(person)) for person in range(2, 12)]
    assert all(alike is not None and alike < DIFFERENT for alike in others)


def test_an_even_face_and_one_out_of_the_picture_tell_nothing() -> None:
    even = picture_with_faces(SIZE_WH, [(160, 120, 120)])
    assert likeness(look(1), look_at(even, mesh_at((160, 120), 120))) is None
    assert likeness(look(1), look_at(even, mesh_at((900, 900), 120))) is None


def test_part_of_a_face_beyond_the_picture_is_not_seen() -> None:
    picture, _ = shown(1)
    assert (
        flat_face(picture, mesh_at((10, 120), 120)).seen.mean()
        < 0.7 * flat_face(picture, mesh_at((160, 120), 120)).seen.mean()
    )


def test_an_appearance_keeps_what_is_new_and_its_first_look() -> None:
    appearance = Appearance()
    assert appearance.likeness(look(0)) is None
    first = look(0)
    for _ in range(3):
        appearance.learn(look(0))
    assert len(appearance.looks) == 1
    for person in range(1, 2 * REMEMBERED):
        appearance.learn(look(person))
    assert len(appearance.looks) == REMEMBERED
    assert (appearance.looks[0].own == first.own).all()
    alike = appearance.likeness(look(2 * REMEMBERED - 1))
    assert alike is not None
    assert alike > 0.99


def test_agreement_is_that_of_a_part_and_asks_for_the_same_strength() -> None:
    appearance = Appearance()
    appearance.learn(look(1))
    everywhere = np.ones_like(look(1).seen)
    left, right = everywhere.copy(), everywhere.copy()
    left[:, left.shape[1] // 3 :] = 0
    right[:, : -right.shape[1] // 3] = 0
    half, points = shown(1)
    half[:, 160:] = 128  # something even before the right half
    assert appearance.agreement(look_at(half, points), left) > 0.8
    assert abs(appearance.agreement(look_at(half, points), right)) < 0.4
    assert appearance.agreement(look(2), everywhere) < 0.5
