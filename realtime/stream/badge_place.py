"""Where a badge goes on a face: within the face's box, so that a crop to the face keeps it, but on no eye and no mouth.

    1. the lower corners of the box, beside the chin
    2. directly under the face, where a small face has no room in itself
    3. the upper corners, directly above the face: of a face that lies on its side, or ends at the picture's edge

Knows boxes; draws nothing and remembers nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engines.image.geometry import CORNERS_OF_EYES, box_of
from engines.mesh import mesh_topology
from engines.types import Points

"""They move with the head, and neither with lids nor with lips."""
_PARTS = (*mesh_topology.eye_rims(), mesh_topology.OUTER_LIPS)
FEATURES, FEATURES_BEGIN = np.concatenate(_PARTS), np.cumsum([0, *map(len, _PARTS[:-1])])
"""Landmarks of both eyes and the mouth, one behind the other, and where each begins."""
MARGIN = 0.03
"""Kept free around eyes and mouth / the face's height."""

Box = tuple[float, float, float, float]
"""x1, y1, x2, y2 px."""
Point = tuple[float, float]
"""x, y px."""


@dataclass(frozen=True, slots=True)
class FaceInView:
    """A face in the picture that viewers see. id: of the person. features: eyes and mouth, with a margin.

    anchor: what moves as the head does.
    """

    id: int
    box: Box
    features: tuple[Box, ...]
    anchor: Point

    @property
    def height(self) -> float:
        """px."""
        return self.box[3] - self.box[1]

    @classmethod
    def of(cls, number: int, points: Points, scale: float = 1.0, mirrored_in: int | None = None) -> "FaceInView":
        """points: (468, 2 or 3) px of the picture that was painted, which is shown `scale` times larger.

        mirrored_in: how wide the picture is that is shown, where it is shown mirrored.
        """
        at = np.asarray(points[:, :2], np.float32)
        if scale != 1.0:
            at = (at + np.float32(0.5)) * np.float32(scale) - np.float32(0.5)
        if mirrored_in is not None:
            at = np.column_stack([mirrored_in - 1 - at[:, 0], at[:, 1]])
        box, of_features = _as_box(box_of(at)), at[FEATURES]
        margin = np.float32(MARGIN * (box[3] - box[1]))
        low = np.minimum.reduceat(of_features, FEATURES_BEGIN, axis=0) - margin
        high = np.maximum.reduceat(of_features, FEATURES_BEGIN, axis=0) + margin
        features = tuple(map(_as_box, np.concatenate([low, high], axis=1)))
        x, y = (at[CORNERS_OF_EYES].sum(axis=(0, 1)) / CORNERS_OF_EYES.size).tolist()
        return cls(number, box, features, (x, y))


def corners(face: FaceInView, tag_wh: tuple[int, int], frame_wh: tuple[int, int]) -> list[Point]:
    """Upper left corners of a tag at the places for it, in this order, each moved into the picture."""
    (width, height), (x1, y1, x2, y2) = tag_wh, face.box
    x1, y1, x2, y2 = max(0.0, x1), max(0.0, y1), min(float(frame_wh[0]), x2), min(float(frame_wh[1]), y2)
    middle = (x1 + x2 - width) / 2
    places = (
        *((x2 - width, y2 - height), (x1, y2 - height), (middle, y2)),
        *((x2 - width, y1), (x1, y1), (middle, y1 - height)),
    )
    most_x, most_y = max(0, frame_wh[0] - width), max(0, frame_wh[1] - height)
    return [(min(max(0.0, x), most_x), min(max(0.0, y), most_y)) for x, y in places]


def is_free(corner: Point, tag_wh: tuple[int, int], taken: Sequence[Box]) -> bool:
    """Whether a tag whose upper left corner is there covers none of these."""
    left, top = corner
    right, bottom = left + tag_wh[0], top + tag_wh[1]
    return not any(left < x2 and x1 < right and top < y2 and y1 < bottom for x1, y1, x2, y2 in taken)


def is_inside(corner: Point, tag_wh: tuple[int, int], frame_wh: tuple[int, int]) -> bool:
    """Whether all of a tag is in the picture."""
    (left, top), (width, height) = corner, tag_wh
    return left >= 0 and top >= 0 and left + width <= frame_wh[0] and top + height <= frame_wh[1]


def _as_box(box: Points) -> Box:
    x1, y1, x2, y2 = box.tolist()
    return x1, y1, x2, y2
