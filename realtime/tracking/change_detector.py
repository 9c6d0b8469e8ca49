"""Whether something as large as a face has changed in a picture since it was last searched: then it is searched again.

A newcomer, somebody who takes a hand off their face and a cut of a video all change the picture; a still room does not,
and need not be searched. Knows brightness in a coarse grid; knows no face.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.image.geometry import size_of
from engines.types import Image, Points

CELLS, FINER, SAMPLES = 32, 4, 2
"""Cells along the longer edge by which changes are told; how much finer pictures are kept, to see how the camera moved;
and pixels that are looked at along an edge of those."""
CHANGED = 10.0
"""Of 255: a cell's change from which on it counts. A face is 20 and more from most of what is behind it."""
OWN_FROM = 0.1
"""Of its box: so far inside the oval of a face that is followed, change is its own. Nearer to its edge somebody may
come out from behind it."""
CUT = 0.5
"""Share of the cells that a cut changes."""
STEPS, OTHERWISE = 3, 6.0
"""Towards how the camera moved, and, of 255, the change from which on a place counts little in it."""
CLUSTER = 2, 3
"""Edge of a square of cells, and how many of them must have changed: the smallest faces that detectors find in a whole
picture span two cells."""


class ChangeDetector:
    """Compares pictures with the one that was last searched. One thread at a time.

    is_new: whether the last picture has nothing to do with the one that was searched: the first one, or after a cut.
    cells: (rows, columns) of it, where it has changed and no face explains it; known when it has changed.
    """

    def __init__(self) -> None:
        self._searched, self._now = _Seen(), _Seen()
        self.is_new = True
        self.cells: NDArray[np.bool_] = np.ones((1, 1), np.bool_)

    def has_changed(self, image: Image, followed: Sequence[Points]) -> bool:
        """Whether there is a change that no face of `followed` (boxes x1, y1, x2, y2 px) explains.

        Shoulders, chairs and whole pictures that move with the largest face are explained by it, and a picture that
        moves as a whole by a camera that does.
        """
        before, self._now = self._searched, _Seen.of(image, followed)
        self.is_new = before.cells.shape != self._now.cells.shape
        if self.is_new:
            self.cells = np.ones(_apart(self._now.cells, self._now.cells).shape, np.bool_)
            return True
        self.cells = _apart(self._now.cells, before.cells) > CHANGED
        self.is_new = bool(self.cells.mean() > CUT)
        for box in followed:
            self.cells &= ~_own_cells(box, image, self.cells.shape)
        for explained_in in (before.carried_to, before.shaken_to):
            if not _is_clustered(self.cells):
                return False
            self.cells &= _apart(self._now.cells, explained_in(self._now)) > CHANGED
        return _is_clustered(self.cells)

    def searched(self) -> None:
        """The picture that was looked at last has been searched."""
        self._searched = self._now


@dataclass(frozen=True, slots=True)
class _Seen:
    """A picture. cells: (rows, columns, 3) mean colours, `FINER`. face: x1, y1, x2, y2 of its largest one, cells."""

    cells: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0, 3), np.float32))
    face: Points | None = None

    @classmethod
    def of(cls, image: Image, boxes: Sequence[Points]) -> "_Seen":
        cells = _cells(image)
        largest = max(boxes, key=size_of, default=None)
        return cls(cells, None if largest is None else largest * np.float32(cells.shape[1] / image.shape[1]))

    def carried_to(self, now: "_Seen") -> NDArray[np.float32]:
        """The cells as they would be if all had moved with the face."""
        if self.face is None or now.face is None:
            return self.cells
        scale = float((now.face[2:] - now.face[:2]).mean() / max(float((self.face[2:] - self.face[:2]).mean()), 1e-6))
        offset = (now.face[:2] + now.face[2:]) / 2 - scale * (self.face[:2] + self.face[2:]) / 2
        affine = np.array([[scale, 0, offset[0]], [0, scale, offset[1]]])
        return _moved(self.cells, affine)

    def shaken_to(self, now: "_Seen") -> NDArray[np.float32]:
        """The cells as they would be if nothing but the camera had moved."""
        return _moved(self.cells, _shift(_grey(self.cells), _grey(now.cells)))


def _is_clustered(changed: NDArray[np.bool_]) -> bool:
    """Whether so many of (rows, columns) lie together that they may be a face."""
    edge, least = CLUSTER
    border = cv2.BORDER_REPLICATE  # who comes in is half beyond the edge
    whole = cv2.copyMakeBorder(changed.view(np.uint8), 0, 1, 0, 1, border)
    return bool(cv2.boxFilter(whole, -1, (edge, edge), normalize=False, borderType=border).max() >= least)


def _shift(before: NDArray[np.float32], now: NDArray[np.float32]) -> NDArray[np.float64]:
    """(2, 3): by how much most of a picture moved, by its slopes (Lucas and Kanade, 1981), whatever moves otherwise."""
    shift = np.eye(2, 3)
    for _ in range(STEPS):
        moved = _moved(before, shift)
        slopes = np.stack([cv2.Sobel(moved, cv2.CV_32F, x, 1 - x, scale=1 / 8).ravel() for x in (1, 0)])
        apart = (now - moved).ravel()
        weighted = slopes / (1 + (apart / OTHERWISE) ** 2)
        _, step = cv2.solve(weighted @ slopes.T, weighted @ apart[:, np.newaxis], flags=cv2.DECOMP_SVD)
        shift[:, 2] -= step[:, 0]
    return shift


def _grey(cells: NDArray[np.float32]) -> NDArray[np.float32]:
    """(rows, columns): what `cells.mean(axis=2)` is, at a tenth of its time."""
    return np.asarray(cv2.transform(cells, np.ones((1, 3), np.float32)) / np.float32(3), np.float32)


def _moved(cells: NDArray[np.float32], affine: NDArray[np.float64]) -> NDArray[np.float32]:
    size_wh = cells.shape[1], cells.shape[0]
    return np.asarray(cv2.warpAffine(cells, affine, size_wh, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _apart(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    """(rows, columns) of cells: differences, averaged before their signs are lost: an edge that moves is none."""
    rows, columns = (max(1, edge // FINER) for edge in one.shape[:2])
    pooled = cv2.resize(one - other, (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.reduce(np.abs(pooled).reshape(-1, 3), 1, cv2.REDUCE_MAX).reshape(rows, columns), np.float32)


def _cells(image: Image) -> NDArray[np.float32]:
    """(rows, columns, 3): mean colours, of a few samples each."""
    height, width = image.shape[:2]
    scale = CELLS * FINER / max(height, width)
    step = max(1, round(1 / (scale * SAMPLES)))
    size_wh = max(2, round(width * scale)), max(2, round(height * scale))
    y, x = (min(step // 2, edge - 1) for edge in (height, width))
    every = np.array([[step, 0, x], [0, step, y]], np.float64)
    sampled_wh = len(range(x, width, step)), len(range(y, height, step))
    sampled = cv2.warpAffine(image, every, sampled_wh, flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)
    return np.asarray(cv2.resize(sampled, size_wh, interpolation=cv2.INTER_AREA), np.float32)


def _own_cells(box: Points, image: Image, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """(rows, columns): the cells whose middle lies well inside the face in a box."""
    scale = np.array([shape[1] / image.shape[1], shape[0] / image.shape[0]])
    middle, half = (box[:2] + box[2:]) / 2 * scale, (box[2:] - box[:2]) / 2 - OWN_FROM * size_of(box)
    across, down = (half * scale).clip(1e-6)
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    away = ((columns + 0.5 - middle[0]) / across) ** 2 + ((rows + 0.5 - middle[1]) / down) ** 2
    return np.asarray(away < 1)
