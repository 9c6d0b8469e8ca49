"""YuNet (OpenCV Zoo): a small detector with boxes, five points, and scores from two heads.

Knows its coding as OpenCV's FaceDetectorYN decodes it, whose class is bound to OpenCV's own runtime; grids.py knows
the rest.
"""

import numpy as np

from engines.backends import Session
from engines.detectors.grids import KEYPOINT_VALUES, STRIDES, GridDetector, GridFamily
from engines.kinds import DETECTORS
from engines.types import FaceDetector, Points
from models.spec import ModelSpec


def _decode(values: dict[int, Points], corners: Points, stride: int) -> tuple[Points, Points, Points]:
    scores = np.sqrt(np.clip(values[1], 0, 1).prod(axis=1))
    centres, half = corners + values[4][:, :2] * stride, np.exp(values[4][:, 2:]) * stride / 2
    boxes = np.hstack([centres - half, centres + half]).astype(np.float32)
    return scores, boxes, values[KEYPOINT_VALUES] * stride + np.tile(corners, 5)


YUNET = GridFamily(
    outputs=4 * len(STRIDES),
    what="outputs: two scores, boxes and points of three strides",
    per_cell=1,
    overlap=0.3,
    widened=0.0,
    decode=_decode,
)


class YunetDetector(GridDetector):
    """Finds faces with a YuNet. Arguments and errors are GridDetector's."""

    def __init__(self, spec: ModelSpec, session: Session, *, size: int | None = None, threshold: float = 0.6) -> None:
        super().__init__(YUNET, spec, session, size=size, threshold=threshold)


@DETECTORS.register("yunet")
def open_yunet(spec: ModelSpec, session: Session, /, *, size: int | None) -> FaceDetector:
    return YunetDetector(spec, session, size=size)
