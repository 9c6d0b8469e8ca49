"""Where in its crop a swapped face may be seen: the box, what covers the face, and the regions of a face.

Knows masks of crops; crop_paste.py beside the swappers knows how they combine and what is pasted.
Constants are facefusion 3.8.1's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.backends import Session
from engines.backends.io_validation import require_count, require_shape, the_one
from engines.compositor.layers import Layers
from engines.image.tensors import to_planes
from engines.types import Affine, FaceLandmarks, Image

Mask = NDArray[np.float32]
"""(S, S) float32 0..1: opacity of the swapped face."""

BOX_BLUR = 0.3
"""Width of the soft edge, as a fraction of half the crop."""

CLASSES = 19
# BiSeNet's classes that make up a face: skin, brows, eyes, glasses, nose, mouth, lips.
FACE_REGIONS = (1, 2, 3, 4, 5, 6, 10, 11, 12, 13)
IMAGENET_MEAN, IMAGENET_STD = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)


@dataclass(frozen=True, slots=True)
class SwappedCrop:
    """A crop that a network swapped, before it is pasted.

    crop: (S, S, 3) uint8 BGR, the target's. face: in px of the crop. layers: the target and what the network made, in
    the square of the face. to_crop: px of that square -> px of the crop.
    """

    crop: Image
    face: FaceLandmarks
    to_crop: Affine
    layers: Layers


class CropMask(Protocol):
    """Something that says where a swapped crop may be seen."""

    def of(self, swapped: SwappedCrop, /) -> Mask:
        """A mask of the crop's size."""
        ...


@cache
def box_mask(size: int) -> Mask:
    """Ones with a soft border that ends in 0 on the crop's edge. Read-only."""
    blur = max(1, int(size * 0.5 * BOX_BLUR))
    border = max(1, blur // 2)
    mask = np.zeros((size, size), np.float32)
    mask[border:-border, border:-border] = 1
    mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), blur * 0.25), np.float32)
    mask[[0, -1]] = 0
    mask[:, [0, -1]] = 0
    mask.setflags(write=False)
    return mask


def softened(mask: NDArray[Any]) -> Mask:
    """A hard mask with a soft edge on its inner side."""
    blurred = cv2.GaussianBlur(mask, (0, 0), 5)
    return np.asarray((np.clip(blurred, 0.5, 1) - 0.5) * 2, np.float32)


class Occluder:
    """Finds what lies over a face: hands, cups, microphones (XSeg). name: for messages."""

    def __init__(self, session: Session, name: str) -> None:
        picture = the_one(session.inputs, rank=4, what="picture", model=name)
        self._size = picture.shape[1]
        require_shape(picture, (1, self._size, self._size, 3), what="a picture (NHWC)", model=name)
        require_count(session.inputs, 1, "inputs", name)
        require_shape(session.outputs[0], (1, self._size, self._size, 1), what="a mask (NHWC)", model=name)
        self._session, self._output = session, session.outputs[0].name

    def of(self, swapped: SwappedCrop) -> Mask:
        """1 where the face is free."""
        crop = swapped.crop
        seen = cv2.resize(crop, (self._size, self._size))
        tensor = np.multiply(seen, np.float32(1 / 255), dtype=np.float32)[np.newaxis]
        seen_free = self._session.run(tensor)[self._output].reshape(self._size, self._size)
        free = cv2.resize(np.clip(seen_free, 0, 1).astype(np.float32), (crop.shape[1], crop.shape[0]))
        return softened(free)


class FaceParser:
    """Keeps the swap to some regions of a face (BiSeNet). regions: class numbers, all of a face by default."""

    def __init__(self, session: Session, name: str, regions: Sequence[int] = FACE_REGIONS) -> None:
        picture = the_one(session.inputs, rank=4, what="picture", model=name)
        self._size = picture.shape[2]
        require_shape(picture, (1, 3, self._size, self._size), what="a picture (NCHW)", model=name)
        require_count(session.inputs, 1, "inputs", name)
        require_shape(session.outputs[0], (1, CLASSES, self._size, self._size), what="19 class maps", model=name)
        self._session, self._output, self._regions = session, session.outputs[0].name, list(regions)
        self._gain = np.array([1 / std for std in IMAGENET_STD], np.float32)
        self._offset = np.array([-m / s for m, s in zip(IMAGENET_MEAN, IMAGENET_STD, strict=True)], np.float32)

    def of(self, swapped: SwappedCrop) -> Mask:
        """1 in the chosen regions."""
        crop = swapped.crop
        tensor = np.empty((1, 3, self._size, self._size), np.float32)
        seen = np.asarray(cv2.resize(crop, (self._size, self._size)), np.uint8)
        to_planes(seen, self._gain, self._offset, True, tensor[0])
        classes = self._session.run(tensor)[self._output][0].argmax(axis=0)
        chosen = np.isin(classes, self._regions).astype(np.float32)
        inside = cv2.resize(chosen, (crop.shape[1], crop.shape[0]))
        return softened(inside)
