"""What is before the face in some frames of real clips, as somebody drew it by hand: annotations/CLIP.toml.

Coordinates alone, no pictures. Knows shapes and masks; knows no engine and reads no video.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.scoring.scores import Mask
from engines.types import Points

FOLDER = Path(__file__).parent.parent / "annotations"


@dataclass(frozen=True, slots=True)
class Shape:
    """One thing, or a part of it. points: (N, 2) px, of its outline; with a width, px, of a line in its middle."""

    what: str
    points: Points
    width: int = 0


@dataclass(frozen=True, slots=True)
class Annotation:
    """One frame. number: of the frame. unclear: half transparent or soft, so that neither answer is wrong."""

    number: int
    in_front: tuple[Shape, ...]
    unclear: tuple[Shape, ...] = ()


def annotations_of(text: str) -> dict[int, Annotation]:
    """Those of one clip, by number."""
    frames = [
        Annotation(frame["number"], _shapes(frame["in_front"]), _shapes(frame.get("unclear", ())))
        for frame in tomllib.loads(text)["frame"]
    ]
    return {frame.number: frame for frame in frames}


def masks_of(frame: Annotation, size_hw: tuple[int, int], what: str = "") -> Mask:
    """(H, W): what is before the face. what: only things of that name."""
    return _drawn((shape for shape in frame.in_front if what in {"", shape.what}), size_hw)


def unclear_of(frame: Annotation, size_hw: tuple[int, int]) -> Mask:
    """(H, W): where nobody is asked."""
    return _drawn(frame.unclear, size_hw)


def _shapes(rows: Iterable[dict[str, Any]]) -> tuple[Shape, ...]:
    return tuple(Shape(row["what"], np.array(row["points"], np.float32), row.get("width", 0)) for row in rows)


def _drawn(shapes: Iterable[Shape], size_hw: tuple[int, int]) -> Mask:
    mask: NDArray[np.uint8] = np.zeros(size_hw, np.uint8)
    for shape in shapes:
        points = [shape.points.round().astype(np.int32)]
        if shape.width:
            # OpenCV's own thick lines are up to two px broader than was asked for.
            apart = cv2.polylines(np.ones(size_hw, np.uint8), points, isClosed=False, color=(0.0,))
            mask[cv2.distanceTransform(apart, cv2.DIST_L2, 5) <= shape.width / 2] = 1
        else:
            cv2.fillPoly(mask, points, (1.0,))
    return np.asarray(mask, bool)
