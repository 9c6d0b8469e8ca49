"""Face mesh: 468 dense landmarks and the probability that a face is there.

Knows the model's input and outputs; knows nothing of where the region of interest came from.
"""

import math

import cv2
import numpy as np

from engines.backends import Session
from engines.errors import ModelContractError
from engines.geometry import invert_affine, roi_to_crop, transform_points, warp_crop
from engines.types import IRIS_POINTS, MESH_POINTS, FaceLandmarks, Image, Roi

WITH_IRISES = MESH_POINTS + IRIS_POINTS
"""The model's landmarks; those of the irises come last."""


class FaceMeshLandmarker:
    """Places 468 landmarks with MediaPipe's face mesh, the one of its Face Landmarker.

    session: the loaded model, square RGB input 0..1. Raises ModelContractError when the model is another one.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._size = session.inputs[0].shape[1]
        sizes = [math.prod(spec.shape) for spec in session.outputs]
        if sizes != [WITH_IRISES * 3, 1, 1]:
            raise ModelContractError(
                f"a face mesh has outputs of {WITH_IRISES * 3}, 1 and 1 values, this model {sizes}",
                remedy="liveswap models verify",
            )
        self._points_name, self._presence_name = (spec.name for spec in session.outputs[:2])

    def locate(self, image: Image, roi: Roi) -> FaceLandmarks:
        """Landmarks of the face inside `roi`, in pixels of `image`; below presence 0.5 there is no face."""
        affine = roi_to_crop(roi, self._size)
        crop = cv2.cvtColor(warp_crop(image, affine, self._size), cv2.COLOR_BGR2RGB)
        outputs = self._session.run(np.multiply(crop, np.float32(1 / 255), dtype=np.float32)[np.newaxis])
        points = transform_points(outputs[self._points_name].reshape(WITH_IRISES, 3), invert_affine(affine))
        logit = float(outputs[self._presence_name].item())
        return FaceLandmarks(
            points=points[:MESH_POINTS],
            presence=1 / (1 + math.exp(-max(-80.0, min(80.0, logit)))),
            irises=points[MESH_POINTS:],
        )
