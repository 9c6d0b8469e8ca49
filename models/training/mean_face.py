"""Nobody's face, laid flat as a person's: with it the engines ask what is in front of a source's own face.

Knows the engines' texture of nobody; knows no pair.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.swappers.mesh.source_occlusion import nobody
from models.training.uv_sampling import LAYOUT


def flat_nobody() -> NDArray[np.float32]:
    """(1, 3, H, W) 0..1, BGR."""
    height, width = LAYOUT.size_hw
    image = cv2.resize(nobody().image[..., :3], (width, height), interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(image.transpose(2, 0, 1)[np.newaxis] / np.float32(255), np.float32)
