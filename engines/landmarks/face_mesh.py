"""Face mesh: 468 dense landmarks, the irises, and the probability that a face is there.

Knows the model's outputs; knows nothing of where the region of interest came from.
"""

import math

from engines.backends import Session
from engines.landmarks.roi_model import RoiLandmarkModel
from engines.types import IRIS_POINTS, MESH_POINTS, FaceLandmarks, Image, Roi

VALUES = (MESH_POINTS + IRIS_POINTS) * 3, 1, 1
"""Of the outputs; the landmarks of the irises come last."""


class FaceMeshLandmarker:
    """Places 468 landmarks with MediaPipe's face mesh, the one of its Face Landmarker.

    session: the loaded model, square RGB input 0..1. Raises ModelContractError when the model is another one.
    """

    def __init__(self, session: Session) -> None:
        self._model = RoiLandmarkModel(session, VALUES, "face mesh")

    def locate(self, image: Image, roi: Roi) -> FaceLandmarks:
        """Landmarks of the face inside `roi`, in pixels of `image`; below presence 0.5 there is no face."""
        points, logit = self._model.look(image, roi)
        presence = 1 / (1 + math.exp(-max(-80.0, min(80.0, logit))))
        return FaceLandmarks(points[:MESH_POINTS], presence, points[MESH_POINTS:])
