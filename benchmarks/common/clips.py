"""Frames to be swapped and judged: of a video, or of a still picture that a camera looks at for a while.

Knows videos, stills and trackers; knows no score.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks.scoring.evaluators import Embedding, Evaluator
from engines.track_state import TrackState
from engines.types import FaceLandmarks, Image, Points, PreparedFace
from realtime.face_engines import FaceEngines
from realtime.sources.media import open_file
from realtime.stream.clock import NS_PER_S, stream_time_ns
from realtime.tracking.tracker import FaceTracker

HELD_FRAMES, HELD_NOISE = 12, 1.0
"""How long a still is looked at, so that what is averaged over time settles; the standard deviation of the camera's
noise (0..255)."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One frame of a clip in which a face was tracked. number: of the frame.

    looks: (68, 2) px and embedding, as the evaluator sees it; None for frames that are painted, but not judged.
    """

    number: int
    picture: Image
    face: FaceLandmarks
    looks: tuple[Points, Embedding] | None


@dataclass(frozen=True, slots=True)
class Swapped:
    """A frame before and after."""

    seen: Seen
    after: Image


def tracker_of(engines: FaceEngines) -> FaceTracker:
    """One that has seen nothing yet."""
    return FaceTracker(engines.detector, engines.landmarker, hands=engines.hand_tracker())


def watched(
    clip: Path, engines: FaceEngines, evaluator: Evaluator | None, every: int = 1, most: int | None = None
) -> list[Seen]:
    """The frames of a video in which a face is tracked; every n-th is for the evaluator. most: how many, None for
    all."""
    tracker, video, found = tracker_of(engines), open_file(clip), []
    for number, frame in enumerate(islice(video.frames(), most)):
        tracks = tracker.update(frame.image, stream_time_ns(frame, video.info))
        if tracks:
            asked = evaluator is not None and number % every == 0
            looks = evaluator.look(frame.image, tracks[0].face) if evaluator is not None and asked else None
            found.append(Seen(number, frame.image, tracks[0].face, looks))
    return found


def held_still(picture: Image, engines: FaceEngines, evaluator: Evaluator | None) -> list[Seen]:
    """Frames of a camera before that picture: each has noise of its own. The last but one is for the evaluator.

    Empty when no face is seen in it.
    """
    tracker, noise, found = tracker_of(engines), np.random.default_rng(0), []
    for number in range(HELD_FRAMES):
        noisy = np.clip(np.round(picture + noise.normal(0, HELD_NOISE, picture.shape)), 0, 255).astype(np.uint8)
        tracks = tracker.update(noisy, number * NS_PER_S // 30)
        if tracks:
            asked = evaluator is not None and number == HELD_FRAMES - 2
            looks = evaluator.look(noisy, tracks[0].face) if evaluator is not None and asked else None
            found.append(Seen(number, noisy, tracks[0].face, looks))
    return found


def swapped(worn: PreparedFace, frames: list[Seen]) -> Iterator[Swapped]:
    """Each frame in turn, of somebody about whom nothing is known at first: as in a call."""
    track_state = TrackState()
    for seen in frames:
        after = seen.picture.copy()
        worn.paint(after, replace(seen.face, track_state=track_state))
        yield Swapped(seen, after)
