"""Hands: where the models are asked to look, whom they are believed, and real hands in a painting."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engines.backends import TensorSpec
from engines.backends.litert import LiteRtSession
from engines.errors import ModelContractError
from engines.image.geometry import box_of, roi_to_crop, transform_points
from engines.landmarks.hands import PALM, HandDetector, HandLandmarker, roi_from_hand, roi_from_palm
from engines.types import Image, Points
from realtime.pictures.reading import read_image
from tests.engines.made_hands import OPEN, hand_at, in_space


class PalmSession:
    """A palm detector that always sees the same palms. palms: (9, 2) px of its 192 px picture each."""

    def __init__(self, palms: Sequence[Points] = (), score: float = 3.0) -> None:
        self.inputs = (TensorSpec("image", (1, 192, 192, 3), "float32"),)
        self.outputs = (TensorSpec("boxes", (1, 2016, 18), "float32"), TensorSpec("scores", (1, 2016, 1), "float32"))
        self.sizes: list[tuple[int, ...]] = []
        boxes, scores = np.zeros((1, 2016, 18), np.float32), np.full((1, 2016, 1), -50, np.float32)
        for number, palm in enumerate(palms):
            at = 24 * (2 * number) + 24  # anchors of the first row, apart from each other
            anchor = np.array([(at // 2 % 24 + 0.5) / 24, (at // 2 // 24 + 0.5) / 24], np.float32) * 192
            coded = np.vstack([(palm[0] + palm[1]) / 2 - anchor, palm[1] - palm[0], palm[2:] - anchor])
            boxes[0, at], scores[0, at] = coded.reshape(-1), score
        self._answer = {"boxes": boxes, "scores": scores}

    def run(self, *tensors: NDArray[Any]) -> Mapping[str, NDArray[Any]]:
        self.sizes.append(tensors[0].shape)
        return self._answer

    def close(self) -> None:
        pass


class HandSession:
    """A hand model that sees the same hand at each look, as sure as `presences` says, one a look."""

    def __init__(self, presences: Sequence[float], sizes: Sequence[int] = (63, 1, 1, 63)) -> None:
        self.inputs = (TensorSpec("image", (1, 224, 224, 3), "float32"),)
        self.outputs = tuple(TensorSpec(f"out{n}", (1, size), "float32") for n, size in enumerate(sizes))
        self._presences = iter(presences)
        self.looks: list[NDArray[Any]] = []

    def run(self, *tensors: NDArray[Any]) -> Mapping[str, NDArray[Any]]:
        self.looks.append(tensors[0])
        points = in_space(OPEN * 80 + np.array([112, 190], np.float32))
        presence = np.array([[next(self._presences)]], np.float32)
        return {"out0": points.reshape(1, 63), "out1": presence, "out2": presence, "out3": points.reshape(1, 63)}

    def close(self) -> None:
        pass


def palm_of(points: Points) -> Points:
    """(9, 2): the palm's box and its points, as the detector has them."""
    palm = points[[0, 5, 9, 13, 17, 1, 2], :2]
    middle, reach = (palm.min(axis=0) + palm.max(axis=0)) / 2, np.ptp(palm, axis=0).max() / 2
    return np.vstack([middle - reach, middle + reach, palm]).astype(np.float32)


@pytest.mark.parametrize("angle", [0.0, 0.7, -1.9, 3.0])
def test_the_square_for_a_hand_has_all_of_it_upright(angle: float) -> None:
    hand = hand_at((300, 250), 60, angle)
    for roi in (roi_from_palm(palm_of(hand.points)), roi_from_hand(hand.points)):
        seen = transform_points(hand.points, roi_to_crop(roi, 224))
        assert seen[:, :2].min() > 0
        assert seen[:, :2].max() < 224
        upright = seen[9, :2] - seen[0, :2]
        assert abs(upright[0]) < 0.15 * -upright[1]


def test_a_palm_becomes_a_hand_where_it_is_in_the_picture() -> None:
    hand = hand_at((96, 150), 50)
    landmarks = HandSession([0.9, 0.9])
    finder = HandDetector(PalmSession([palm_of(hand.points)]), landmarks)
    [found] = finder.search(np.zeros((384, 384, 3), np.uint8), [])
    assert len(landmarks.looks) == 2
    assert np.abs(box_of(found.points) - 2 * box_of(hand.points)).max() < 80  # the model saw it at half the size


@pytest.mark.parametrize(("presences", "hands"), [([0.9, 0.85], 1), ([0.4], 0), ([0.6, 0.7], 0), ([0.6, 0.9], 1)])
def test_a_new_hand_is_believed_at_the_second_look(presences: list[float], hands: int) -> None:
    finder = HandDetector(PalmSession([palm_of(hand_at((96, 150), 50).points)]), HandSession(presences))
    assert len(finder.search(np.zeros((192, 192, 3), np.uint8), [])) == hands


def test_a_hand_that_is_known_costs_no_look() -> None:
    known = hand_at((96, 150), 50)
    landmarks = HandSession([])
    finder = HandDetector(PalmSession([palm_of(known.points)]), landmarks)
    assert finder.search(np.zeros((192, 192, 3), np.uint8), [known]) == []
    assert landmarks.looks == []


def test_one_hand_that_two_palms_lead_to_is_one() -> None:
    palm = palm_of(hand_at((96, 150), 50).points)
    finder = HandDetector(PalmSession([palm, palm - np.float32(60)]), HandSession([0.9] * 4))
    assert len(finder.search(np.zeros((192, 192, 3), np.uint8), [])) == 2
    again = HandDetector(PalmSession([palm, palm + np.float32(2)]), HandSession([0.9] * 4))
    assert len(again.search(np.zeros((192, 192, 3), np.uint8), [])) == 1


@pytest.mark.parametrize(("presence", "is_there"), [(0.49, False), (0.51, True)])
def test_a_hand_is_followed_while_the_model_sees_it(presence: float, is_there: bool) -> None:
    finder = HandDetector(PalmSession(), HandSession([presence]))
    found = finder.follow(np.zeros((480, 640, 3), np.uint8), hand_at((300, 250), 60))
    assert (found is not None) == is_there


def test_the_hand_model_sees_rgb_from_zero_to_one() -> None:
    session = HandSession([0.9])
    blue = np.full((480, 640, 3), (255, 0, 51), np.uint8)
    HandLandmarker(session).locate(blue, roi_from_hand(hand_at((300, 250), 60).points))
    assert session.looks[0][0, 100, 100] == pytest.approx([0.2, 0, 1])


def test_other_models_are_refused() -> None:
    with pytest.raises(ModelContractError, match="a hand model"):
        HandLandmarker(HandSession([], sizes=(63, 1, 63)))
    with pytest.raises(ModelContractError, match="a palm detector of 224 px"):
        HandDetector(HandSession([]), HandSession([]))
    assert PALM.points == 7


@pytest.mark.network
@pytest.mark.media
def test_the_hand_of_a_painting_is_found(media: Path, model_file: Callable[[str], Path]) -> None:
    painting: Image = read_image(media / "face-painting-monalisa.jpg")
    sessions = [LiteRtSession(model_file(name)) for name in ("hand_detector", "hand_landmarks_detector")]
    finder = HandDetector(*sessions)
    [hand] = finder.search(painting, [])
    # Her right hand, above the left arm; looked up by eye.
    assert box_of(hand.points) == pytest.approx([240, 968, 448, 1132], abs=25)
    followed = finder.follow(painting, hand)
    assert followed is not None
    assert np.abs(followed.points - hand.points)[:, :2].mean() < 10
