"""Paint in HDR pictures: what nobody painted keeps its numbers, and nothing is left of what paint covers."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engines.image.hdr_compose import HdrComposer
from engines.image.hdr_light import Curve, Light, WidePlanes
from engines.image.tone_map import Coding, ToneMapper
from engines.types import Image

SIZE_WH = (64, 48)
LIGHTS = [Light(203, 1000), Light(100, 100)]


def coding(curve: Curve) -> Coding:
    return Coding(curve, 0.2627, 0.0593, 10, full_range=False)


def picture(seed: int = 0) -> WidePlanes:
    """Noise of the colours that videos have."""
    random = np.random.default_rng(seed)
    width, height = SIZE_WH
    chroma = height // 2, width // 2
    return (
        random.integers(64, 700, (height, width)).astype(np.uint16),
        random.integers(470, 550, chroma).astype(np.uint16),
        random.integers(470, 550, chroma).astype(np.uint16),
    )


def seen(planes: WidePlanes, curve: Curve, light: Light) -> Image:
    return ToneMapper(coding(curve), light)(planes, SIZE_WH, (1, 1))


@pytest.mark.parametrize("light", LIGHTS, ids=["HDR", "SDR in HDR"])
@pytest.mark.parametrize("curve", Curve)
def test_unpainted_picture_comes_back_bit_by_bit(curve: Curve, light: Light) -> None:
    planes = picture()
    made = HdrComposer(coding(curve), light)(seen(planes, curve, light), planes)
    assert all((one == other).all() for one, other in zip(made, planes, strict=True))


@pytest.mark.parametrize("bgr", [(120, 150, 205), (60, 90, 140), (128, 128, 128), (0, 0, 0), (40, 160, 60)])
@pytest.mark.parametrize("light", LIGHTS, ids=["HDR", "SDR in HDR"])
@pytest.mark.parametrize("curve", Curve)
def test_paint_is_seen_as_it_was_painted(curve: Curve, light: Light, bgr: tuple[int, int, int]) -> None:
    planes = picture()
    image = seen(planes, curve, light)
    image[10:30, 20:40] = bgr
    made = HdrComposer(coding(curve), light)(image, planes)
    assert np.abs(seen(made, curve, light)[10:30, 20:40].astype(int) - bgr).max() <= 3
    assert (made[0][31:] == planes[0][31:]).all()
    assert (made[1][16:] == planes[1][16:]).all()


def test_nothing_is_left_of_what_was_under_the_paint() -> None:
    made = []
    for seed in range(2):
        planes = picture(seed)
        image = seen(planes, Curve.PQ, LIGHTS[0])
        image[10:30, 20:40] = (128, 130, 132)
        made.append(HdrComposer(coding(Curve.PQ), LIGHTS[0])(image, planes))
    one, other = made
    assert (one[0][10:30, 20:40] == other[0][10:30, 20:40]).all()
    assert (one[1][5:15, 10:20] == other[1][5:15, 10:20]).all()


def test_picture_of_nothing_is_all_paint() -> None:
    image: NDArray[np.uint8] = np.full((SIZE_WH[1], SIZE_WH[0], 3), (48, 44, 40), np.uint8)
    made = HdrComposer(coding(Curve.PQ), LIGHTS[0])(image, None)
    assert np.abs(seen(made, Curve.PQ, LIGHTS[0]).astype(int) - (48, 44, 40)).max() <= 2


def test_white_paint_does_not_dazzle() -> None:
    white = np.full((SIZE_WH[1], SIZE_WH[0], 3), 255, np.uint8)
    y, _, _ = HdrComposer(coding(Curve.PQ), Light(203, 4000))(white, None)
    assert y.max() <= round((219 * 0.6545 + 16) * 4)  # 406 cd/m2 in PQ
