"""Where points went from one picture to the next, read from the pixels and not from a model.

Dense optical flow (DIS: Kroeger, Timofte, Dai, Van Gool, ECCV 2016) between two small grey patches of one thing.

Knows pixels and points; knows no face, no time and no tracks.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.image.geometry import invert_affine, roi_to_crop, transform_points, warp_crop
from engines.types import Affine, Image, Points, Roi

PATCH_PX = 160
"""Edge of a patch. The flow is found to a fraction of its pixels; a larger one costs more and says no more."""
CALMED_PX = 1.0
"""Blur of a patch: a camera's noise moves at random, and the flow would go with it."""


@dataclass(frozen=True, slots=True)
class Patch:
    """What lay in a square of a picture. grey: (PATCH_PX, PATCH_PX), a copy. affine: picture px -> patch px."""

    grey: NDArray[np.uint8]
    affine: Affine


def cut_patch(image: Image, roi: Roi) -> Patch:
    """What lies in `roi` now: `image` may be painted over before the next picture comes."""
    affine = roi_to_crop(roi, PATCH_PX)
    grey = cv2.cvtColor(warp_crop(image, affine, PATCH_PX), cv2.COLOR_BGR2GRAY)
    return Patch(np.asarray(cv2.GaussianBlur(grey, (5, 5), CALMED_PX), np.uint8), affine)


def carried(points: Points, before: Patch, after: Patch) -> Points:
    """`points` of the picture `before` was cut from, where the picture `after` was cut from shows them.

    points: (N, 2 or 3) px, inside the patch; z stays as it was. The patches should hold the same thing in the same
    place, roughly: what is left to find is then small, however fast it moves, turns or grows in the picture.
    """
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
    flow = dis.calc(before.grey, after.grey, None)  # type: ignore[call-overload]
    there = transform_points(points, before.affine)[:, np.newaxis, :2]
    there += cv2.remap(flow, there, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]
    found = points.copy()
    found[:, :2] = transform_points(there[:, 0], invert_affine(after.affine))
    return found
