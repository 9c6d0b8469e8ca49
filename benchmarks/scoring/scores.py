"""What can be measured of a swapped picture beside its original: pure functions of pixels and landmarks.

Lengths are in distances between the outer eye corners. Knows no model and no file.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.image.geometry import box_of, eye_distance
from engines.mesh.mesh_topology import face_oval, mean_face
from engines.types import FaceLandmarks, Image, Points

INNER = slice(17, 68)
"""Of dlib's 68 points: brows, nose, eyes, mouth; not the jaw line, which a mesh leaves where it is."""
EYES_68 = 36, 45
MESH_OF_68 = {8: 152, 30: 1, 36: 33, 45: 263, 48: 61, 54: 291}
"""Chin, tip of the nose, outer corners of the eyes, corners of the mouth: dlib's numbers and the mesh's."""
SEAM = 0.05
"""Half the width of the band along the outline."""
SKIN = 0.8
"""The part of the outline's hull, shrunk about its centre, that counts as inside the face."""
Mask = NDArray[np.bool_]


def displaced(before: Points, after: Points) -> Points:
    """(51, 2): how far each inner point moved, each set as the same model saw it. (68, 2) px each."""
    eyes = np.linalg.norm(before[EYES_68[1]] - before[EYES_68[0]])
    return np.asarray((after[INNER] - before[INNER]) / eyes, np.float32)


def expression_error(moved: Sequence[Points]) -> tuple[float, float]:
    """Mean distance over frames and points, and what is left of it without what is alike in all frames.

    moved: see `displaced`. The first holds other proportions and how differently two models see a face; the second is
    what an expression loses.
    """
    frames = np.array(moved)
    changing = frames - frames.mean(axis=0)
    return float(np.linalg.norm(frames, axis=2).mean()), float(np.linalg.norm(changing, axis=2).mean())


def turned_deg(before: Points, after: Points) -> float:
    """By how much the head seems turned. (68, 2) px each, as the same model saw them."""
    first, second = (_rotation(points) for points in (before, after))
    return float(np.degrees(np.arccos(np.clip((np.trace(first.T @ second) - 1) / 2, -1, 1))))


def _rotation(points: Points) -> NDArray[np.float64]:
    """(3, 3): of the mean face, through a lens so long (2000 px) that there is little perspective."""
    focal = 2000.0
    camera = np.array([[focal, 0, points[:, 0].mean()], [0, focal, points[:, 1].mean()], [0, 0, 1]])
    model = mean_face()[list(MESH_OF_68.values())].astype(np.float64)
    seen = points[list(MESH_OF_68)].astype(np.float64)
    _, turn, _ = cv2.solvePnP(model, seen, camera, np.zeros(4), flags=cv2.SOLVEPNP_SQPNP)
    return np.asarray(cv2.Rodrigues(turn)[0])


def changed_outside(before: Image, after: Image, face: FaceLandmarks) -> int:
    """The largest change of a value outside the landmarks' hull, 0..255."""
    outside = cv2.dilate(hull(before, face, 1.0).astype(np.uint8), np.ones((3, 3), np.uint8)) == 0
    return int(np.abs(before[outside].astype(int) - after[outside]).max(initial=0))


def seam(before: Image, after: Image, face: FaceLandmarks) -> float:
    """How much steeper brightness is along the outline than it was there: 1 is no seam."""
    width = max(1, round(SEAM * eye_distance(face.points)))
    band = cv2.polylines(
        np.zeros(before.shape[:2], np.uint8), [outline_of(face)], isClosed=True, color=(1.0,), thickness=2 * width
    )
    band = np.asarray(band, bool)
    return float(_steepness(after)[band].mean() / max(1e-6, _steepness(before)[band].mean()))


def flicker(before: tuple[Image, Image], after: tuple[Image, Image], face: FaceLandmarks) -> tuple[float, float]:
    """Mean change of brightness inside the face beside its motion, of the input and of the output. Two frames each."""
    x1, y1, x2, y2 = (max(0, int(value)) for value in box_of(face.points))
    grey = [np.asarray(cv2.cvtColor(image[y1:y2, x1:x2], cv2.COLOR_BGR2GRAY), np.uint8) for image in (*before, *after)]
    still = np.zeros((*grey[0].shape, 2), np.float32)
    flow = cv2.calcOpticalFlowFarneback(grey[1], grey[0], still, 0.5, 3, 21, 3, 5, 1.1, 0)
    ys, xs = np.mgrid[: flow.shape[0], : flow.shape[1]].astype(np.float32)
    inside = hull(before[0], face, SKIN)[y1:y2, x1:x2]

    def remaining(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> float:
        moved = cv2.remap(first, xs + flow[..., 0], ys + flow[..., 1], cv2.INTER_LINEAR)
        return float(np.abs(moved.astype(np.float32) - second)[inside].mean())

    return remaining(grey[0], grey[1]), remaining(grey[2], grey[3])


def light(before: Image, after: Image, face: FaceLandmarks) -> tuple[float, float]:
    """How far the light on the face was changed: angle of its slope (degrees), and its mean colour (CIE76)."""
    inside = hull(before, face, SKIN)
    slopes, colours = [], []
    ys, xs = np.nonzero(inside)
    design = np.column_stack([xs, ys, np.ones(len(xs))]).astype(np.float64)
    for image in (before, after):
        lab = cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)[inside]
        slopes.append(np.linalg.lstsq(design, lab[:, 0].astype(np.float64), rcond=None)[0][:2])
        colours.append(lab.mean(axis=0))
    cosine = slopes[0] @ slopes[1] / max(1e-9, float(np.linalg.norm(slopes[0]) * np.linalg.norm(slopes[1])))
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1)))), float(np.linalg.norm(colours[0] - colours[1]))


def hull(image: Image, face: FaceLandmarks, share: float) -> Mask:
    """Inside the landmarks' hull, shrunk to `share` about its centre."""
    points = cv2.convexHull(face.points[:, :2].astype(np.float32))
    centre = points.mean(axis=0)
    shrunk = ((points - centre) * share + centre).astype(np.int32)
    return np.asarray(cv2.fillConvexPoly(np.zeros(image.shape[:2], np.uint8), shrunk, (1.0,)), bool)


def outline_of(face: FaceLandmarks) -> NDArray[np.int32]:
    """The convex hull of the face's oval: (N, 1, 2) px."""
    return np.asarray(cv2.convexHull(face.points[face_oval(), :2].astype(np.int32)), np.int32)


def _steepness(image: Image) -> NDArray[np.float32]:
    grey = cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32), (0, 0), 1.5)
    return np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
