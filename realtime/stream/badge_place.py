"""Where a badge goes on a face: within the face's box, so that a crop to the face keeps it, but on no eye and no mouth.

    1. the lower corners of the box, beside the chin
    2. directly under the face, where a small face has no room in itself
    3. the upper corners, directly above the face: of a face that lies on its side, or ends at the picture's edge

Knows boxes; draws nothing and remembers nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engines.image.geometry import box_of
from engines.mesh import mesh_topology
from engines.types import Points

CORNERS_OF_EYES = np.array([33, 133, 362, 263])
"""They move with the head, and neither with lids nor with lips."""
FEATURES = (*mesh_topology.eye_rims(), mesh_topology.OUTER_LIPS)
MARGIN = 0.03
"""Kept free around eyes and mouth / the face's height."""

Box = tuple[float, float, float, float]
"""x1, y1, x2, y2 px."""


@dataclass(frozen=True, slots=True)
class FaceInView:
    """A face in the picture that viewers see. id: of the person. box: (4,) px. features: eyes and mouth, with a margin.

    anchor: (2,) px, what moves as the head does.
    """

    id: int
    box: Box
    features: tuple[Box, ...]
    anchor: NDArray[np.float64]

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
        box = box_of(at)
        margin = MARGIN * float(box[3] - box[1])
        grown = np.array([-margin, -margin, margin, margin], np.float32)
        features = tuple(_as_box(box_of(at[part]) + grown) for part in FEATURES)
        return cls(number, _as_box(box), features, at[CORNERS_OF_EYES].mean(axis=0, dtype=np.float64))


def corners(face: FaceInView, tag_wh: tuple[int, int], frame_wh: tuple[int, int]) -> Iterator[tuple[float, float]]:
    """Upper left corners of a tag at the places for it, in this order, each moved into the picture."""
    width, height = tag_wh
    x1, y1 = (max(0.0, edge) for edge in face.box[:2])
    x2, y2 = (min(float(size), edge) for size, edge in zip(frame_wh, face.box[2:], strict=True))
    middle = (x1 + x2 - width) / 2
    places = (
        *((x2 - width, y2 - height), (x1, y2 - height), (middle, y2)),
        *((x2 - width, y1), (x1, y1), (middle, y1 - height)),
    )
    for x, y in places:
        yield min(max(0.0, x), max(0.0, frame_wh[0] - width)), min(max(0.0, y), max(0.0, frame_wh[1] - height))


def is_free(corner: tuple[float, float], tag_wh: tuple[int, int], taken: Sequence[Box]) -> bool:
    """Whether a tag whose upper left corner is there covers none of these."""
    (x1, y1), (width, height) = corner, tag_wh
    return not any(
        x1 < right and left < x1 + width and y1 < bottom and top < y1 + height for left, top, right, bottom in taken
    )


def is_inside(corner: tuple[float, float], tag_wh: tuple[int, int], frame_wh: tuple[int, int]) -> bool:
    """Whether all of a tag is in the picture."""
    return all(at >= 0 and at + size <= most for at, size, most in zip(corner, tag_wh, frame_wh, strict=True))


def _as_box(box: Points) -> Box:
    x1, y1, x2, y2 = box.tolist()
    return x1, y1, x2, y2
