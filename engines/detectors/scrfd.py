"""SCRFD and insightface's RetinaFace (det_10g): boxes and five points as distances from anchors.

Knows their coding as insightface 2.1 decodes it; grids.py knows the rest.
"""

import numpy as np

from engines.backends import Session
from engines.detectors.grids import KEYPOINT_VALUES, STRIDES, GridDetector, GridFamily
from engines.kinds import DETECTORS
from engines.types import FaceDetector, Points
from models.spec import ModelSpec


def _decode(values: dict[int, Points], corners: Points, stride: int) -> tuple[Points, Points, Points]:
    distances = values[4] * stride
    boxes = np.hstack([corners - distances[:, :2], corners + distances[:, 2:]])
    return values[1][:, 0], boxes, values[KEYPOINT_VALUES] * stride + np.tile(corners, 5)


SCRFD = GridFamily(
    outputs=3 * len(STRIDES),
    what="outputs: scores, boxes and points of three strides",
    per_cell=2,
    overlap=0.4,
    widened=1.0,
    decode=_decode,
)


class ScrfdDetector(GridDetector):
    """Finds faces with a SCRFD. Arguments and errors are GridDetector's."""

    def __init__(self, spec: ModelSpec, session: Session, *, size: int | None = None, threshold: float = 0.5) -> None:
        super().__init__(SCRFD, spec, session, size=size, threshold=threshold)


@DETECTORS.register("scrfd")
def open_scrfd(spec: ModelSpec, session: Session, /, *, size: int | None) -> FaceDetector:
    return ScrfdDetector(spec, session, size=size)
