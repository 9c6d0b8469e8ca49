"""Whose face the pictures of a run show: each is laid beside what the camera saw.

Knows pictures; knows nothing of what happened to the run.
"""

from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from engines.types import Image

SMALL_WH, CODED_ROWS = (80, 45), 3
"""Of pictures that are compared, and the rows of the time code in them."""
CHANGED, BARE = 8.0, 0.25
"""Of 255, from which a place of a small picture is another than the camera saw; and of the places that a swap usually
changes, the share below which the face is bare."""
MOST = 0.5
"""Of some pictures."""


def small(picture: Image) -> NDArray[np.float32]:
    """(h, w, 3), without the time code."""
    return np.asarray(cv2.resize(picture, SMALL_WH, interpolation=cv2.INTER_AREA)[CODED_ROWS:], np.float32)


def written(path: Path) -> tuple[list[NDArray[np.float32]], list[float]]:
    """The pictures of a file as far as it goes, small, and their times, s."""
    pictures, times = [], []
    with av.open(str(path)) as video:
        try:
            for frame in video.decode(video=0):
                pictures.append(small(np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)))
                times.append(float(frame.time or 0))
        except av.error.InvalidDataError:
            pass  # the last picture of a run that was killed
    return pictures, times


def bare(
    pictures: list[NDArray[np.float32]],
    seen: NDArray[np.float32],
    usual: int,
    within: NDArray[np.bool_] | None = None,
) -> int:
    """How many pictures show the camera's face. seen: (N, h, w, 3), what it saw in all that time.

    usual: how many of the first ones were swapped with nothing in their way. within: (h, w), where to look; None for
    everywhere, in pictures that no coder blurred.
    """
    changed: list[int] = []
    for number, picture in enumerate(pictures):
        if number and np.array_equal(picture, pictures[number - 1]):
            changed.append(changed[-1])
            continue
        places = _changed(picture, seen)
        changed.append(int((places if within is None else places & within).sum()))
    return int((np.array(changed) < BARE * np.median(changed[:usual])).sum())


def swapped_places(pictures: list[NDArray[np.float32]], seen: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(h, w): where most of these pictures, which no coder blurred, are others than the camera saw."""
    return np.asarray(np.mean([_changed(picture, seen) for picture in pictures], axis=0) > MOST, np.bool_)


def _changed(picture: NDArray[np.float32], seen: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(h, w): where it is another than what the camera saw then."""
    apart = np.abs(seen - picture).mean(axis=3)
    return np.asarray(apart[apart.mean(axis=(1, 2)).argmin()] > CHANGED, np.bool_)


def standing_s(pictures: list[NDArray[np.float32]], times: list[float]) -> float:
    """How long the last picture stood: what is withheld stands still."""
    moved = [at for at, picture in zip(times, pictures, strict=True) if not np.array_equal(picture, pictures[-1])]
    return times[-1] - (moved[-1] if moved else times[0])
