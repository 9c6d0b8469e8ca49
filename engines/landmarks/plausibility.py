"""Whether landmarks can be those of a face at all, and those of the face of the frame before.

A model that fails gives numbers all the same: not finite, outside the picture, folded over, mirrored, or of a face that
cannot have moved so. What is painted by such landmarks leaves the real face bare. Knows coordinates and how sure a
model is of them; of time it knows one frame after another.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from engines.image.geometry import CORNERS_OF_EYES, NOSE_TIP, box_of, iou, roi_from_landmarks, shared_area, size_of
from engines.mesh import mesh_topology
from engines.types import Detection, FaceLandmarker, FaceLandmarks, Image, Points, Roi

MIN_PRESENCE, NEARER = 0.5, 0.85
"""How sure the landmark model must be, and what of the square it sees at the second look, which finds half a face."""
LEAST_FACING = 0.7
"""Share of the mesh's area that faces the camera. Half profiles have 0.95, random points 0.5, a mirrored face 0.04."""
SMALLEST_PX, LARGEST = 12.0, 3.0
"""Size of a face: px, and in longer sides of the picture."""
FARTHEST, GROWTH = 0.75, 1.5
"""From one frame to the next: how far a face may move, in its own sizes, and by how much it may grow or shrink."""
JUMP = 0.08
"""Of its size, in the mean of its points: from which on one look in the square of the frame before is not enough."""
OVERLAP, LEAST_SIZE = 0.25, 0.6
"""Of landmarks with the box in which a detector saw their face: intersection over union, and their width or height in
its own. Of 909 faces (four clips of `../shared/media`, generated people also rolled, squeezed and cut off) the least
size was 0.66, and all but five had 0.88 and more."""
SURE_OVERLAP, ASTRAY = 0.5, 0.08
"""Of landmarks that overlap the box by less, eyes and nose must be where the detector saw them: off by so much of its
size, in the mean. Of 271 of these faces, and of those that a detector finds rolled by 55 to 80 degrees, all overlapped
by 0.52 and more, and were off by 0.07 at most; of 359 covered, blurred, dark or tiny ones one overlapped by less."""
HOLDS = 0.85
"""Of that box, what the landmarks' box holds where a detector sees only the half of a covered face that shows, and puts
eyes and nose into it. Where they overlapped by less than 0.5 on a face of which 60 % or less was covered
(`benchmarks.privacy --kind covers`), 0.82 to 1 was held, 0.85 and more in nine of ten frames; of the box of another,
simulated face at most 0.68, and 0.82 of a narrow one before a round one (scenes 201901, 202185 and 902413)."""


def located(landmarker: FaceLandmarker, image: Image, roi: Roi) -> FaceLandmarks | None:
    """The face in a square; None if there is none, or its landmarks cannot be a face's.

    Where the model is not sure it looks once more, from nearer: half of the face may be hidden.
    """
    found = landmarker.locate(image, roi)
    if found.presence < MIN_PRESENCE:
        found = landmarker.locate(image, replace(roi, size=roi.size * NEARER))
    sure = found.presence >= MIN_PRESENCE and is_plausible(found.points, (image.shape[1], image.shape[0]))
    return found if sure else None


def located_first(landmarker: FaceLandmarker, image: Image, rois: Sequence[Roi]) -> FaceLandmarks | None:
    """The face in the first square that holds one; then looked for from a better place, which is steadier."""
    found = next((face for roi in rois if (face := located(landmarker, image, roi)) is not None), None)
    return None if found is None else located(landmarker, image, roi_from_landmarks(found.points))


def followed(landmarker: FaceLandmarker, image: Image, before: Points) -> FaceLandmarks | None:
    """A face that a frame ago was elsewhere; None if it is not there, or cannot have moved so. before: (468, 3) px.

    Where it jumped the model has only come nearer to it, and looks once more from there.
    """
    found = located(landmarker, image, roi_from_landmarks(before))
    if found is not None and has_jumped(before, found.points):
        found = located(landmarker, image, roi_from_landmarks(found.points))
    return found if found is not None and continues(before, found.points) else None


def turned_over(landmarker: FaceLandmarker, image: Image, points: Points) -> Iterator[FaceLandmarks]:
    """The same place looked at in a square that stands on its head or lies: landmarks may stand on a face that does."""
    roi = roi_from_landmarks(points)
    for turn in (math.pi, math.pi / 2, -math.pi / 2):
        found = located_first(landmarker, image, [replace(roi, angle=roi.angle + turn)])
        if found is not None:
            yield found


def is_plausible(points: Points, frame_wh: tuple[int, int]) -> bool:
    """Whether a face can lie so in a picture of this size. points: (468, 3) px."""
    if not np.isfinite(points).all():
        return False
    box = box_of(points)
    size, middle = size_of(box), (box[:2] + box[2:]) / 2
    if not SMALLEST_PX <= size <= LARGEST * max(frame_wh):
        return False
    return bool(((middle >= 0) & (middle <= frame_wh)).all()) and facing_share(points) >= LEAST_FACING


def is_of_detected(points: Points, detection: Detection) -> bool:
    """Whether landmarks that were looked for where a detector saw a face are that one's. points: (468, 3) px."""
    box, located_box = detection.box_xyxy, box_of(points)
    shares = (located_box[2:] - located_box[:2]) / np.maximum(box[2:] - box[:2], np.float32(1e-6))
    overlap = iou(box, located_box[np.newaxis])[0]
    if overlap < OVERLAP or shares.max() < LEAST_SIZE:
        return False
    return bool(overlap >= SURE_OVERLAP or _astray(points, detection) <= ASTRAY * size_of(box))


def is_still_of_detected(points: Points, detection: Detection) -> bool:
    """The same of a face that has been followed: it may have come to be half covered. points: (468, 3) px."""
    if is_of_detected(points, detection):
        return True
    box, located_boxes = detection.box_xyxy, box_of(points)[np.newaxis]
    is_held = shared_area(box, located_boxes)[0] >= HOLDS * np.prod(box[2:] - box[:2])
    return bool(is_held and iou(box, located_boxes)[0] >= OVERLAP)


def _astray(points: Points, detection: Detection) -> float:
    """How far eyes and nose are from where a detector saw them, px."""
    places = np.stack([*points[CORNERS_OF_EYES, :2].mean(axis=1), points[NOSE_TIP, :2]])
    return float(np.linalg.norm(places - detection.keypoints[:3], axis=1).mean())


def continues(before: Points, now: Points) -> bool:
    """Whether a face can have moved from `before` to `now` within a frame. Both (468, 3) px."""
    one, other = box_of(before), box_of(now)
    size, grown = size_of(one), size_of(other)
    moved = float(np.linalg.norm((one[:2] + one[2:]) - (other[:2] + other[2:]))) / 2
    return moved <= FARTHEST * max(size, grown) and 1 / GROWTH <= grown / max(size, 1e-6) <= GROWTH


def has_jumped(before: Points, now: Points) -> bool:
    """Whether a face moved, turned or rolled far within a frame. Both (468, 3) px."""
    moved = float(np.linalg.norm((now - before)[:, :2], axis=1).mean())
    return moved > JUMP * size_of(box_of(before))


def facing_share(points: Points) -> float:
    """0..1: of the area of all triangles as they lie in the picture, what is turned towards the camera."""
    a, b, c = (points[mesh_topology.triangles()[:, corner], :2] for corner in range(3))
    ab, ac = b - a, c - a
    areas = ab[:, 1] * ac[:, 0] - ab[:, 0] * ac[:, 1]
    return float(areas[areas > 0].sum()) / max(float(np.abs(areas).sum()), 1e-6)
