"""DFM: DeepFaceLive's networks, each trained on one person, so there is no source photo.

Knows their tensors by name (NHWC, BGR, 0..1) and their own masks; the identity is in the weights.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.backends import Session
from engines.backends.io_validation import described, differs, require_shape
from engines.crops.alignment import align, five_points
from engines.errors import EngineError
from engines.image.tensors import aligned_crop
from engines.swappers.neural.crop_paste import AS_IT_IS, Finish, lay_on
from engines.swappers.neural.masks import Mask, box_mask
from engines.types import Coverage, FaceLandmarks, Image, SourcePhoto

FACE_IN, MORPH_IN = "in_face:0", "morph_value:0"
FACE_OUT, FACE_MASK, CELEB_MASK = "out_celeb_face:0", "out_face_mask:0", "out_celeb_face_mask:0"
TEMPLATE = "dfl_whole_face"
DEFAULT_MORPH = 0.75
ERODE, BLUR = 0.04, 0.02
"""Radius and sigma of the mask's edge, as fractions of the crop: the soft edge ends about where the mask did."""


class DfmSwapper:
    """A DFM, ready. name: its row's. morph: 0..1, how far it leaves the target's features; only some files have it."""

    def __init__(self, name: str, session: Session, *, morph: float = DEFAULT_MORPH, finish: Finish = AS_IT_IS) -> None:
        self.name = name
        inputs = {spec.name: spec for spec in session.inputs}
        if FACE_IN not in inputs or not inputs.keys() <= {FACE_IN, MORPH_IN}:
            raise differs(name, f"inputs {FACE_IN} and perhaps {MORPH_IN}", described(session.inputs))
        if not {FACE_OUT, FACE_MASK, CELEB_MASK} <= {spec.name for spec in session.outputs}:
            raise differs(name, f"outputs {FACE_OUT}, {FACE_MASK} and {CELEB_MASK}", described(session.outputs))
        face = inputs[FACE_IN]
        size = face.shape[1] if len(face.shape) == 4 else -1
        if size < 1:
            raise differs(name, "a face of a fixed size [N, S, S, 3]", described([face]))
        require_shape(face, (1, size, size, 3), what="a face", model=name)
        self.face = DfmFace(session, size, morph, finish)

    def prepare(self, _photo: SourcePhoto) -> "DfmFace":
        """The person is in the weights; a photo is not looked at."""
        return self.face


class DfmFace:
    """The person of a DFM. One thread at a time."""

    def __init__(self, session: Session, size: int, morph: float, finish: Finish) -> None:
        self._session, self._size, self._finish = session, size, finish
        self._morph = np.array([morph], np.float32)
        radius = max(1, round(size * ERODE))
        self._kernel = np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)

    def paint(self, canvas: Image, face: FaceLandmarks) -> Coverage:
        """Swap `face` in `canvas`, in place, where the network's own masks allow it."""
        affine = align(five_points(face), TEMPLATE, self._size)
        crop = aligned_crop(canvas, affine, self._size)
        tensor = np.multiply(crop, np.float32(1 / 255), dtype=np.float32)[np.newaxis]
        tensors = [tensor if spec.name == FACE_IN else self._morph for spec in self._session.inputs]
        made = self._session.run(*tensors)
        own = np.minimum(self._plane(made[FACE_MASK]), self._plane(made[CELEB_MASK]))
        picture = np.empty((self._size, self._size, 4), np.float32)
        picture[:, :, :3] = np.clip(made[FACE_OUT].reshape(self._size, self._size, 3) * 255, 0, 255)
        picture[:, :, 3] = np.minimum(self._softened(own), box_mask(self._size))
        if not np.isfinite(picture).all():
            raise EngineError("the network gave values that are not numbers", remedy="ask for another --device")
        return lay_on(canvas, (crop, affine), picture, face, self._finish)

    def _plane(self, mask: NDArray[Any]) -> Mask:
        return np.asarray(mask, np.float32).reshape(self._size, self._size)

    def _softened(self, mask: Mask) -> Mask:
        inner = cv2.erode(np.clip(mask, 0, 1), self._kernel)
        return np.asarray(cv2.GaussianBlur(inner, (0, 0), self._size * BLUR), np.float32)
