"""What a target's smile does to the light is found on the target, and given to the source's skin."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engines.compositor import layers
from engines.compositor.smile_light import smile_light
from engines.mesh.expression import CORNERS
from engines.mesh.square import SQUARE_PX
from engines.source_faces.usual_light import HUE
from tests.engines.made_faces import everybody, layers_on, mean_at

EVERYWHERE = np.ones((SQUARE_PX, SQUARE_PX), np.float32)
RELIT = np.full((SQUARE_PX, SQUARE_PX, 3), (0.4, 0.5, 0.7), np.float32)


def folds() -> NDArray[np.float32]:
    """(S, S) logarithms: two dark lines with light beside them."""
    field = np.zeros((SQUARE_PX, SQUARE_PX), np.float32)
    for x in (40, 88):
        field[40:90, x - 2 : x + 2], field[40:90, x + 2 : x + 6] = -0.3, 0.3
    return np.asarray(cv2.GaussianBlur(field, (0, 0), 1.5), np.float32)


def smiling(share: float) -> NDArray[np.float32]:
    """(S, S, 3): the same skin with so much of the folds."""
    return np.asarray(RELIT * np.exp(share * folds())[..., np.newaxis], np.float32)


@pytest.mark.parametrize(("found", "given"), [(1.0, 1.0), (0.4, 0.4), (0.0, 0.0), (-0.5, 0.0), (3.0, 1.0)])
def test_as_much_is_given_as_is_found_and_no_more_than_smiles_do(found: float, given: float) -> None:
    light = np.log(smile_light(smiling(found), RELIT, folds(), EVERYWHERE)) / HUE
    assert light == pytest.approx(np.repeat(given * folds()[..., np.newaxis], 3, axis=2), abs=0.03)


def test_what_is_no_skin_has_no_say() -> None:
    target, skin = smiling(0.5), EVERYWHERE.copy()
    target[:, :64], skin[:, :64] = 0, 0  # hair before half of the face
    light = np.log(smile_light(target, RELIT, folds(), skin)) / HUE
    assert light[:, 80:].min() == pytest.approx(0.5 * folds().min(), abs=0.03)


def test_what_the_coarse_light_has_is_not_given_twice() -> None:
    brighter = np.full((SQUARE_PX, SQUARE_PX), 0.3, np.float32)
    assert smile_light(RELIT * np.float32(1.3), RELIT, brighter, EVERYWHERE) == pytest.approx(1, abs=0.02)


def test_only_for_a_face_that_smiles_is_it_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[NDArray[np.float32]] = []

    def look(target: NDArray[np.float32], *_others: object) -> NDArray[np.float32]:
        seen.append(target)
        return np.ones_like(target)

    monkeypatch.setattr(layers, "smile_light", look)
    picture = np.full((400, 400, 3), 120, np.uint8)
    source, at_rest, smile = everybody(picture), mean_at((200, 200), 100), mean_at((200, 200), 100)
    for points, by_px in ((at_rest, (2, 4)), (smile, (-10, -8))):  # towards the middle and down, or outwards and up
        for corner, outwards in zip(CORNERS, (1, -1), strict=True):
            points[corner, :2] += (by_px[0] * outwards, by_px[1])
        layers_on(picture, points, source)
        assert len(seen) == (points is smile)
