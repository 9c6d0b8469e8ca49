"""The pass over a face's pixels: what the mix says, at full sharpness, and nothing of its own."""

from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engines.compositor.compose import EDGE, MIX_CHANNELS, STEP, compose, in_rectangle, soften_rim, with_margin
from engines.compositor.layers import Layers
from engines.compositor.network import ALPHA, DETAIL, GAIN, LOW_PASS, LOW_PASS_TAPS, OFFSET, OWN, OWN_GAIN, mix_of
from engines.mesh.square import SQUARE_PX
from engines.mesh.surface import EMPTY, FRONT, U, V, X, Y
from engines.types import Image
from tests.engines.fake_compositor import fields
from tests.engines.moving import textured

IDENTITY = np.eye(2, 3)


def at_home(shape_hw: tuple[int, int]) -> NDArray[np.float32]:
    """(H, W, 5): every pixel at its own place, in the texture too."""
    ys, xs = np.mgrid[: shape_hw[0], : shape_hw[1]].astype(np.float32)
    places = np.zeros((*shape_hw, 5), np.float32)
    places[..., U] = places[..., X] = xs
    places[..., V] = places[..., Y] = ys
    places[..., EDGE] = 1
    return places


def laid(mix: NDArray[np.float32], shape_hw: tuple[int, int]) -> NDArray[np.float32]:
    """The mix of a square that is the picture itself."""
    return in_rectangle(mix, IDENTITY, shape_hw)


def composed(
    picture: Image, texture: NDArray[Any], places: NDArray[np.float32], mix: NDArray[np.float32], rim: float = 1.0
) -> Image:
    canvas = picture.copy()
    placed = places.copy()
    placed[..., EDGE] *= rim
    mixed = laid(mix, (picture.shape[0], picture.shape[1]))
    compose(canvas, with_margin(picture), texture.astype(np.float32), placed, mixed)
    return canvas


def no_mix() -> NDArray[np.float32]:
    return np.zeros((SQUARE_PX, SQUARE_PX, MIX_CHANNELS), np.float32)


def smooth(seed: int, low: float, high: float, channels: int = 1, sigma: float = 14) -> NDArray[np.float32]:
    """(S, S) or (S, S, channels), between low and high."""
    noise = np.random.default_rng(seed).normal(0, 1, (SQUARE_PX, SQUARE_PX, channels)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), sigma).reshape(SQUARE_PX, SQUARE_PX, channels)
    share = (soft - soft.min()) / np.ptp(soft)
    return np.asarray(low + (high - low) * (share[..., 0] if channels == 1 else share), np.float32)


@pytest.mark.parametrize("shape_hw", [(128, 128), (61, 97), (301, 120)])
def test_what_is_not_moved_and_not_mixed_is_the_picture_itself(shape_hw: tuple[int, int]) -> None:
    picture = textured((shape_hw[1], shape_hw[0]), grain_px=1)
    black = np.zeros((8, 8, 4))
    assert (composed(picture, black, at_home(shape_hw), no_mix()) == picture).all()


def test_where_the_face_is_not_nothing_is_written() -> None:
    picture, places, mix = textured((128, 128)), at_home((128, 128)), no_mix()
    mix[..., -3:] = 80
    places[:, 64:] = EMPTY
    after = composed(picture, np.zeros((8, 8, 4)), places, mix)
    assert (after[:, 64:] == picture[:, 64:]).all()
    assert (after[:, :64] != picture[:, :64]).mean() > 0.9


def test_the_targets_own_pixels_move_and_nothing_else_happens_where_the_rim_is_0() -> None:
    picture, places, mix = textured((128, 128)), at_home((128, 128)), no_mix()
    mix[...] = 3
    places[..., X] += 5
    after = composed(picture, np.zeros((8, 8, 4)), places, mix, rim=0)
    assert (after[:, :120] == picture[:, 5:125]).all()


def grain_of(picture: NDArray[Any]) -> float:
    """Laplacian energy."""
    inner = picture[4:-4, 4:-4].astype(np.float32)
    return float(np.square(cv2.Laplacian(inner, cv2.CV_32F)).mean())


def test_half_a_pixels_move_costs_less_of_the_grain_than_opencvs_bilinear() -> None:
    picture, places = textured((128, 128), grain_px=0.7), at_home((128, 128))
    places[..., [X, Y]] += 0.5
    ours = composed(picture, np.zeros((8, 8, 4)), places, no_mix())
    xs, ys = (np.ascontiguousarray(places[..., axis]) for axis in (X, Y))
    bilinear = np.asarray(cv2.remap(picture, xs, ys, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))
    cubic = np.asarray(cv2.remap(picture, xs, ys, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE))
    assert grain_of(ours) > 1.5 * grain_of(bilinear)
    assert grain_of(ours) == pytest.approx(grain_of(cubic), rel=0.02)
    assert np.abs(ours[8:-8, 8:-8].astype(int) - cubic[8:-8, 8:-8]).max() <= 4


def layers() -> Layers:
    """One face in a square, the same as the picture, with pores and blotches."""
    grain = np.random.default_rng(9).normal(0, 0.02, (SQUARE_PX, SQUARE_PX, 6)).astype(np.float32)
    return Layers(
        affine=np.array([[1.0, 0, 0], [0, 1, 0]]),
        unmoved=np.zeros((SQUARE_PX, SQUARE_PX, 3), np.uint8),
        target=smooth(1, 0.3, 0.7, 3, sigma=6) + grain[..., :3],
        texture=smooth(2, 0.3, 0.6, 3, sigma=6) + grain[..., 3:],
        ratio=smooth(3, 0.8, 1.3, 3),
        valid=np.ones((SQUARE_PX, SQUARE_PX), np.float32),
        features=np.ones((SQUARE_PX, SQUARE_PX), np.float32),
        mesh=np.ones((SQUARE_PX, SQUARE_PX), np.float32),
        holds=smooth(4, 0.5, 1),
    )


def low_pass(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    taps = (LOW_PASS_TAPS, LOW_PASS_TAPS)
    return np.asarray(cv2.GaussianBlur(picture, taps, LOW_PASS * SQUARE_PX), np.float32)


ASKED = {
    "as it stands": fields(),
    "the target alone": fields(alpha=0),
    "half opaque": fields(alpha=0.5),
    "relit": fields(gain=np.stack([smooth(n, 0.7, 1.2) for n in (10, 11, 12)])),
    "lifted": fields(offset=np.stack([smooth(n, -0.1, 0.1) for n in (20, 21, 22)])),
    "the target's pores": fields(own=smooth(30, 0, 1), detail=smooth(31, 0, 1)),
    "twice the source's": fields(detail=2.0),
    "everything": fields(smooth(40, 0, 1), smooth(41, 0.8, 1.2), smooth(42, -0.1, 0.1), smooth(43, 0, 1), 0.5),
}


@pytest.mark.parametrize("made", ASKED.values(), ids=ASKED)
def test_a_face_is_what_the_formula_says(made: NDArray[np.float32]) -> None:
    face = layers()
    relit = face.texture * face.ratio
    gain, offset = (made[first : first + 3].transpose(1, 2, 0) for first in (GAIN, OFFSET))
    own, detail, alpha = (made[channel][..., np.newaxis] for channel in (OWN, DETAIL, ALPHA))
    shown = gain * (low_pass(relit) + detail * (relit - low_pass(relit))) + offset
    shown = shown + np.minimum(1, OWN_GAIN * own) * (face.target - low_pass(face.target))
    opaque = alpha * face.holds[..., np.newaxis]
    expected = (opaque * shown + (1 - opaque) * face.target) * 255
    picture = np.round(face.target * 255).astype(np.uint8)
    after = composed(picture, face.texture * 255, at_home((SQUARE_PX, SQUARE_PX)), mix_of(made, face, 0))
    assert np.abs(after - expected)[2:-2, 2:-2].max() <= 2


@pytest.mark.parametrize("scale", [0.3, 1.0])
def test_the_rim_is_0_on_the_edge_and_in_holes_and_1_inside(scale: float) -> None:
    ys, xs = np.mgrid[:160, :160]
    apart = np.hypot(xs - 80, ys - 80)
    front = np.where((apart < 70) & (apart > 20), 1, -1).astype(np.float32)
    places = np.zeros((160, 160, 5), np.float32)
    places[..., FRONT] = front
    soften_rim(places, scale)
    rim = places[..., EDGE]
    assert rim[(apart < 17) | (apart > 71)].max() == 0
    assert rim[front < 0].max() < 0.2
    assert rim[(apart > 31) & (apart < 59)].min() == 1
    outwards = rim[80, 80:155]
    assert (np.diff(outwards[15:40]) >= 0).all()
    assert (np.diff(outwards[50:]) <= 0).all()


def test_a_mix_is_found_again_where_the_square_lies_in_the_rectangle() -> None:
    mix = np.repeat(smooth(5, 0, 100)[..., np.newaxis], MIX_CHANNELS, axis=2)
    to_square = np.array([[0, 0.5, 10], [-0.5, 0, 90]])  # turned, at half the size
    found = in_rectangle(mix, to_square, (76, 76))
    for row, column in ((0, 0), (20, 10), (39, 39)):
        x, y = to_square @ [column * STEP, row * STEP, 1]
        assert found[row, column, 0] == pytest.approx(mix[round(float(y)), round(float(x)), 0], abs=0.5)
