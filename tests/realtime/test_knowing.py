"""Known wearers get their own face, strangers none, and nobody is recognised in every frame."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engines.swappers.veil import VeiledFace
from engines.types import FaceLandmarks, Image
from realtime.fakes import FakeFace, FakeTrack, landmarks_in
from realtime.knowing import LOOK_AGAIN_NS, KnownCasting, KnownWearer

ANN, BEN, NOBODY = np.eye(512, dtype=np.float32)[:3]
ALICE, BOB, VEIL = FakeFace((1, 1, 1)), FakeFace((2, 2, 2)), FakeFace((9, 9, 9))
WEARERS = [KnownWearer("ann", ANN, ALICE), KnownWearer("ben", BEN, BOB)]
LEFT, MIDDLE, RIGHT = ((x, 100, x + 80, 180) for x in (50, 250, 450))
CANVAS = np.zeros((300, 600, 3), np.uint8)


class Eyes:
    """Recognises people by where they are."""

    def __init__(self, **people: NDArray[np.float32]) -> None:
        self.people, self.looks = people, 0

    def __call__(self, _image: Image, face: FaceLandmarks) -> NDArray[np.float32]:
        self.looks += 1
        x = float(face.points[:, 0].mean())
        return self.people["left" if x < 200 else "middle" if x < 400 else "right"]


def tracks(*boxes: tuple[int, int, int, int]) -> list[FakeTrack]:
    return [FakeTrack(number, landmarks_in(box)) for number, box in enumerate(boxes, 1)]


@pytest.mark.parametrize(("strangers", "worn"), [(VEIL, [BOB, VEIL, ALICE]), (None, [BOB, ALICE])])
def test_each_known_wearer_gets_their_face_and_strangers_what_was_asked(
    strangers: FakeFace | None, worn: list[FakeFace]
) -> None:
    eyes = Eyes(left=BEN, middle=NOBODY, right=ANN)
    casting = KnownCasting(WEARERS, eyes, strangers=strangers)
    parts = casting.assign(tracks(LEFT, MIDDLE, RIGHT), at_ns=0, canvas=CANVAS)
    assert [face for _, face in parts] == worn


def test_known_wearer_is_looked_at_once_and_a_stranger_once_a_second() -> None:
    eyes = Eyes(left=ANN, middle=NOBODY)
    casting = KnownCasting(WEARERS, eyes, strangers=VEIL)
    for frame in range(90):
        casting.assign(tracks(LEFT, MIDDLE), at_ns=frame * LOOK_AGAIN_NS // 30, canvas=CANVAS)
    assert eyes.looks == 2 + 2
    eyes.people["middle"] = BEN
    (_, second) = casting.assign(tracks(LEFT, MIDDLE), at_ns=4 * LOOK_AGAIN_NS, canvas=CANVAS)
    assert second[1] is BOB


@pytest.mark.parametrize(("likeness", "known"), [(0.34, False), (0.36, True)])
def test_likeness_must_be_sure(likeness: float, known: bool) -> None:
    seen = (ANN * likeness + NOBODY * (1 - likeness**2) ** 0.5).astype(np.float32)
    casting = KnownCasting(WEARERS, Eyes(left=seen))
    assert bool(casting.assign(tracks(LEFT), at_ns=0, canvas=CANVAS)) == known


@pytest.mark.parametrize(
    ("strangers", "who", "misses"), [(VEIL, NOBODY, True), (None, NOBODY, False), (None, ANN, True)]
)
def test_who_must_not_be_seen_bare_is_missed(
    strangers: FakeFace | None, who: NDArray[np.float32], misses: bool
) -> None:
    casting = KnownCasting(WEARERS, Eyes(left=who), strangers=strangers)
    casting.assign(tracks(LEFT), at_ns=0, canvas=CANVAS)
    assert casting.misses({1}) == misses
    assert not casting.misses({2})


def test_veil_leaves_nothing_to_recognise_and_touches_nothing_far_away() -> None:
    canvas = np.random.default_rng(0).integers(0, 255, (300, 600, 3)).astype(np.uint8)
    before = canvas.copy()
    VeiledFace().paint(canvas, landmarks_in(MIDDLE))
    assert (canvas[:, :200] == before[:, :200]).all()
    assert canvas[120:160, 270:310].std() < 0.3 * before[120:160, 270:310].std()
    VeiledFace().paint(canvas, landmarks_in((-500, -500, -400, -400)))  # out of the picture
