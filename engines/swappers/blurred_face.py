"""A face made unrecognisable: for strangers, who wear nobody's face, and for faces that nobody can swap.

Knows a face's rectangle; what is not in the cells is gone, not hidden.
"""

import cv2
import numpy as np

from engines.types import Image, Points

CELLS = 5
"""Along the rectangle's longer side."""
MARGIN = 0.25
"""Of the face's box, on each side: hair and ears tell too."""


def blur_box(canvas: Image, box_xyxy: Points) -> None:
    """Blur a face and what is around it, in place. box_xyxy: of the face, px; it may lie beyond the picture."""
    x1, y1, x2, y2 = box_xyxy
    margin_x, margin_y = MARGIN * (x2 - x1), MARGIN * (y2 - y1)
    left, top = max(0, int(x1 - margin_x)), max(0, int(y1 - margin_y))
    right = min(canvas.shape[1], int(x2 + margin_x) + 1)
    bottom = min(canvas.shape[0], int(y2 + margin_y) + 1)
    if left >= right or top >= bottom:
        return
    part = canvas[top:bottom, left:right]
    scale = CELLS / max(part.shape[:2])
    cells_wh = max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale))
    cells = cv2.resize(part, cells_wh, interpolation=cv2.INTER_AREA)
    canvas[top:bottom, left:right] = np.asarray(
        cv2.resize(cells, (part.shape[1], part.shape[0]), interpolation=cv2.INTER_LINEAR), np.uint8
    )
