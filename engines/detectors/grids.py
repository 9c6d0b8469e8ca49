"""What detectors over three grids of cells (strides 8, 16, 32) share: everything but how a family codes a face.

Knows grids, letterbox and overlaps; a family's own file knows its numbers.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engines.backends import Session
from engines.backends.io_validation import differs, require_count, the_one
from engines.errors import EngineError, ModelContractError
from engines.image.geometry import suppress_overlapping, top_left_letterbox
from engines.image.tensors import to_planes
from engines.types import Detection, Image, Points
from models.spec import ModelSpec

STRIDES = (8, 16, 32)
KEYPOINT_VALUES = 10  # five points
SIZES_PX = 160, 640


def cell_corners(size: int, stride: int, per_cell: int) -> Points:
    """(N, 2) float32 x, y of each anchor's cell, px of the input, row by row, `per_cell` times each."""
    ticks = np.arange(size // stride, dtype=np.float32) * stride
    xs, ys = np.meshgrid(ticks, ticks)
    return np.repeat(np.stack([xs, ys], axis=-1).reshape(-1, 2), per_cell, axis=0)


def by_stride(outputs: Iterable[NDArray[Any]], size: int, per_cell: int, model: str) -> dict[int, dict[int, Points]]:
    """Outputs sorted by what they are, whatever their order and names: stride -> values per anchor -> (N, values).

    Raises ModelContractError when they are not those of such a detector. Where two outputs of one stride have the
    same width (YuNet's two scores), the first one named comes first and they are joined.
    """
    strides = {(size // stride) ** 2 * per_cell: stride for stride in STRIDES}
    found: dict[int, dict[int, Points]] = {stride: {} for stride in STRIDES}
    for output in outputs:
        rows = np.asarray(output, np.float32).reshape(-1, output.shape[-1])
        if len(rows) not in strides:
            raise ModelContractError(
                f"{model}: an output of {len(rows)} rows fits no grid of a {size} px input",
                remedy="use a size that is a multiple of 32; or it is not a detector of this family",
            )
        of_stride = found[strides[len(rows)]]
        width = rows.shape[1]
        of_stride[width] = np.hstack([of_stride[width], rows]) if width in of_stride else rows
    return found


@dataclass(frozen=True, slots=True)
class GridFamily:
    """What differs between families.

    outputs: how many there are, `what` for people. per_cell: anchors. overlap: IoU from which the weaker of two faces
    is dropped; widened: px added to boxes while comparing. decode: (values by width, corners, stride) -> scores (n,),
    boxes (n, 4) and points (n, 10) in px of the input.
    """

    outputs: int
    what: str
    per_cell: int
    overlap: float
    widened: float
    decode: Callable[[dict[int, Points], Points, int], tuple[Points, Points, Points]]


class GridDetector:
    """Finds faces with a network of one family.

    size: input edge in px, a multiple of 32 from 160 to 640; None takes the network's own, or its row's where it
    takes any. threshold: least score (0..1) of a face. Raises ModelContractError, and EngineError for a size.
    """

    def __init__(
        self, family: GridFamily, spec: ModelSpec, session: Session, *, size: int | None = None, threshold: float
    ) -> None:
        picture = the_one(session.inputs, rank=4, what="picture", model=spec.name)
        require_count(session.outputs, family.outputs, family.what, spec.name)
        if spec.input is None:
            raise differs(spec.name, "a row with an input", "none")
        self._size = chosen_size(size, picture.shape[2], spec.input.size_px, spec.name)
        self._family, self._name, self._session, self._threshold = family, spec.name, session, threshold
        self._is_rgb = spec.input.order == "rgb"
        self._gain = np.array([1 / std for std in spec.input.std], np.float32)
        self._offset = np.array([-m / s for m, s in zip(spec.input.mean, spec.input.std, strict=True)], np.float32)
        self._tensor = np.empty((1, 3, self._size, self._size), np.float32)
        self._corners = {stride: cell_corners(self._size, stride, family.per_cell) for stride in STRIDES}

    def detect(self, image: Image) -> list[Detection]:
        """Faces of `image` (any size), best first, boxes and five keypoints in its pixels."""
        square, scale = top_left_letterbox(image, self._size)
        to_planes(square, self._gain, self._offset, self._is_rgb, self._tensor[0])
        outputs = self._session.run(self._tensor).values()
        found = []
        for stride, of_stride in by_stride(outputs, self._size, self._family.per_cell, self._name).items():
            decoded = self._family.decode(of_stride, self._corners[stride], stride)
            certain = decoded[0] >= self._threshold
            found.append([part[certain] for part in decoded])
        scores, boxes, points = (np.concatenate(parts) for parts in zip(*found, strict=True))
        boxes, points = boxes / np.float32(scale), points.reshape(-1, 5, 2) / np.float32(scale)
        widened = boxes + np.array([0, 0, self._family.widened, self._family.widened], np.float32)
        kept = suppress_overlapping(np.asarray(widened, np.float32), scores, self._family.overlap)
        return [Detection(boxes[i], points[i], float(min(1.0, scores[i]))) for i in kept]


def chosen_size(asked: int | None, fixed: int, usual: int, model: str) -> int:
    """The input's edge. fixed: what the network insists on, -1 for nothing. Raises EngineError."""
    size = asked or (fixed if fixed > 0 else usual)
    if fixed > 0 and size != fixed:
        raise EngineError(f"{model} takes pictures of {fixed} px only, not {size}", remedy=f"ask for {model}@{fixed}")
    low, high = SIZES_PX
    if size % 32 or not low <= size <= high:
        raise EngineError(f"a detector size of {size} px", remedy=f"use a multiple of 32 from {low} to {high}")
    return size
