"""A face made unrecognisable: for strangers, who wear nobody's face.

Knows a face's rectangle; what is not in the cells is gone, not hidden.
"""

import cv2
import numpy as np

from engines.geometry import box_of
from engines.types import Coverage, FaceLandmarks, Image

CELLS = 5
"""Along the rectangle's longer side."""
MARGIN = 0.25
"""Of the face's box, on each side: hair and ears tell too."""


class VeiledFace:
    """Paints a few soft patches of colour over a face."""

    def paint(self, canvas: Image, face: FaceLandmarks) -> Coverage:
        """Veil `face` in `canvas`, in place. What is in front of it is veiled with it, so all of it is covered."""
        x1, y1, x2, y2 = box_of(face.points)
        margin_x, margin_y = MARGIN * (x2 - x1), MARGIN * (y2 - y1)
        left, top = max(0, int(x1 - margin_x)), max(0, int(y1 - margin_y))
        right = min(canvas.shape[1], int(x2 + margin_x) + 1)
        bottom = min(canvas.shape[0], int(y2 + margin_y) + 1)
        if left >= right or top >= bottom:
            return Coverage(0.0)
        part = canvas[top:bottom, left:right]
        scale = CELLS / max(part.shape[:2])
        cells_wh = max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale))
        cells = cv2.resize(part, cells_wh, interpolation=cv2.INTER_AREA)
        canvas[top:bottom, left:right] = np.asarray(
            cv2.resize(cells, (part.shape[1], part.shape[0]), interpolation=cv2.INTER_LINEAR), np.uint8
        )
        return Coverage(1.0)
