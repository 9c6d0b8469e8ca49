"""What tells a swapped face from a filmed one: skin without grain, and a tone that ends at the jaw.

Pure functions of pixels and landmarks; see `benchmarks.scoring.scores` for flicker, seam and light. Knows no model and
no file.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.scoring.scores import Mask
from engines.image.geometry import CHIN, FOREHEAD_TOP, eye_distance
from engines.mesh.mesh_topology import face_oval
from engines.types import FaceLandmarks, Image, Points

PLAIN = (
    (67, 109, 10, 338, 297, 299, 9, 69),
    (117, 118, 101, 205, 187, 123),
    (346, 347, 330, 425, 411, 352),
)
"""Forehead and both cheeks: the hulls of these landmarks."""
EDGE_SIGMA, STEEP = 0.015, 3.0
"""Hair and the rims of glasses are no plain skin: there brightness, blurred by so many eye distances, is so many times
as steep as in the middle of the skin (median)."""
RIM = 0.05
"""Eye distances inside the outline, nearer to which a cheek that is turned away may be background."""
LEAST_PX = 50
"""Of skin, below which nothing is said of it."""
JAW = 0.02, 0.08
"""Where the strip inside the jaw begins and ends, in eye distances from the outline."""


def fine_detail(before: Image, after: Image, face: FaceLandmarks, covered: Mask | None = None) -> float:
    """Laplacian energy on plain skin, of what it was: 1 is as filmed, 0 is wax, above 1 is grain from elsewhere.

    covered: (H, W), what is known to be in front of the face. nan where no plain skin is seen.
    """
    skin = plain_skin(before, face)
    if covered is not None:
        skin &= ~covered
    if np.count_nonzero(skin) < LEAST_PX:
        return float("nan")
    own, ours = (float(np.square(_laplacian(image)[skin]).mean()) for image in (before, after))
    return ours / max(own, 1e-6)


def plain_skin(image: Image, face: FaceLandmarks) -> Mask:
    """(H, W): forehead and cheeks, but for hair, glasses and what else has edges there."""
    patches = [
        cv2.fillConvexPoly(np.zeros(image.shape[:2], np.uint8), _hull(face.points[list(patch), :2]), (1.0,)) > 0
        for patch in PLAIN
    ]
    skin = np.logical_or.reduce(patches) & (_depth(image, face) > RIM * eye_distance(face.points))
    sigma = max(1.0, EDGE_SIGMA * eye_distance(face.points))
    grey = cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32), (0, 0), sigma)
    steep = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    usual = float(np.median(steep[skin])) if skin.any() else 0.0
    edges = cv2.dilate((steep > STEEP * max(usual, 1.0)).astype(np.uint8), np.ones((3, 3), np.uint8), iterations=2)
    return np.asarray(skin & (edges == 0), bool)


def jaw_step(before: Image, after: Image, face: FaceLandmarks) -> float:
    """Mean difference of colour (CIE76) in a strip just inside the jaw; nan where none of it is in the picture."""
    strip = jaw_strip(before, face)
    if not strip.any():
        return float("nan")
    own, ours = (cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)[strip] for image in (before, after))
    return float(np.linalg.norm(own - ours, axis=1).mean())


def jaw_strip(image: Image, face: FaceLandmarks) -> Mask:
    """(H, W): see `JAW`; of the lower half of the face, as seen along its own axis."""
    depth = _depth(image, face)
    top, chin = face.points[FOREHEAD_TOP, :2], face.points[CHIN, :2]
    ys, xs = np.mgrid[: image.shape[0], : image.shape[1]].astype(np.float32)
    along = (xs - top[0]) * (chin[0] - top[0]) + (ys - top[1]) * (chin[1] - top[1])
    lower = along > 0.5 * float(np.sum((chin - top) ** 2))
    near, far = (part * eye_distance(face.points) for part in JAW)
    return np.asarray((depth >= max(1.0, near)) & (depth <= max(2.0, far)) & lower, bool)


def _depth(image: Image, face: FaceLandmarks) -> NDArray[np.float32]:
    """(H, W): how far inside the outline each pixel is, px."""
    inside: NDArray[np.uint8] = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(inside, [face.points[face_oval(), :2].round().astype(np.int32)], (1.0,))
    # A face that the frame cuts off has no outline along the frame's edge: OpenCV counts none there.
    return np.asarray(cv2.distanceTransform(inside, cv2.DIST_L2, 5), np.float32)


def _laplacian(image: Image) -> NDArray[np.float32]:
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32)
    return np.asarray(cv2.Laplacian(grey, cv2.CV_32F), np.float32)


def _hull(points: Points) -> NDArray[np.int32]:
    return np.asarray(cv2.convexHull(points.round().astype(np.int32)), np.int32)
