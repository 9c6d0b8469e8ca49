"""Known targets get their own face, strangers none, and nobody is recognised in every frame."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engines.swappers.blurred_face import blur_box
from engines.types import FaceLandmarks, Image
from realtime.fakes import FakeFace, FakeTrack, landmarks_in
from realtime.tracking.recognition import LOOK_AGAIN_NS, KnownTarget, RecognitionAssigner

ANN, BEN, NOBODY = np.eye(512, dtype=np.float32)[:3]
ALICE, BOB = FakeFace((1, 1, 1)), FakeFace((2, 2, 2))
TARGETS = [KnownTarget("ann", ANN, ALICE), KnownTarget("ben", BEN, BOB)]
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


def test_each_known_target_gets_their_face_and_everybody_else_is_a_stranger() -> None:
    assigner = RecognitionAssigner(TARGETS, Eyes(left=BEN, middle=NOBODY, right=ANN))
    assigned = assigner.assign(tracks(LEFT, MIDDLE, RIGHT), at_ns=0, canvas=CANVAS)
    assert [face.worn for face in assigned] == [BOB, None, ALICE]
    assert [assigner.is_wanted(number) for number in (1, 2, 3, 4)] == [True, False, True, False]


def test_known_target_is_looked_at_once_and_a_stranger_once_a_second() -> None:
    eyes = Eyes(left=ANN, middle=NOBODY)
    assigner = RecognitionAssigner(TARGETS, eyes)
    for frame in range(90):
        assigner.assign(tracks(LEFT, MIDDLE), at_ns=frame * LOOK_AGAIN_NS // 30, canvas=CANVAS)
    assert eyes.looks == 2 + 2
    eyes.people["middle"] = BEN
    (_, second) = assigner.assign(tracks(LEFT, MIDDLE), at_ns=4 * LOOK_AGAIN_NS, canvas=CANVAS)
    assert second.worn is BOB


@pytest.mark.parametrize(("likeness", "known"), [(0.34, False), (0.36, True)])
def test_likeness_must_be_sure(likeness: float, known: bool) -> None:
    embedding = (ANN * likeness + NOBODY * (1 - likeness**2) ** 0.5).astype(np.float32)
    [face] = RecognitionAssigner(TARGETS, Eyes(left=embedding)).assign(tracks(LEFT), at_ns=0, canvas=CANVAS)
    assert (face.worn is not None) == known


def test_blur_leaves_nothing_to_recognise_and_touches_nothing_far_away() -> None:
    canvas = np.random.default_rng(0).integers(0, 255, (300, 600, 3)).astype(np.uint8)
    before = canvas.copy()
    blur_box(canvas, np.array(MIDDLE, np.float32))
    assert (canvas[:, :200] == before[:, :200]).all()
    assert canvas[120:160, 270:310].std() < 0.3 * before[120:160, 270:310].std()
    blur_box(canvas, np.array([-500, -500, -400, -400], np.float32))  # out of the picture
