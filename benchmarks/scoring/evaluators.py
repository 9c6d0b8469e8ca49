"""Outside models that judge a swap: none of them is used to make it.

dlib's ResNet says who it is (distances below 0.6 are one person), its 68 landmarks where features are. The latter were
trained on pictures that are for research only, so they stay in a benchmark. The second opinion is InsightFace's
MobileFaceNet, trained on other people with another loss. Knows networks; computes no score but the second's.
"""

import importlib.util
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.backends.onnxruntime import OrtSession
from engines.crops.alignment import five_points
from engines.image.geometry import box_of, roi_from_landmarks
from engines.recognition.recogniser import FaceRecogniser, unit
from engines.types import FaceLandmarker, FaceLandmarks, Image, Points
from models.errors import UserError
from models.manifest import load_manifest
from models.store import ModelStore

Embedding = NDArray[np.float64]
FOREHEAD = 0.05
"""Of the mesh's height: what a box of dlib's own detector, a square, leaves out at the top."""


class Evaluator:
    """Raises UserError when the group `quality` is not installed."""

    def __init__(self) -> None:
        try:
            import dlib  # noqa: PLC0415  the evaluator, only here
        except ImportError as error:
            raise UserError("dlib is not installed", remedy="uv run --group quality ...") from error
        found = importlib.util.find_spec("face_recognition_models")
        if found is None or not found.submodule_search_locations:
            raise UserError("face-recognition-models is not installed", remedy="uv run --group quality ...")
        models = Path(next(iter(found.submodule_search_locations))) / "models"
        self._dlib = dlib
        self._shape = dlib.shape_predictor(str(models / "shape_predictor_68_face_landmarks.dat"))
        self._who = dlib.face_recognition_model_v1(str(models / "dlib_face_recognition_resnet_model_v1.dat"))

    def look(self, image: Image, face: FaceLandmarks) -> tuple[Points, Embedding]:
        """(68, 2) px and (128,). face: only says where to look, as a box."""
        x1, y1, x2, y2 = (float(value) for value in box_of(face.points))
        middle, edge = (x1 + x2) / 2, (1 - FOREHEAD) * (y2 - y1)
        box = self._dlib.rectangle(*(round(at) for at in (middle - edge / 2, y2 - edge, middle + edge / 2, y2)))
        rgb = np.ascontiguousarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB))
        shape = self._shape(rgb, box)
        points = np.array([(point.x, point.y) for point in shape.parts()], np.float32)
        return points, np.array(self._who.compute_face_descriptor(rgb, shape))


SECOND = "w600k_mbf"


class SecondOpinion:
    """Who it is, by another network; cosines, above 0.3 or so one person.

    landmarker: says where eyes, nose and mouth came out. Raises UserError when the network is not on this disk.
    """

    def __init__(self, landmarker: FaceLandmarker, store: ModelStore) -> None:
        spec = load_manifest().get(SECOND)
        if not store.is_cached(spec):
            raise UserError(f"{SECOND} is not on this disk", remedy=f"liveswap models pull {SECOND} --accept-licence")
        self._recogniser = FaceRecogniser(spec, OrtSession(store.ensure(spec)))
        self._landmarker = landmarker
        self._known: dict[str, NDArray[np.float32]] = {}

    def remember(self, name: str, pictures: Iterable[tuple[Image, FaceLandmarks]]) -> None:
        """Somebody who may be recognised."""
        self._known[name] = unit(np.mean([self._embedding(*picture) for picture in pictures], axis=0))

    def of(self, image: Image, face: FaceLandmarks, names: tuple[str, str]) -> dict[str, float]:
        """Numbers of `benchmarks.scoring.summary.Score`. face: says where to look. names: of source and clip."""
        embedding = self._embedding(image, face)
        alike = {name: float(embedding @ who) for name, who in self._known.items()}
        source, clip = names
        return {
            "second_to_source": alike[source],
            "second_to_target": alike[clip],
            "second_retrieved": float(max(alike, key=alike.__getitem__) == source),
        }

    def _embedding(self, image: Image, face: FaceLandmarks) -> NDArray[np.float32]:
        found = self._landmarker.locate(image, roi_from_landmarks(face.points))
        return unit(self._recogniser.embed(image, five_points(found)))
