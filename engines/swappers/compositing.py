"""Several faces onto one picture: far ones first, each on its own person, together where a network takes them together.

Knows prepared faces and which of two is nearer; knows no network.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Protocol, runtime_checkable

import cv2
import numpy as np

from engines.image.geometry import box_of, eye_distance, overlap
from engines.mesh import mesh_topology
from engines.types import Coverage, FaceLandmarks, Image, Points, PreparedFace

Part = tuple[FaceLandmarks, PreparedFace]
Place = tuple[slice, slice]


@runtime_checkable
class BatchFace(PreparedFace, Protocol):
    """A prepared face that can share a run with others of the same network."""

    @property
    def batch(self) -> object | None:
        """The same object for all faces that can be run together; None for a face that goes alone."""
        ...

    def paint_together(self, canvas: Image, parts: Sequence[Part]) -> list[Coverage]:
        """Paint all of `parts`, which have the same `batch`, in place."""
        ...


@runtime_checkable
class LearningFace(PreparedFace, Protocol):
    """A prepared face that learns the target's proportions as it is painted, over many pictures."""

    def learn(self, face: FaceLandmarks) -> None:
        """Learn them from a picture that is not painted."""
        ...


def learn_all(parts: Sequence[Part]) -> None:
    """Let those learn that do from a picture that nobody sees."""
    for face, prepared in parts:
        if isinstance(prepared, LearningFace):
            prepared.learn(face)


def paint_all(canvas: Image, parts: Sequence[Part]) -> list[Coverage]:
    """Swap every face of `parts` in `canvas`, in place. Returns what became of each, in their order.

    Where two overlap, the nearer one (the larger) is in front: nothing of the farther one is painted on it.
    """
    if _overlap(parts):
        return _paint_in_depth(canvas, parts)
    done: list[Coverage] = []
    for batch, group in groupby(parts, key=_batch_of):
        together = list(group)
        first = together[0][1]
        if batch is not None and len(together) > 1 and isinstance(first, BatchFace):
            done += first.paint_together(canvas, together)
        else:
            done += [prepared.paint(canvas, face) for face, prepared in together]
    return done


def _paint_in_depth(canvas: Image, parts: Sequence[Part]) -> list[Coverage]:
    """Far ones first. A face that was painted into a nearer one gives back what it took.

    Where the nearer one is then left as it was, something is in front of it: that may be the farther face after all (a
    child before a grown-up), so it shows what was painted there first.
    """
    far_first = sorted(range(len(parts)), key=lambda number: eye_distance(parts[number][0].points))
    done: dict[int, Coverage] = {}
    painted_behind: dict[int, list[tuple[Place, Image, Image]]] = {}
    for step, number in enumerate(far_first):
        face, prepared = parts[number]
        nearer = [other for other in far_first[step + 1 :] if _meet(face, parts[other][0])]
        kept = [(other, *_cut_out(canvas, parts[other][0].points)) for other in nearer]
        done[number] = prepared.paint(canvas, face)
        for place, before, painted in painted_behind.get(number, []):
            left_alone = (canvas[place] == before).all(axis=2)
            canvas[place][left_alone] = painted[left_alone]
        for other, place, mask, content in kept:
            painted_behind.setdefault(other, []).append((place, content, canvas[place].copy()))
            canvas[place][mask] = content[mask]
    return [done[number] for number in range(len(parts))]


def _cut_out(canvas: Image, points: Points) -> tuple[Place, np.ndarray, Image]:
    """The rectangle of a face, which of its pixels are the face's, and a copy of it."""
    height, width = canvas.shape[:2]
    x1, y1, x2, y2 = box_of(points)
    left, top = (int(np.clip(edge, 0, most)) for edge, most in ((x1, width), (y1, height)))
    right, bottom = (int(np.clip(edge + 1, 0, most)) for edge, most in ((x2, width), (y2, height)))
    outline = points[mesh_topology.face_oval(), :2] - np.array([left, top], np.float32)
    mask = np.zeros((bottom - top, right - left), np.uint8)
    if mask.size:
        cv2.fillConvexPoly(mask, cv2.convexHull(np.round(outline).astype(np.int32)), (1.0,))
    return np.s_[top:bottom, left:right], mask > 0, canvas[top:bottom, left:right].copy()


def _overlap(parts: Sequence[Part]) -> bool:
    return any(_meet(one, other) for number, (one, _) in enumerate(parts) for other, _ in parts[:number])


def _meet(one: FaceLandmarks, other: FaceLandmarks) -> bool:
    """Whether their boxes have anything in common."""
    return overlap(box_of(one.points), box_of(other.points))


def _batch_of(part: Part) -> object | None:
    prepared = part[1]
    return prepared.batch if isinstance(prepared, BatchFace) else None
