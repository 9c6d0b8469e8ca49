"""A stand-in until the real one is ready."""

from concurrent.futures import Future

import numpy as np
import pytest

from engines.errors import EngineError
from engines.swappers.stand_in import StandInFace
from engines.types import Coverage, FaceLandmarks, Image, PreparedFace
from tests.engines.swappers.neural.faces import face_at


class Painter:
    def __init__(self, value: int) -> None:
        self._value = value

    def paint(self, canvas: Image, _face: FaceLandmarks) -> Coverage:
        canvas[:] = self._value
        return Coverage(self._value / 10)


def painted(face: StandInFace) -> int:
    canvas = np.zeros((4, 4, 3), np.uint8)
    told = face.paint(canvas, face_at((2, 2), 4))
    assert told.painted == canvas[0, 0, 0] / 10  # what is told is told of the one that painted
    return int(canvas[0, 0, 0])


def test_stand_in_paints_until_the_other_is_ready_and_never_again() -> None:
    later: Future[PreparedFace] = Future()
    face = StandInFace(Painter(1), later, "net")
    assert [painted(face), painted(face)] == [1, 1]
    later.set_result(Painter(2))
    assert [painted(face), painted(face)] == [2, 2]


def test_failure_of_the_real_one_is_raised_at_every_frame() -> None:
    later: Future[PreparedFace] = Future()
    face = StandInFace(Painter(1), later, "net")
    later.set_exception(EngineError("no memory", remedy="close something"))
    for _ in range(2):
        with pytest.raises(EngineError, match="no memory"):
            painted(face)
