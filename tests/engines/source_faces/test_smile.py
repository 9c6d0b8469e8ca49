"""A source who smiles is worn with a mouth at rest; who does not is worn as they are."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engines.mesh.expression import CORNERS
from engines.source_faces.cleanup import FlatFace
from engines.source_faces.face_basis import face_basis, flat_layout, spread
from engines.source_faces.smile import SMILING, mouth_of, without_smile
from engines.source_faces.usual_light import HUE, usual_face
from engines.types import Points
from tests.engines.made_faces import mean_at
from tests.engines.mesh.test_shape import turned

LAYOUT = flat_layout()
EVERYWHERE = np.ones(LAYOUT.size_hw, np.float32)
FOLDS = 205, 425
"""Landmarks in the middle of the cheeks' folds of a smile."""


def smiling() -> Points:
    """(468, 3) px: the mean face, its mouth wider by a fifth of the eye distance and its corners raised."""
    points, (left, right) = mean_at((200, 200), 100), CORNERS
    points[left, :2] += (-10, -8)
    points[right, :2] += (10, -8)
    return points


def looks_of_smiling(share: float = 1.0) -> NDArray[np.float32]:
    """(H, W, 3) logarithms: the usual face with what the data set's people have of such a mouth."""
    smile = face_basis().smile
    looks = (mouth_of(smiling())[SMILING] - smile.at_rest).clip(0, smile.widest - smile.at_rest) @ smile.lighter
    return np.asarray(usual_face() + np.float32(share) * spread(looks[:, np.newaxis]) * HUE, np.float32)


def worn(logs: NDArray[np.float32], points: Points) -> NDArray[np.float32]:
    face = FlatFace(logs, np.zeros_like(logs), EVERYWHERE, EVERYWHERE)
    return without_smile(face, points, LAYOUT).explained


def contrast_beside_usual(logs: NDArray[np.float32]) -> float:
    return float((logs - usual_face()).mean(axis=2)[LAYOUT.inside()].std())


def test_what_a_smile_does_to_the_light_of_a_face_is_not_worn() -> None:
    before = looks_of_smiling()
    after = worn(before, smiling())
    assert contrast_beside_usual(before) > 0.05
    assert contrast_beside_usual(after) < 0.1 * contrast_beside_usual(before)


def test_no_more_is_taken_off_than_is_found() -> None:
    before = looks_of_smiling(share=0.3)
    assert contrast_beside_usual(worn(before, smiling())) < 0.1 * contrast_beside_usual(looks_of_smiling())
    assert worn(usual_face(), smiling()) == pytest.approx(usual_face(), abs=0.01)


def test_folds_of_a_face_at_rest_are_its_own() -> None:
    at_rest = mean_at((200, 200), 100)
    for landmark in CORNERS:
        at_rest[landmark, 1] += 4
    assert mouth_of(at_rest)[0] < face_basis().smile.at_rest[0]
    before = looks_of_smiling()
    columns, rows = LAYOUT.points[list(FOLDS)].round().astype(int).T
    assert worn(before, at_rest)[rows, columns] == pytest.approx(before[rows, columns], abs=0.05)


def test_a_mouth_is_as_wide_on_a_face_that_is_turned_and_of_any_size() -> None:
    wide, raised, apart = mouth_of(smiling())
    assert wide == pytest.approx(face_basis().smile.at_rest[0] + 0.2, abs=0.05)
    assert raised > face_basis().smile.at_rest[1] + 0.05
    assert mouth_of(turned(smiling() * 2, 30)) == pytest.approx([wide, raised, apart], abs=0.01)
