"""Who wears which face when wearers are known: `--map wearer.jpg=source.jpg`.

A face is recognised when it comes into view, again while it is a stranger, and never again once it is known: a network
of 50 ms has no place in every frame. Knows embeddings and people's numbers; knows no network.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engines.types import FaceLandmarks, Image, PreparedFace
from realtime.assignment import REMEMBERED_PEOPLE, Assignment, TrackedFace
from realtime.live import AS_STARTED, LiveSettings

Embed = Callable[[Image, FaceLandmarks], NDArray[np.float32]]
"""(512,) of length 1: who a face is."""

SIMILAR = 0.35
"""Cosine from which two embeddings of w600k_r50 are one person; strangers seldom reach 0.25."""
LOOK_AGAIN_NS = 1_000_000_000
"""A face that was turned away when it came is looked at again."""


@dataclass(frozen=True, slots=True)
class KnownWearer:
    """Somebody who wears a face of their own. embedding: of length 1."""

    name: str
    embedding: NDArray[np.float32]
    wears: PreparedFace


@dataclass(slots=True)
class _Look:
    wearer: KnownWearer | None
    at_ns: int


class RecognitionAssigner:
    """Gives each known wearer in view their face; everybody else is a stranger. threshold: see SIMILAR."""

    def __init__(self, wearers: Sequence[KnownWearer], embed: Embed, *, threshold: float = SIMILAR) -> None:
        self._wearers, self._embed, self._threshold = tuple(wearers), embed, threshold
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
        return [Assignment(track, None if wearer is None else wearer.wears) for track, wearer in known]

    def is_wanted(self, number: int) -> bool:
        """See `FaceAssigner`."""
        look = self._looks.get(number)
        return look is not None and look.wearer is not None

    def _known(self, track: TrackedFace, at_ns: int, canvas: Image | None) -> KnownWearer | None:
        look = self._looks.get(track.id)
        if look is None or (look.wearer is None and at_ns - look.at_ns >= LOOK_AGAIN_NS):
            look = _Look(self._recognised(track.face, canvas), at_ns)
            self._looks[track.id] = look
            if len(self._looks) > REMEMBERED_PEOPLE:
                self._looks.popitem(last=False)
        self._looks.move_to_end(track.id)
        return look.wearer

    def _recognised(self, face: FaceLandmarks, canvas: Image | None) -> KnownWearer | None:
        if canvas is None or not self._wearers:
            return None
        seen = self._embed(canvas, face)
        nearest = max(self._wearers, key=lambda wearer: float(wearer.embedding @ seen))
        return nearest if float(nearest.embedding @ seen) >= self._threshold else None
