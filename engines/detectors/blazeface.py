"""BlazeFace: a face detector of a millisecond, and how its anchors are decoded.

Knows the BlazeFace family (short range 128, back 256, full range 192 px: one decoder, other anchor grids); knows
nothing of tracks. Which one the product uses, and why: benchmarks/detectors.py.
Anchor grids and box coding: MediaPipe's SsdAnchorsCalculator with fixed anchor size 1, as published with the models.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.backends import Session
from engines.errors import ModelContractError
from engines.geometry import iou, letterbox
from engines.types import Detection, Image, Points

VALUES_PER_ANCHOR = 16  # box centre and size, then six keypoints
SAME_FACE_IOU = 0.3
GRIDS = {
    # input px: ((cells per side, anchors per cell), ...)
    128: ((16, 2), (8, 6)),
    192: ((48, 1),),
    256: ((16, 2), (8, 6)),
}


class BlazeFaceDetector:
    """Finds faces with a BlazeFace model.

    session: the loaded model, square RGB input. threshold: least score (0..1) that counts as a face.
    Raises ModelContractError when the model is no BlazeFace.
    """

    def __init__(self, session: Session, *, threshold: float = 0.5) -> None:
        self._session = session
        self._threshold = threshold
        self._size = session.inputs[0].shape[1]
        self._anchors = anchor_centres(self._size)
        by_width = {spec.shape[-1]: spec.name for spec in session.outputs}
        if set(by_width) != {1, VALUES_PER_ANCHOR}:
            raise ModelContractError(
                f"a BlazeFace has outputs [1, N, 16] and [1, N, 1], this model {[s.shape for s in session.outputs]}",
                remedy="liveswap models verify",
            )
        self._boxes_name, self._scores_name = by_width[VALUES_PER_ANCHOR], by_width[1]

    def detect(self, image: Image) -> list[Detection]:
        """Faces of `image` (any size), best first, boxes and keypoints in its pixels."""
        square, scale, offset_xy = letterbox(image, self._size)
        tensor = cv2.cvtColor(square, cv2.COLOR_BGR2RGB).astype(np.float32)[np.newaxis] / 127.5 - 1
        outputs = self._session.run(tensor)
        scores = _sigmoid(outputs[self._scores_name].reshape(-1))
        chosen = np.flatnonzero(scores >= self._threshold)
        points = self._decode(outputs[self._boxes_name].reshape(-1, VALUES_PER_ANCHOR)[chosen], chosen)
        points = (points - np.asarray(offset_xy, np.float32)) / np.float32(scale)
        return merge_overlapping(points, scores[chosen])

    def _decode(self, coded: NDArray[np.float32], chosen: NDArray[np.intp]) -> NDArray[np.float32]:
        """(N, 8, 2) px of the square: box low corner, box high corner, six keypoints."""
        values = coded.reshape(-1, 8, 2)
        centres = self._anchors[chosen] * self._size
        decoded = np.empty_like(values)
        middle, half = values[:, 0] + centres, values[:, 1] / 2
        decoded[:, 0], decoded[:, 1] = middle - half, middle + half
        decoded[:, 2:] = values[:, 2:] + centres[:, np.newaxis]
        return decoded


def anchor_centres(size: int) -> NDArray[np.float32]:
    """(N, 2) centres x, y of the anchors of a model with a size x size input, 0..1, in the order of its outputs."""
    grids = []
    for cells, per_cell in GRIDS[size]:
        ticks = (np.arange(cells, dtype=np.float32) + 0.5) / cells
        xs, ys = np.meshgrid(ticks, ticks)
        grids.append(np.repeat(np.stack([xs, ys], axis=-1).reshape(-1, 2), per_cell, axis=0))
    return np.concatenate(grids)


def merge_overlapping(points: Points, scores: NDArray[np.float32]) -> list[Detection]:
    """Blend detections of the same face, weighted by score: steadier than keeping the best one.

    points: (N, 8, 2) px, box corners then keypoints. scores: (N,). Best first.
    """
    faces: list[Detection] = []
    left = np.argsort(-scores)
    while left.size:
        boxes = points[left, :2].reshape(-1, 4)
        same = iou(boxes[0], boxes) >= SAME_FACE_IOU
        same[0] = True
        group = left[same]
        blended = np.average(points[group], axis=0, weights=scores[group]).astype(np.float32)
        faces.append(Detection(blended[:2].reshape(4), blended[2:], float(scores[left[0]])))
        left = left[~same]
    return faces


def _sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    return (1 / (1 + np.exp(-np.clip(logits, -80, 80)))).astype(np.float32)
