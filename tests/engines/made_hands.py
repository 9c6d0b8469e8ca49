"""A hand out of numbers: 21 landmarks of an open one, as the models number them."""

import numpy as np

from engines.types import HandLandmarks, Points

OPEN = np.array(
    [
        [0, 0],
        *([-0.35, -0.2], [-0.55, -0.45], [-0.7, -0.7], [-0.8, -0.9]),
        *([-0.25, -0.95], [-0.3, -1.3], [-0.32, -1.55], [-0.33, -1.75]),
        *([0, -1], [0, -1.4], [0, -1.68], [0, -1.9]),
        *([0.2, -0.95], [0.25, -1.3], [0.27, -1.55], [0.28, -1.75]),
        *([0.4, -0.85], [0.48, -1.1], [0.52, -1.3], [0.55, -1.45]),
    ],
    np.float32,
)
"""(21, 2), palm lengths: the wrist at zero, fingers upwards."""


def hand_at(wrist_xy: tuple[float, float], palm_px: float, angle: float = 0.0) -> HandLandmarks:
    """An open hand, turned clockwise by `angle` radians."""
    cos, sin = np.cos(angle), np.sin(angle)
    turned = OPEN @ np.array([[cos, sin], [-sin, cos]], np.float32)
    return HandLandmarks(in_space(turned * np.float32(palm_px) + np.array(wrist_xy, np.float32)), 1.0)


def in_space(points: Points) -> Points:
    """(N, 3): with a depth of zero."""
    return np.column_stack([points, np.zeros(len(points), np.float32)]).astype(np.float32)
