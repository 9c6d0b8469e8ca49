"""Who wears which face when wearers are known: `--map wearer.jpg=source.jpg`.

A face is recognised when it comes into view, again while it is a stranger, and never again once it is known: a network
of 50 ms has no place in every frame. Knows embeddings and tracks; knows no network.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engines.types import FaceLandmarks, Image, PreparedFace
from realtime.casting import REMEMBERED_TRACKS, TrackedFace
from realtime.live import AS_STARTED, LiveSettings

Embed = Callable[[Image, FaceLandmarks], NDArray[np.float32]]
"""(512,) of length 1: who a face is."""

SURE = 0.35
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


class KnownCasting:
    """Gives each known wearer in view their face.

    strangers: what is painted over everybody else; None leaves them as they are. threshold: see SURE.
    """

    def __init__(
        self,
        wearers: Sequence[KnownWearer],
        embed: Embed,
        *,
        strangers: PreparedFace | None = None,
        threshold: float = SURE,
    ) -> None:
        self._wearers, self._embed = tuple(wearers), embed
        self._strangers, self._threshold = strangers, threshold
        self._looks: dict[int, _Look] = {}

    def assign(
        self,
        in_view: Sequence[TrackedFace],
        _settings: LiveSettings = AS_STARTED,
        at_ns: int = 0,
        canvas: Image | None = None,
    ) -> list[tuple[FaceLandmarks, PreparedFace]]:
        """What to paint where. in_view: best first. canvas: the picture they are in, not yet painted."""
        parts: list[tuple[FaceLandmarks, PreparedFace]] = []
        for track in in_view:
            wearer = self._known(track, at_ns, canvas)
            worn = self._strangers if wearer is None else wearer.wears
            if worn is not None:
                parts.append((track.face, worn))
        return parts

    def misses(self, ids: Collection[int]) -> bool:
        """Whether one of these faces, lost a moment ago, is one that must not be seen bare."""
        return any(
            self._strangers is not None or look.wearer is not None
            for number, look in self._looks.items()
            if number in ids
        )

    def _known(self, track: TrackedFace, at_ns: int, canvas: Image | None) -> KnownWearer | None:
        look = self._looks.get(track.id)
        if look is None or (look.wearer is None and at_ns - look.at_ns >= LOOK_AGAIN_NS):
            look = _Look(self._recognised(track.face, canvas), at_ns)
            self._looks[track.id] = look
            if len(self._looks) > REMEMBERED_TRACKS:
                del self._looks[next(iter(self._looks))]
        return look.wearer

    def _recognised(self, face: FaceLandmarks, canvas: Image | None) -> KnownWearer | None:
        if canvas is None or not self._wearers:
            return None
        seen = self._embed(canvas, face)
        nearest = max(self._wearers, key=lambda wearer: float(wearer.embedding @ seen))
        return nearest if float(nearest.embedding @ seen) >= self._threshold else None
