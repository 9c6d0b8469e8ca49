"""The target's light on the source's skin: as bright as the target everywhere, whatever the features are."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engines.compositor.relight import LIMITS, light_ratio
from tests.engines.moving import textured

EDGE = 128
SKIN = np.ones((EDGE, EDGE), np.float32)


def shaded(level: tuple[float, float, float], left: float = 1, right: float = 1) -> NDArray[np.float32]:
    """(S, S, 3) 0..1: one colour, lit from one side."""
    across = np.linspace(left, right, EDGE, dtype=np.float32)[np.newaxis, :, np.newaxis]
    return np.asarray(np.array(level, np.float32) * across * np.ones((EDGE, EDGE, 1), np.float32), np.float32)


def grainy(seed: int, level: float) -> NDArray[np.float32]:
    """(S, S, 3) 0..1: blotches and grain, as skin has them."""
    picture = textured((EDGE, EDGE), grain_px=1.5, seed=seed).astype(np.float32) / 255
    return np.asarray(level * (0.4 + 0.3 * picture), np.float32)


PAIRS = {
    "light on dark": (shaded((0.6, 0.7, 0.8)), shaded((0.15, 0.2, 0.3))),
    "dark on light": (shaded((0.15, 0.2, 0.3)), shaded((0.6, 0.7, 0.8))),
    "side light of the target": (shaded((0.4, 0.5, 0.6), 0.4, 1.4), shaded((0.5, 0.5, 0.5))),
    "side light of the source": (shaded((0.4, 0.5, 0.6)), shaded((0.5, 0.5, 0.5), 1.5, 0.5)),
    "blotches": (grainy(0, 0.9), grainy(1, 0.6)),
}


@pytest.mark.parametrize(("target", "texture"), PAIRS.values(), ids=PAIRS)
def test_every_region_has_the_targets_mean_colour(target: NDArray[np.float32], texture: NDArray[np.float32]) -> None:
    relit = texture * light_ratio(target, texture, SKIN)
    ours, theirs = (cv2.resize(picture, (4, 4), interpolation=cv2.INTER_AREA) for picture in (relit, target))
    assert np.asarray(ours) == pytest.approx(np.asarray(theirs), rel=0.08)


@pytest.mark.parametrize("picture", [shaded((0.2, 0.5, 0.8), 0.3, 1.2), grainy(3, 0.8)], ids=["shaded", "grainy"])
def test_equal_pictures_are_left_alone(picture: NDArray[np.float32]) -> None:
    assert light_ratio(picture, picture, SKIN) == pytest.approx(1, abs=1e-3)


def test_features_have_no_say() -> None:
    target, texture, skin = shaded((0.4, 0.5, 0.6), 0.6, 1.2), shaded((0.5, 0.5, 0.5)), SKIN.copy()
    skin[40:60, 30:100] = 0
    plain = light_ratio(target, texture, skin)
    target[40:60, 30:100], texture[40:60, 30:100] = 0.02, (0.9, 0.1, 0.1)  # brows, and a red band over them
    assert (light_ratio(target, texture, skin) == plain).all()
    assert plain[50, 64] == pytest.approx(np.array([0.8, 1.0, 1.2]) * 0.9, rel=0.1)  # told by what is around them


def test_detail_of_the_target_does_not_come_through() -> None:
    ratio = light_ratio(grainy(0, 1), shaded((0.5, 0.5, 0.5)), SKIN)
    assert np.abs(np.diff(ratio, axis=1)).max() < 0.05  # the blotches themselves are ten times as steep


@pytest.mark.parametrize("skin", [SKIN, 0 * SKIN], ids=["all is skin", "no skin is seen"])
@pytest.mark.parametrize(("target", "texture"), [(0, 1), (1, 0), (0, 0)])
def test_black_and_unseen_pictures_give_numbers_within_limits(
    target: float, texture: float, skin: NDArray[np.float32]
) -> None:
    ratio = light_ratio(shaded((target,) * 3), shaded((texture,) * 3), skin)
    assert np.isfinite(ratio).all()
    assert LIMITS[0] <= ratio.min() <= ratio.max() <= LIMITS[1]
