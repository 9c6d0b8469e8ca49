"""What viewers see: the one place that decides it.

Knows the rule below; knows nothing of how faces are found or swapped.

    what became of the frame    live, nothing asked    file, nothing asked    `--when-lost X` asked
    swapped                     the swapped picture    the swapped picture    the swapped picture
    in doubt                    hold                   the swapped picture    X; with pass, the swapped picture
    no wanted face was found    hold                   pass (it is a scene)   X
    the engines failed          hold                   hold                   X
    paused by a person          slate                  slate                  slate

    hold     the last swapped picture again, for half a second of stream time, never one in doubt; after that, and
             before there is one, blur
    blur     this picture with nobody recognisable in it
    slate    a plain picture with words
    pass     this picture as it came: the only way in which viewers see the target, and never after a failure
             unless a person typed it

    every other face in view      live       file     with --map    `--strangers X` asked
    who is not wanted             blur       leave    blur          X: leave, blur, swap
    came after `faces choose`     blur       -        -             swap; else blur
    seen, but without landmarks   blur       leave    blur          leave, but after `faces choose`; else blur
    wanted, unseen for a second   blur       leave    blur          blur live; else as X
    not wanted, unseen            blur       leave    blur          leave; else blur, for two seconds

"Swapped" means that at least one wanted face was found, and every one that was found is painted, which is looked up in
the picture. "In doubt" is a picture in which a wanted face was seen until a moment ago and is not now, is perhaps not
whose it seems to be, or was painted too little: somebody may be bare in it. In a file, who is wanted and is out of
sight for a few pictures only is blurred where they must be (`realtime.stream.backfill`), whatever becomes of strangers.
Who is seen without landmarks is taken to be there for a second after (`realtime.tracking.unplaced_faces`).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Protocol, assert_never

import cv2
import numpy as np

from engines.types import Image
from realtime.choices import WhenLost
from realtime.types import Frame, Outcome, ShownFrame

HOLD_NS = 500_000_000
WITHHELD_NS = 1_000_000_000
"""How long the picture is withheld for a wanted face that is not seen any more; then its place is blurred."""
STRANGER_LOST_NS = 2_000_000_000
"""How long the place of a stranger who is not seen any more stays blurred."""
SURE = 0.5
"""Certainty (`realtime.tracking.tracker.Track`) below which a face is perhaps not whose it seems to be."""
BLUR_CELLS = 8
"""Along the longer edge. A face that fills the frame's height spans 4 x 4 of them; people still recognise half the
well-known faces they see in 7 x 10 (Sinha, Balas, Ostrovsky, Russell: Face Recognition by Humans, 2006)."""
SLATE_WORDS = "One moment, please"
SLATE_BGR = (48, 44, 40)
WORDS_BGR = (200, 200, 200)
FONT = cv2.FONT_HERSHEY_SIMPLEX


class FrameStatus(Enum):
    """What became of a frame before anybody sees it."""

    SWAPPED = "swapped"
    DOUBTFUL = "somebody may be bare"
    NO_FACE = "no wanted face"
    FAILED = "failed"
    PAUSED = "paused"


class LiveOverrides(Protocol):
    """What a person may change while it runs (`realtime.stream.live_settings`)."""

    @property
    def when_lost(self) -> WhenLost | None: ...
    @property
    def badge(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class PrivacyPolicy:
    """What stands in for a frame without a face, and for one on which the engines failed."""

    no_face: WhenLost
    failed: WhenLost

    @classmethod
    def choose(cls, asked: WhenLost | None, *, live: bool) -> "PrivacyPolicy":
        """The row of the table above. asked: what a person typed, None for nothing."""
        if asked is not None:
            return cls(asked, asked)
        return cls(no_face=WhenLost.HOLD if live else WhenLost.PASS, failed=WhenLost.HOLD)


class PrivacyGate:
    """Turns a worked-on frame into one that viewers may see. One thread at a time; remembers the last swapped picture.

    mark: stamps a swapped picture, in place, before anybody sees it (`realtime.stream.badge.Badge.stamp`). Held
    pictures keep their stamp; a blur or a slate shows nobody and needs none.
    """

    def __init__(self, policy: PrivacyPolicy, *, mark: Callable[[Image], None] = lambda _canvas: None) -> None:
        self._policy = policy
        self._mark = mark
        self._last_swapped: Image | None = None
        self._last_swapped_ns = 0
        self._slate: Image | None = None

    def show(self, frame: Frame, status: FrameStatus, at_ns: int, overrides: LiveOverrides | None = None) -> ShownFrame:
        """The frame for viewers, with the number and times of `frame`; its image is read-only, shared and not a copy.

        at_ns: stream time of `frame`. overrides: what was asked for since the start; None for nothing.
        """
        asked = overrides.when_lost if overrides is not None else None
        policy = self._policy if asked is None else PrivacyPolicy(asked, asked)
        match status:
            case FrameStatus.SWAPPED:
                frame = self._marked(frame, overrides)
                self._last_swapped, self._last_swapped_ns = frame.image, at_ns
                return _shown(frame, frame.image, Outcome.SWAPPED)
            case FrameStatus.DOUBTFUL if policy.no_face is WhenLost.PASS:  # shown, and never held later
                return _shown(self._marked(frame, overrides), frame.image, Outcome.SWAPPED)
            case FrameStatus.NO_FACE | FrameStatus.DOUBTFUL:
                passes = policy.no_face is WhenLost.PASS
                image = self._stand_in(frame.image, policy.no_face, at_ns)
                return _shown(frame, image, Outcome.NO_FACE if passes else Outcome.WITHHELD)
            case FrameStatus.FAILED:
                return _shown(frame, self._stand_in(frame.image, policy.failed, at_ns), Outcome.FAILED)
            case FrameStatus.PAUSED:
                return _shown(frame, self._slate_like(frame.image), Outcome.WITHHELD)
            case _:
                assert_never(status)

    def _marked(self, swapped: Frame, overrides: LiveOverrides | None) -> Frame:
        """The same frame, its image stamped; where it is transparent, the stamp is not."""
        if overrides is not None and not overrides.badge:
            return swapped
        made_of = swapped.original
        before = None if made_of is None or made_of.alpha is None else swapped.image.copy()
        self._mark(swapped.image)
        if made_of is None or before is None:
            return swapped
        return replace(swapped, original=made_of.with_mark(before, swapped.image))

    def _stand_in(self, image: Image, wish: WhenLost, at_ns: int) -> Image:
        match wish:
            case WhenLost.PASS:
                return image
            case WhenLost.HOLD:
                held = self._held(image.shape, at_ns)
                return blur(image) if held is None else held
            case WhenLost.BLUR:
                return blur(image)
            case WhenLost.SLATE:
                return self._slate_like(image)
            case _:
                assert_never(wish)

    def _held(self, shape: tuple[int, ...], at_ns: int) -> Image | None:
        """The last swapped picture while it is fresh; not if the frame size changed or time ran backwards since."""
        fresh = 0 <= at_ns - self._last_swapped_ns <= HOLD_NS
        fits = self._last_swapped is not None and self._last_swapped.shape == shape
        return self._last_swapped if fresh and fits else None

    def _slate_like(self, image: Image) -> Image:
        if self._slate is None or self._slate.shape != image.shape:
            self._slate = draw_placeholder((image.shape[1], image.shape[0]))
        return self._slate


def freeze(image: Image) -> Image:
    """Make `image` unwritable, because several outputs share it; one that draws must copy first."""
    image.setflags(write=False)
    return image


def blur(image: Image) -> Image:
    """A picture of the same size in which nobody can be recognised: at most BLUR_CELLS x BLUR_CELLS colours, blended.

    What is not in the cells is gone, not hidden: no sharpening brings it back. 1.1 ms at 1280x720.
    """
    height, width = image.shape[:2]
    scale = BLUR_CELLS / max(height, width)
    cells_wh = (max(1, round(width * scale)), max(1, round(height * scale)))
    cells = cv2.resize(image, cells_wh, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(cells, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def draw_placeholder(size_wh: tuple[int, int], words: str = SLATE_WORDS) -> Image:
    """A plain picture with words in its middle, as large as fits."""
    width, height = size_wh
    slate = np.full((height, width, 3), SLATE_BGR, np.uint8)
    (unit_width, unit_height), _ = cv2.getTextSize(words, FONT, 1.0, 2)
    scale = min(0.5 * width / unit_width, 0.3 * height / unit_height)
    thickness = max(1, round(2 * scale))
    (text_width, text_height), _ = cv2.getTextSize(words, FONT, scale, thickness)
    origin = ((width - text_width) // 2, (height + text_height) // 2)
    cv2.putText(slate, words, origin, FONT, scale, WORDS_BGR, thickness, cv2.LINE_AA)
    return slate


def _shown(frame: Frame, image: Image, outcome: Outcome) -> ShownFrame:
    if image is not frame.image:  # another picture must not be completed from this one
        frame = replace(frame, original=None, hdr=None)
    told = frame.seq, frame.captured_ns, frame.pts
    return ShownFrame(freeze(image), *told, outcome, frame.original, frame.duration, frame.hdr)
