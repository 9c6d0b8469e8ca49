"""insightface's 2d106: 106 contour landmarks of an upright face in a box.

Knows the network's crop and output; a second opinion beside the face mesh, by another maker.
"""

import numpy as np

from engines.backends import Session
from engines.backends.io_validation import require_shape, the_one
from engines.image.geometry import invert_affine, size_of, transform_points, warp_crop
from engines.image.tensors import to_planes
from engines.types import Affine, Image, Points
from models.spec import ModelSpec

POINTS = 106
MARGIN = 1.5
"""Edge of the crop / longer side of the face's box."""


class Landmarks106:
    """Places 106 landmarks. spec: its row; session: loaded. Raises ModelContractError for another network."""

    def __init__(self, spec: ModelSpec, session: Session) -> None:
        assert spec.input is not None  # noqa: S101
        self._size = spec.input.size_px
        picture = the_one(session.inputs, rank=4, what="picture", model=spec.name)
        require_shape(picture, (1, 3, self._size, self._size), what="a picture", model=spec.name)
        output = the_one(session.outputs, rank=2, what="list of points", model=spec.name)
        require_shape(output, (1, 2 * POINTS), what="106 points", model=spec.name)
        self._session, self._output = session, output.name
        self._gain = np.array([1 / std for std in spec.input.std], np.float32)
        self._offset = np.array([-m / s for m, s in zip(spec.input.mean, spec.input.std, strict=True)], np.float32)

    def locate(self, image: Image, box_xyxy: Points) -> Points:
        """(106, 2) px of `image`. box_xyxy: (4,) px, around the face."""
        affine = self._affine(box_xyxy)
        tensor = np.empty((1, 3, self._size, self._size), np.float32)
        to_planes(warp_crop(image, affine, self._size), self._gain, self._offset, True, tensor[0])
        coded = np.asarray(self._session.run(tensor)[self._output], np.float32).reshape(POINTS, 2)
        return transform_points((coded + 1) * np.float32(self._size // 2), invert_affine(affine))

    def _affine(self, box: Points) -> Affine:
        scale = self._size / (MARGIN * size_of(box))
        shift = self._size / 2 - scale * (box[:2] + box[2:]) / 2
        return np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
