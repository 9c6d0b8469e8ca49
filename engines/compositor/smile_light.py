"""The folds and raised cheeks of a target who smiles, in the light on a source who does not.

The coarse light (relight.py) is too coarse for them, and the source's photo shows none, or is rid of them. What smiles
do to faces is known (smile.py); of that, as much is given as is found on the target. Knows one square; knows no face.
"""

import cv2
import numpy as np

from engines.compositor.relight import GRID, LITTLE, SIGMA
from engines.image.image_ops import Field, soft
from engines.source_faces.usual_light import HUE

NEAR_BLACK = 0.02
"""Brightness (0..1) that keeps logarithms quiet."""
MEAN = np.full(3, 1 / 3, np.float32)


def smile_light(target: Field, relit: Field, looks: Field, skin: Field) -> Field:
    """(S, S, 3): what each place of `relit`, (S, S, 3) 0..1, is multiplied with to smile as the target does.

    target: (S, S, 3) 0..1. looks: (S, S) logarithms, what such a smile usually does, 0 on features. skin: (S, S) 0..1,
    where both are seen and neither shows a feature. Least squares of how the two differ.
    """
    fine = looks - _coarse(looks, skin)
    apart = np.log((target @ MEAN + NEAR_BLACK) / (relit @ MEAN + NEAR_BLACK))
    told = (skin * fine).ravel()
    share = np.clip(told @ apart.ravel() / max(told @ fine.ravel(), np.float32(1e-6)), 0, 1)
    return np.asarray(cv2.exp(cv2.merge([share * hue * fine for hue in HUE])), np.float32)


def _coarse(looks: Field, skin: Field) -> Field:
    """(S, S): of `looks`, what the coarse light already has."""
    cells = cv2.resize(cv2.merge([looks * skin, skin]), (GRID, GRID), interpolation=cv2.INTER_AREA)
    blurred = soft(np.asarray(cells, np.float32), SIGMA)
    coarse = blurred[..., 0] / (blurred[..., 1] + np.float32(LITTLE))
    return np.asarray(cv2.resize(coarse, skin.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)
