"""The detector's decoding, on numbers made by hand; real pictures are in test_real_faces.py."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engines.backends import TensorSpec
from engines.detectors.anchors import anchor_centres, merge_overlapping
from engines.detectors.blazeface import BLAZEFACE, BlazeFaceDetector
from engines.errors import ModelContractError


class ScriptedSession:
    """A 256 px BlazeFace that always answers the same."""

    def __init__(
        self, boxes: NDArray[np.float32], logits: NDArray[np.float32], widths: tuple[int, int] = (16, 1)
    ) -> None:
        self.inputs = (TensorSpec("image", (1, 256, 256, 3), "float32"),)
        self.outputs = tuple(TensorSpec(f"out{width}", (1, 896, width), "float32") for width in widths)
        self._answer = {"out16": boxes[np.newaxis], "out1": logits[np.newaxis, :, np.newaxis]}
        self.seen: NDArray[Any] | None = None

    def run(self, *tensors: NDArray[Any]) -> Mapping[str, NDArray[Any]]:
        self.seen = tensors[0]
        return self._answer

    def close(self) -> None:
        pass


def one_face_at_anchor(index: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    boxes = np.zeros((896, 16), np.float32)
    boxes[index] = [0, 0, 64, 32, *range(12)]
    logits = np.full(896, -50, np.float32)
    logits[index] = 2
    return boxes, logits


@pytest.mark.parametrize(("size", "count"), [(128, 896), (256, 896), (192, 2304)])
def test_anchors_are_as_many_as_the_model_has_outputs(size: int, count: int) -> None:
    anchors = anchor_centres(BLAZEFACE.grids[size])
    assert anchors.shape == (count, 2)
    assert anchors.min() > 0
    assert anchors.max() < 1


@pytest.mark.smoke
def test_face_is_placed_in_pixels_of_the_image_not_of_the_model() -> None:
    session = ScriptedSession(*one_face_at_anchor(0))
    [face] = BlazeFaceDetector(session).detect(np.zeros((256, 512, 3), np.uint8))
    # Anchor 0 is at 8 px of 256; the picture is scaled by 0.5 with 64 px above it.
    assert face.box_xyxy == pytest.approx([-48, -144, 80, -80])
    assert face.keypoints[1] == pytest.approx([(8 + 2) * 2, (8 + 3 - 64) * 2])
    assert face.score == pytest.approx(1 / (1 + np.exp(-2)))


def test_model_sees_rgb_from_minus_one_to_one() -> None:
    session = ScriptedSession(*one_face_at_anchor(0))
    blue = np.zeros((256, 256, 3), np.uint8)
    blue[:, :, 0] = 255
    BlazeFaceDetector(session).detect(blue)
    assert session.seen is not None
    assert session.seen[0, 0, 0] == pytest.approx([-1, -1, 1])


def test_nobody_is_an_empty_list() -> None:
    boxes, logits = one_face_at_anchor(0)
    assert BlazeFaceDetector(ScriptedSession(boxes, logits - 10)).detect(np.zeros((64, 64, 3), np.uint8)) == []


def test_another_kind_of_model_is_refused() -> None:
    boxes, logits = one_face_at_anchor(0)
    with pytest.raises(ModelContractError, match="16"):
        BlazeFaceDetector(ScriptedSession(boxes, logits, widths=(4, 1)))


def test_overlapping_detections_become_one_face_and_distant_ones_stay_two() -> None:
    at = np.array([[0, 0], [100, 100]], np.float32)
    face = np.concatenate([at, np.full((6, 2), 50, np.float32)])
    points = np.stack([face, face + 10, face + 500])
    faces = merge_overlapping(points, np.array([0.6, 0.9, 0.7], np.float32))
    assert [round(found.score, 1) for found in faces] == [0.9, 0.7]
    assert faces[0].box_xyxy[0] == pytest.approx(10 * 0.9 / 1.5)
    assert faces[1].box_xyxy[0] == pytest.approx(500)
