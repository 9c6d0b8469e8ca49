"""Who wears which face when targets are known: `--map target.jpg=source.jpg`.

A face is recognised when it comes into view, again while it is a stranger, and never again once it is known: a network
of 50 ms has no place in every frame. Knows embeddings and people's numbers; knows no network.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engines.types import FaceLandmarks, Image, PreparedFace
from realtime.stream.live_settings import AS_STARTED, LiveSettings
from realtime.tracking.assignment import REMEMBERED_PEOPLE, Assignment, TrackedFace

Embed = Callable[[Image, FaceLandmarks], NDArray[np.float32]]
"""(512,) of length 1: who a face is."""

SIMILAR = 0.35
"""Cosine from which two embeddings of w600k_r50 are one person; strangers seldom reach 0.25."""
LOOK_AGAIN_NS = 1_000_000_000
"""A face that was turned away when it came is looked at again."""


@dataclass(frozen=True, slots=True)
class KnownTarget:
    """Somebody who wears a face of their own. embedding: of length 1."""

    name: str
    embedding: NDArray[np.float32]
    wears: PreparedFace


@dataclass(slots=True)
class _Look:
    target: KnownTarget | None
    at_ns: int


class RecognitionAssigner:
    """Gives each known target in view their face; everybody else is a stranger. threshold: see SIMILAR."""

    def __init__(self, targets: Sequence[KnownTarget], embed: Embed, *, threshold: float = SIMILAR) -> None:
        self._targets, self._embed, self._threshold = tuple(targets), embed, threshold
        self._looks: OrderedDict[int, _Look] = OrderedDict()  # last seen last

    def assign(
        self,
        in_view: Sequence[TrackedFace],
        _settings: LiveSettings = AS_STARTED,
        at_ns: int = 0,
        canvas: Image | None = None,
    ) -> list[Assignment]:
        """See `FaceAssigner`."""
        known = [(track, self._known(track, at_ns, canvas)) for track in in_view]
        return [Assignment(track, None if target is None else target.wears) for track, target in known]

    def is_wanted(self, number: int) -> bool:
        """See `FaceAssigner`."""
        look = self._looks.get(number)
        return look is not None and look.target is not None

    def may_be_left(self, _number: int | None) -> bool:
        """See `FaceAssigner`."""
        return True

    def _known(self, track: TrackedFace, at_ns: int, canvas: Image | None) -> KnownTarget | None:
        look = self._looks.get(track.id)
        if look is None or (look.target is None and at_ns - look.at_ns >= LOOK_AGAIN_NS):
            look = _Look(self._recognised(track.face, canvas), at_ns)
            self._looks[track.id] = look
            if len(self._looks) > REMEMBERED_PEOPLE:
                self._looks.popitem(last=False)
        self._looks.move_to_end(track.id)
        return look.target

    def _recognised(self, face: FaceLandmarks, canvas: Image | None) -> KnownTarget | None:
        if canvas is None or not self._targets:
            return None
        seen = self._embed(canvas, face)
        nearest = max(self._targets, key=lambda target: float(target.embedding @ seen))
        return nearest if float(nearest.embedding @ seen) >= self._threshold else None
