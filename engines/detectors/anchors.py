"""What MediaPipe's detectors share: anchors on grids of cells, a box and points told from each, and duplicates blended.

Knows the family's coding (SsdAnchorsCalculator with fixed anchor size 1, as published with the models); a family's
own file knows its grids, its points and what they mean.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.backends import Session
from engines.errors import ModelContractError
from engines.image.geometry import iou, letterbox
from engines.types import Image, Points

SAME_THING_IOU = 0.3
Grids = Sequence[tuple[int, int]]
"""((cells per side, anchors per cell), ...), in the order of a model's outputs."""


@dataclass(frozen=True, slots=True)
class AnchorFamily:
    """What differs between families.

    what: for people. grids: by the input's edge in px. points: how many follow each box. low, high: what black and
    white are to the model.
    """

    what: str
    grids: Mapping[int, Grids]
    points: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Spotted:
    """Something found. points: (2 + K, 2) px: the box's low and high corner, then K points. score: 0..1."""

    points: Points
    score: float

    @property
    def box_xyxy(self) -> Points:
        """(4,) px."""
        return self.points[:2].reshape(4)


class AnchorDetector:
    """Finds things with a model of such a family.

    session: the loaded model, square RGB input. threshold: least score (0..1). Raises ModelContractError when the model
    is of another one.
    """

    def __init__(self, family: AnchorFamily, session: Session, threshold: float) -> None:
        self._session, self._threshold = session, threshold
        self._size = session.inputs[0].shape[1]
        self._anchors, self._values = anchor_centres(family.grids.get(self._size, ())), 4 + 2 * family.points
        self._gain, self._offset = np.float32((family.high - family.low) / 255), np.float32(family.low)
        by_width = {spec.shape[-1]: spec.name for spec in session.outputs}
        count = len(self._anchors)
        if {spec.shape for spec in session.outputs} != {(1, count, self._values), (1, count, 1)}:
            raise ModelContractError(
                f"a {family.what} of {self._size} px has outputs [1, {count}, {self._values}] and [1, {count}, 1], "
                f"this model {[spec.shape for spec in session.outputs]}",
                remedy="liveswap models verify",
            )
        self._boxes_name, self._scores_name = by_width[self._values], by_width[1]

    def spot(self, image: Image) -> list[Spotted]:
        """What is in `image` (any size), best first."""
        square, scale, offset_xy = letterbox(image, self._size)
        tensor = cv2.cvtColor(square, cv2.COLOR_BGR2RGB)[np.newaxis] * self._gain + self._offset
        outputs = self._session.run(tensor)
        scores = _sigmoid(outputs[self._scores_name].reshape(-1))
        chosen = np.flatnonzero(scores >= self._threshold)
        points = self._decode(outputs[self._boxes_name].reshape(-1, self._values)[chosen], chosen)
        points = (points - np.asarray(offset_xy, np.float32)) / np.float32(scale)
        return merge_overlapping(points, scores[chosen])

    def _decode(self, coded: NDArray[np.float32], chosen: NDArray[np.intp]) -> NDArray[np.float32]:
        """(N, 2 + K, 2) px of the square: box low corner, box high corner, K points."""
        values = coded.reshape(-1, self._values // 2, 2)
        centres = self._anchors[chosen] * self._size
        decoded = np.empty_like(values)
        middle, half = values[:, 0] + centres, values[:, 1] / 2
        decoded[:, 0], decoded[:, 1] = middle - half, middle + half
        decoded[:, 2:] = values[:, 2:] + centres[:, np.newaxis]
        return decoded


def anchor_centres(grids: Grids) -> NDArray[np.float32]:
    """(N, 2) centres x, y of the anchors, 0..1 of the input, in the order of the outputs."""
    found = [np.empty((0, 2), np.float32)]
    for cells, per_cell in grids:
        ticks = (np.arange(cells, dtype=np.float32) + 0.5) / cells
        xs, ys = np.meshgrid(ticks, ticks)
        found.append(np.repeat(np.stack([xs, ys], axis=-1).reshape(-1, 2), per_cell, axis=0))
    return np.concatenate(found)


def merge_overlapping(points: NDArray[np.float32], scores: NDArray[np.float32]) -> list[Spotted]:
    """Blend what was found of the same thing, weighted by score: steadier than keeping the best one.

    points: (N, 2 + K, 2) px, box corners first. scores: (N,). Best first.
    """
    found: list[Spotted] = []
    left = np.argsort(-scores)
    while left.size:
        boxes = points[left, :2].reshape(-1, 4)
        same = iou(boxes[0], boxes) >= SAME_THING_IOU
        same[0] = True
        group = left[same]
        blended = np.average(points[group], axis=0, weights=scores[group]).astype(np.float32)
        found.append(Spotted(blended, float(scores[left[0]])))
        left = left[~same]
    return found


def _sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    return (1 / (1 + np.exp(-np.clip(logits, -80, 80)))).astype(np.float32)
