"""Several faces onto one picture: one after another, or in one run of a network that takes them together.

Knows prepared faces; knows no network.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Protocol, runtime_checkable

from engines.types import FaceLandmarks, Image, PreparedFace

Part = tuple[FaceLandmarks, PreparedFace]


@runtime_checkable
class BatchFace(PreparedFace, Protocol):
    """A prepared face that can share a run with others of the same network."""

    @property
    def batch(self) -> object | None:
        """The same object for all faces that can be run together; None for a face that goes alone."""
        ...

    def paint_together(self, canvas: Image, parts: Sequence[Part]) -> None:
        """Paint all of `parts`, which have the same `batch`, in place."""
        ...


def paint_all(canvas: Image, parts: Sequence[Part]) -> None:
    """Swap every face of `parts` in `canvas`, in place, in their order."""
    for batch, group in groupby(parts, key=_batch_of):
        together = list(group)
        first = together[0][1]
        if batch is not None and len(together) > 1 and isinstance(first, BatchFace):
            first.paint_together(canvas, together)
        else:
            for face, prepared in together:
                prepared.paint(canvas, face)


def _batch_of(part: Part) -> object | None:
    prepared = part[1]
    return prepared.batch if isinstance(prepared, BatchFace) else None
