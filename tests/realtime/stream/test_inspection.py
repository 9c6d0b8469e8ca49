"""What a painter left of a face counts as bare: all that it does not say to be covered, and of that what looks like its
own."""

import numpy as np
import pytest

from engines.fakes import mesh_at, picture_with_faces
from engines.recognition.appearance import Appearance, look_at
from engines.types import Coverage, Image, Points
from realtime.stream.inspection import Inspection

POINTS = mesh_at((320, 180), 200)


def picture(person: int) -> Image:
    return picture_with_faces((640, 360), [(320, 180, 220)], [person])


def painted(before: Image, points: Points, right_of: float) -> Image:
    """Another face laid over all that lies right of so much (0..1) of its width."""
    after = before.copy()
    low, high = points[:, 0].min(), points[:, 0].max()
    after[:, int(low + right_of * (high - low)) :] //= 2
    return after


@pytest.mark.parametrize(
    ("right_of", "hidden", "is_own", "is_bare"),
    [
        (0.0, 0.0, True, False),
        (0.5, 0.5, True, True),  # it says that something covers what looks like their own skin
        (0.5, 0.5, False, False),  # a hand, a cup
        (0.5, 0.0, False, True),  # nothing is covered, it says, and half of it was left out
        (0.42, 0.0, True, True),
        (0.42, 0.0, False, True),
        (0.25, 0.0, True, False),  # hair on the forehead, the rim
        (1.0, 1.0, False, True),  # nothing was painted at all
    ],
)
def test_what_is_left_of_a_face_is_bare_unless_it_is_covered(
    right_of: float, hidden: float, is_own: bool, is_bare: bool
) -> None:
    before, own = picture(0), Appearance()
    own.learn(look_at(picture(0 if is_own else 7), POINTS))
    inspection = Inspection.begin(before, POINTS, own)
    after = painted(before, POINTS, right_of)
    assert inspection.is_bare(after, Coverage(1 - right_of, hidden)) is is_bare


def test_a_painter_that_claims_too_much_is_not_believed() -> None:
    before, own = picture(0), Appearance()
    own.learn(look_at(before, POINTS))
    assert Inspection.begin(before, POINTS, own).is_bare(before.copy(), Coverage(1.0, 0.0))
    assert np.isclose(Inspection.begin(before, POINTS, own).bare_share(before.copy()), 1.0)
