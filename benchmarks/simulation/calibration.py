"""What the watermark's gain is of faces that are bare, only moved, or honestly swapped: before anything is called bare.

Knows cut-outs, the swapper and the watermark; knows no scene and no pipeline.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.scoring.watermark import Watermark, moved
from benchmarks.simulation.clips import SIDES, CutOut, cover
from benchmarks.simulation.real import RECOGNISABLE
from engines.swappers.mesh.swapper import MeshFace, MeshSwapper
from engines.track_state import TrackState
from engines.types import FaceLandmarks, Image, SourcePhoto

CALIBRATED, PARTS = (3, 4, 16), (0.5, 0.6)
"""Sources, every how many frames of each clip, and every how many with parts; how much of a face is then covered."""


def calibrated(people: Sequence[CutOut], photos: Sequence[SourcePhoto], strength: float) -> dict[str, list[float]]:
    """Least, median and largest gain of bare faces, of those that are only moved, and of honest swaps.

    Of whole faces, and of parts of faces of which all were bare, moved or swapped: the rest is not looked at.
    """
    sources, every, every_part = CALIBRATED
    swapper, gains = MeshSwapper(strength), dict[str, list[float]]()
    for worn in [swapper.prepare(photo) for photo in photos[:sources]]:
        for who in people:
            track_state = TrackState()
            for number in range(0, len(who.pictures), every):
                face = FaceLandmarks(who.points[number], 1.0, track_state=track_state)
                for visible in _parts(who.pictures[number], face, with_parts=number % every_part == 0):
                    for kind, gain in _gains_of(worn, who.pictures[number], face, visible, number):
                        gains.setdefault(kind, []).append(gain)
    return {kind: [float(np.quantile(found, share)) for share in (0, 0.5, 1)] for kind, found in sorted(gains.items())}


def _parts(picture: Image, face: FaceLandmarks, *, with_parts: bool) -> Iterator[NDArray[np.bool_]]:
    """(H, W): everywhere, and where covers would leave a part of a face to be seen."""
    yield np.ones(picture.shape[:2], np.bool_)
    for share in PARTS if with_parts else ():
        for side in SIDES:
            yield cover(picture.copy(), face.points, side, share, "grey")


def _gains_of(
    worn: MeshFace, picture: Image, face: FaceLandmarks, visible: NDArray[np.bool_], number: int
) -> Iterator[tuple[str, float]]:
    """Of one face, a part of which is looked at: with the share that is."""
    marked = picture.copy()
    mark = Watermark.put(marked, face.points, visible, number)
    if mark is None:
        return
    warp, swapped, (rows, columns) = worn.warp_of(marked, face), marked.copy(), picture.shape[:2]
    worn.paint(swapped, face)
    only_moved = moved(marked, warp, (slice(0, rows), slice(0, columns)), np.zeros(2, np.float32))
    least = next(least for least in RECOGNISABLE if mark.share >= least)
    for kind, shown in (("bare", marked), ("moved", only_moved), ("honest", swapped)):
        yield f"{kind}, {least:.0%} and more" if least < max(RECOGNISABLE) else kind, mark.gain(shown, [warp])
