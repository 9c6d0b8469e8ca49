"""Sharper faces: GPEN, GFPGAN and their like, run over a face that is in the picture already.

Knows one picture in, one picture out; knows nothing of who made the face.
"""

from typing import Any

from numpy.typing import NDArray

from engines.backends import Session
from engines.backends.io_validation import CropFacts, require_count, require_float, require_shape, the_one
from engines.crops.alignment import five_points
from engines.crops.crop_codec import CropCodec
from engines.image.paste import paste
from engines.image.tensors import Tensor
from engines.swappers.compositing import learn_all
from engines.swappers.neural.masks import box_mask
from engines.types import Coverage, FaceLandmarks, Image, PreparedFace
from models.spec import ModelSpec

DEFAULT_BLEND = 0.8
"""Share of the enhanced face (facefusion 3.8.1)."""


class FaceEnhancer:
    """An enhancer, ready. blend: 0..1, how much of its work shows. is_off: left out, to save time."""

    def __init__(self, spec: ModelSpec, session: Session, blend: float = DEFAULT_BLEND) -> None:
        facts = CropFacts.of(spec)
        require_float((*session.inputs, *session.outputs), spec.name)
        size = facts.taken.size_px
        target = the_one(session.inputs, rank=4, what="picture", model=spec.name)
        picture = session.outputs[0]  # some give their inner pictures too, after it
        for tensor, what in ((target, "a picture"), (picture, "a picture out")):
            require_shape(tensor, (1, 3, size, size), what=what, model=spec.name)
        require_count(session.inputs, 1, "inputs", spec.name)
        self._output, self._session = picture.name, session
        self._codec = CropCodec(facts)
        self._mask = box_mask(size) * blend
        self.is_off = False

    def enhance(self, canvas: Image, face: FaceLandmarks) -> None:
        """Sharpen `face` in `canvas`, in place."""
        crop, affine = self._codec.cut(canvas, five_points(face))
        planes = self._codec.through(self._run, crop)
        paste(canvas, self._codec.decode(planes, self._mask), affine)

    def _run(self, batch: Tensor) -> NDArray[Any]:
        return self._session.run(batch)[self._output]


class EnhancedFace:
    """A prepared face that is sharpened after it was painted, unless the enhancer is off."""

    def __init__(self, prepared: PreparedFace, enhancer: FaceEnhancer) -> None:
        self._prepared, self._enhancer = prepared, enhancer

    def paint(self, canvas: Image, face: FaceLandmarks) -> Coverage:
        done = self._prepared.paint(canvas, face)
        if not self._enhancer.is_off:
            self._enhancer.enhance(canvas, face)
        return done

    def learn(self, face: FaceLandmarks) -> None:
        """See `LearningFace`."""
        learn_all([(face, self._prepared)])
