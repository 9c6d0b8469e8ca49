"""Faces that the picture's edge cuts off: found by their mirror images, in the whole picture and from nearer.

Knows a detector, pictures and their edges; knows no time.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from enum import Enum

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.image.geometry import SAME_FACE_IOU, iou, matched, size_of
from engines.types import Detection, FaceDetector, Image, Points

MIRRORED = 1 / 8
"""Of the edges: so much of a picture is mirrored beyond each. A detector finds whole faces: of those of which half is
beyond the edge it found 19 % as they are, 62 % with black beyond it, and all with their mirror image (four clips of
`../shared/media`)."""
STRIP = 1 / 3
"""Of the shorter edge: how wide a strip along an edge is that is searched with all of its mirror image. In it every
face was found of which a quarter is in the picture, and 9 in 10 of which 15 % are; in the whole picture 3 in 4 of which
a third is (five people, three sizes, four edges; `../shared/media`)."""
LEAST_INSIDE = 0.3
"""Of a face's width and height, what must lie in the picture; else it is somebody's mirror image."""
NEARER, SURE = 1.6, 0.6
"""Of a face's size: what is looked at of a picture to be sure of a face that an edge cuts off; and the score it has
there. Of those that scored .5 to .6 before, 94 % of 254 faces are seen, and 2 of 16 sleeves and curtains whose mirror
image makes them a face (four clips of `../shared/media`)."""
WELL = 0.95
"""Of a strip: a face that reaches farther may be cut off by its border."""
STIRRED = 2
"""Cells that change along an edge when somebody comes in there: the smallest faces that detectors find span two."""


class Edge(Enum):
    """Of a picture."""

    LEFT = "left"
    TOP = "top"
    RIGHT = "right"
    BOTTOM = "bottom"


def detect_mirrored(detector: FaceDetector, image: Image) -> list[Detection]:
    """Faces of a picture, also those that are partly beyond one of its edges."""
    height, width = image.shape[:2]
    x, y = (min(round(edge * MIRRORED), edge - 1) for edge in (width, height))
    return _detect_in(detector, image, np.s_[0:height, 0:width], (x, y, x, y))


def detect_at_edge(detector: FaceDetector, image: Image, edge: Edge) -> list[Detection]:
    """Faces along one edge, from nearer: those that it cuts off, also if little has come in, and small ones beside it.

    Not those that reach beyond the strip: of them only a part was looked at.
    """
    height, width = image.shape[:2]
    strip = strip_of((width, height))
    beyond = strip - 1
    match edge:
        case Edge.LEFT:
            place, mirrored = np.s_[0:height, 0:strip], (beyond, 0, 0, 0)
        case Edge.TOP:
            place, mirrored = np.s_[0:strip, 0:width], (0, beyond, 0, 0)
        case Edge.RIGHT:
            place, mirrored = np.s_[0:height, width - strip : width], (0, 0, beyond, 0)
        case Edge.BOTTOM:
            place, mirrored = np.s_[height - strip : height, 0:width], (0, 0, 0, beyond)
    found = _detect_in(detector, image, place, mirrored)
    return [face for face in found if _is_whole(face.box_xyxy, edge, (width, height))]


def is_seen_from_nearer(detector: FaceDetector, image: Image, box: Points) -> bool:
    """Whether a face that an edge cuts off is one. box: x1, y1, x2, y2 px."""
    found = _detect_in(detector, image, *nearer((image.shape[1], image.shape[0]), box))
    return _is_surely_among(found, box)


def is_seen_unmirrored(detector: FaceDetector, image: Image, box: Points) -> bool:
    """Whether such a face is seen in the picture as it is: no sleeve and its mirror image are."""
    return _is_surely_among(detector.detect(image), box)


def _is_surely_among(found: list[Detection], box: Points) -> bool:
    sure = boxes_of([face for face in found if face.score >= SURE])
    return bool(iou(box, sure).max(initial=0) >= SAME_FACE_IOU)


def boxes_of(found: list[Detection]) -> Points:
    """(N, 4) px."""
    return np.array([face.box_xyxy for face in found], np.float32).reshape(-1, 4)


def others(found: list[Detection], known: list[Detection]) -> list[Detection]:
    """Those that are not known."""
    again = matched(boxes_of(known), boxes_of(found), least_iou=SAME_FACE_IOU).values()
    return [face for number, face in enumerate(found) if number not in again]


def nearer(size_wh: tuple[int, int], box: Points) -> tuple[tuple[slice, slice], tuple[int, int, int, int]]:
    """What is looked at to be sure of a face. box: x1, y1, x2, y2 px of a picture of this size.

    Returns the place in the picture, and how many px left of, above, right of and below it are its mirror image.
    """
    (width, height), size = size_wh, round(NEARER * size_of(box))
    left, top = (int(edge) for edge in np.round((box[:2] + box[2:] - size) / 2))
    place = np.s_[max(0, top) : min(height, top + size), max(0, left) : min(width, left + size)]
    return place, (max(0, -left), max(0, -top), max(0, left + size - width), max(0, top + size - height))


def strip_of(size_wh: tuple[int, int]) -> int:
    """Width of a strip, in the unit of the size."""
    return max(2, round(STRIP * min(size_wh)))


def edges_that_cut(box: Points, size_wh: tuple[int, int]) -> frozenset[Edge]:
    """Beyond which edges of a picture of this size a box (x1, y1, x2, y2 px) reaches."""
    (x1, y1, x2, y2), (width, height) = box, size_wh
    beyond = {Edge.LEFT: x1 < 0, Edge.TOP: y1 < 0, Edge.RIGHT: x2 > width, Edge.BOTTOM: y2 > height}
    return frozenset(edge for edge, is_beyond in beyond.items() if is_beyond)


def edges_stirred(changed: NDArray[np.bool_], followed: Sequence[Points], size_wh: tuple[int, int]) -> frozenset[Edge]:
    """At which edges something changed that may be somebody who comes in.

    changed: (rows, columns) of a picture of this size. followed: boxes of faces, px. What moves at the lower edge below
    one of them is their shoulders or hands.
    """
    lower = changed[-1].copy()
    for left, top, right, bottom in followed:
        reach = max(right - left, bottom - top)
        columns = np.array([left - reach, right + reach]) * changed.shape[1] / size_wh[0]
        lower[max(0, int(columns[0])) : max(0, int(np.ceil(columns[1])))] = False
    rims = {Edge.LEFT: changed[:, 0], Edge.TOP: changed[0], Edge.RIGHT: changed[:, -1], Edge.BOTTOM: lower}
    return frozenset(edge for edge, rim in rims.items() if np.count_nonzero(rim) >= STIRRED)


def is_stirred_inside(changed: NDArray[np.bool_], edges: Collection[Edge]) -> bool:
    """Whether something changed in a picture elsewhere than in the strips along these edges.

    The last cells of a strip count as beyond it: what reaches there may be a face too large for it.
    """
    rows, columns = changed.shape
    strip = strip_of((columns, rows)) - 1
    inside = np.s_[
        strip if Edge.TOP in edges else 0 : rows - strip if Edge.BOTTOM in edges else rows,
        strip if Edge.LEFT in edges else 0 : columns - strip if Edge.RIGHT in edges else columns,
    ]
    return bool(np.count_nonzero(changed[inside]) >= STIRRED)


def moved(face: Detection, by: Collection[int]) -> Detection:
    """The same face farther right and down. by: px."""
    return replace(
        face,
        box_xyxy=face.box_xyxy + np.array([*by, *by], np.float32),
        keypoints=face.keypoints + np.array([*by], np.float32),
    )


def _detect_in(
    detector: FaceDetector, image: Image, place: tuple[slice, slice], beyond: tuple[int, int, int, int]
) -> list[Detection]:
    """beyond: px that are mirrored left of, above, right of and below the place."""
    left, top, right, bottom = beyond
    wider = cv2.copyMakeBorder(image[place], top, bottom, left, right, cv2.BORDER_REFLECT_101)
    corner = int(place[1].start) - left, int(place[0].start) - top
    found = (moved(face, corner) for face in detector.detect(np.asarray(wider, np.uint8)))
    return [face for face in found if _is_inside(face, (image.shape[1], image.shape[0]))]


def _is_inside(face: Detection, size_wh: tuple[int, int]) -> bool:
    """Whether enough of a face lies in a picture of this size."""
    low, high = np.maximum(face.box_xyxy[:2], 0), np.minimum(face.box_xyxy[2:], size_wh)
    return bool((high - low >= LEAST_INSIDE * (face.box_xyxy[2:] - face.box_xyxy[:2])).all())


def _is_whole(box: Points, edge: Edge, size_wh: tuple[int, int]) -> bool:
    """Whether a face in a strip is all that is to be seen of it: the edge cuts it off, or it is well in the strip."""
    (x1, y1, x2, y2), (width, height) = box, size_wh
    reach = {Edge.LEFT: x2, Edge.TOP: y2, Edge.RIGHT: width - x1, Edge.BOTTOM: height - y1}[edge]
    return edge in edges_that_cut(box, size_wh) or bool(reach <= WELL * strip_of(size_wh))
