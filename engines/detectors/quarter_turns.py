"""Faces that lie or stand on their heads: a detector that knows upright ones is shown the picture turned by quarters.

Knows turns; knows no detector.
"""

from dataclasses import replace

import numpy as np

from engines.types import Detection, FaceDetector, Image, Points


def detect_turned(detector: FaceDetector, image: Image, quarters: int) -> list[Detection]:
    """Faces of `image` as they are seen when it is turned by so many quarters, in px of `image`.

    quarters: 1..3, anticlockwise. Eyes stay where the face has them: its left in the picture may be below.
    """
    turned = np.ascontiguousarray(np.rot90(image, quarters))
    size_wh = image.shape[1], image.shape[0]
    return [_turned_back(found, size_wh, quarters) for found in detector.detect(turned)]


def _turned_back(found: Detection, size_wh: tuple[int, int], quarters: int) -> Detection:
    x1, y1, x2, y2 = found.box_xyxy
    corners = _places(np.array([[x1, y1], [x2, y2]], np.float32), size_wh, quarters)
    box = np.concatenate([corners.min(axis=0), corners.max(axis=0)]).astype(np.float32)
    return replace(found, box_xyxy=box, keypoints=_places(found.keypoints, size_wh, quarters))


def _places(turned: Points, size_wh: tuple[int, int], quarters: int) -> Points:
    """(N, 2) px of the picture as it came. turned: of the picture turned by `quarters`, anticlockwise."""
    width, height = size_wh
    x, y = turned[:, 0], turned[:, 1]
    back = {1: (width - 1 - y, x), 2: (width - 1 - x, height - 1 - y), 3: (y, height - 1 - x)}[quarters]
    return np.stack(back, axis=1).astype(np.float32)
