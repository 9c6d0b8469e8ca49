"""Landmarks that stand while their face lies are found out by the person's look, and what was assumed is not learnt."""

import math

import numpy as np
import pytest

from engines.fakes import mesh_at, picture_with_faces
from engines.recognition.appearance import DIFFERENT, NEW, SAME, Appearance, look_at
from engines.track_state import TrackState
from engines.types import FaceLandmarks, Image, Points, Roi
from realtime.tracking.reidentification import LEARNT, LOOK_PERIOD_NS, FollowedFace, Person

EDGE = 120
PICTURE = picture_with_faces((320, 240), [(160, 120, EDGE)], [1])
STANDS: Points = mesh_at((159.5, 119.5), EDGE)
LIES = STANDS * np.array([-1, -1, 1], np.float32) + np.array([319, 239, 0], np.float32)


class Believer:
    """Sees a face in whatever square it is shown, as the square stands."""

    def __init__(self) -> None:
        self.looks = 0

    def locate(self, _image: Image, roi: Roi) -> FaceLandmarks:
        self.looks += 1
        return FaceLandmarks(LIES if math.cos(roi.angle) < -0.9 else STANDS, 1.0)


def followed() -> FollowedFace:
    """Of somebody who is known upright."""
    person = Person(1, Appearance(), TrackState())
    person.appearance.learn(look_at(PICTURE, STANDS))
    return FollowedFace(person, FaceLandmarks(STANDS, 1.0), 0, STANDS)


def test_a_face_on_its_head_is_found_though_the_landmarks_stand() -> None:
    face, picture = followed(), np.ascontiguousarray(PICTURE[::-1, ::-1])
    face.recognise(picture, 0, is_alone=True)
    assert face.certainty < DIFFERENT
    assert face.turn_over(Believer(), picture, 0)
    assert face.certainty >= SAME
    assert face.raw.points == pytest.approx(LIES)
    assert len(face.person.appearance.looks) == 1, "the wrong look is not theirs"


def test_who_is_unlike_for_another_reason_stays_as_they_are_and_is_not_tried_in_every_frame() -> None:
    face, somebody, landmarker = followed(), picture_with_faces((320, 240), [(160, 120, EDGE)], [7]), Believer()
    face.recognise(somebody, 0, is_alone=True)
    assert not face.turn_over(landmarker, somebody, 0)
    looks = landmarker.looks
    assert not face.turn_over(landmarker, somebody, LOOK_PERIOD_NS - 1)
    assert landmarker.looks == looks
    assert face.raw.points == pytest.approx(STANDS)
    face.turn_over(landmarker, somebody, LOOK_PERIOD_NS)
    assert landmarker.looks > looks


def test_a_face_that_jumped_is_compared_at_once() -> None:
    face = followed()
    assert face.recognise(PICTURE, 0, is_alone=True) is not None
    assert face.recognise(PICTURE, 1, is_alone=True) is None
    face.see(FaceLandmarks(STANDS + np.float32(20), 1.0), 2)
    assert face.recognise(PICTURE, 2, is_alone=True) is not None


@pytest.mark.parametrize("is_hidden", [False, True])
def test_what_hides_a_part_of_a_face_is_not_learnt_as_theirs(is_hidden: bool) -> None:
    face, other_side = followed(), picture_with_faces((320, 240), [(160, 120, EDGE)], [1])
    other_side[126:] = other_side[126:] // 3 + 90
    face.person.track_state.hidden = 0.4 if is_hidden else 0.1
    face.recognise(other_side, 0, is_alone=True)
    assert LEARNT < face.certainty < NEW, "else nothing would be learnt anyway"
    assert len(face.person.appearance.looks) == (1 if is_hidden else 2)
