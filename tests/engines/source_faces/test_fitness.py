"""What is weak about a face is told before it is worn, and what cannot be worn says why."""

import numpy as np
import pytest

from engines.fakes import mesh_at
from engines.mesh.mesh_topology import mouth_moves
from engines.source_faces.fitness import FINE_FACE_PX, LIT, MIN_FACE_PX, looked_at
from engines.types import FaceLandmarks, Image

EDGE = 600


def card(level: int) -> Image:
    return np.full((EDGE, EDGE, 3), level, np.uint8)


@pytest.mark.parametrize(
    ("size", "x", "level", "doubts", "problem"),
    [
        (200, 300, 160, [], None),
        (FINE_FACE_PX - 8, 300, 160, ["small"], None),
        (MIN_FACE_PX - 8, 300, 160, ["small"], "px large"),
        (200, 300, int(LIT) - 5, ["dark"], None),
        (200, 30, 160, ["cut"], "outside the picture"),
        (MIN_FACE_PX - 8, 10, int(LIT) - 5, ["small", "cut", "dark"], "px large"),
    ],
)
def test_weak_faces_are_told_apart(size: int, x: int, level: int, doubts: list[str], problem: str | None) -> None:
    face = looked_at(card(level), FaceLandmarks(mesh_at((x, 300), size), 1.0), "p.jpg")
    assert [doubt.kind for doubt in face.doubts] == doubts
    assert (face.problem is None) == (problem is None)
    assert (problem or "") in str(face.problem)


@pytest.mark.parametrize(("apart", "doubts"), [(0.15, []), (0.45, ["open"])], ids=["laughs", "cries out"])
def test_a_mouth_that_is_wide_open_is_told(apart: float, doubts: list[str]) -> None:
    points = mesh_at((300, 300), 200)
    points += 80 * np.float32(apart) * mouth_moves()[1]
    assert [doubt.kind for doubt in looked_at(card(160), FaceLandmarks(points, 1.0), "p.jpg").doubts] == doubts


def test_dark_skin_with_a_gloss_is_not_called_a_dark_photo() -> None:
    skin = card(35)
    skin[230:300, 260:330] = 120
    assert looked_at(skin, FaceLandmarks(mesh_at((300, 300), 200), 1.0), "p.jpg").doubts == ()
