"""A model that is shown a turned square of a picture and places points in it: faces and hands alike.

Knows the square and the outputs' order; knows nothing of what the points are.
"""

import math
from collections.abc import Sequence

import cv2
import numpy as np

from engines.backends import Session
from engines.errors import ModelContractError
from engines.image.geometry import invert_affine, roi_to_crop, transform_points, warp_crop
from engines.types import Image, Points, Roi


class RoiLandmarkModel:
    """Looks, and says what it saw in pixels of the picture.

    session: the loaded model, square RGB input 0..1; its outputs are x, y and z of the points, how sure it is, and what
    nobody uses. sizes: how many values each has. what: for people. Raises ModelContractError for another model.
    """

    def __init__(self, session: Session, sizes: Sequence[int], what: str) -> None:
        self._session, self._size = session, session.inputs[0].shape[1]
        found = [math.prod(spec.shape) for spec in session.outputs]
        if found != list(sizes):
            raise ModelContractError(
                f"a {what} has outputs of {', '.join(map(str, sizes))} values, this model {found}",
                remedy="liveswap models verify",
            )
        self._points, self._sure = (spec.name for spec in session.outputs[:2])

    def look(self, image: Image, roi: Roi) -> tuple[Points, float]:
        """(N, 3) px of `image`, and how sure the model is, as it says so."""
        affine = roi_to_crop(roi, self._size)
        crop = cv2.cvtColor(warp_crop(image, affine, self._size), cv2.COLOR_BGR2RGB)
        outputs = self._session.run(np.multiply(crop, np.float32(1 / 255), dtype=np.float32)[np.newaxis])
        points = transform_points(outputs[self._points].reshape(-1, 3), invert_affine(affine))
        return points, float(outputs[self._sure].item())
