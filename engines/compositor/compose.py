"""The pass over a face's pixels: the target warped, the texture laid on, the compositor's mix applied.

What the compositor decides is smooth, so all of it is reckoned on its grid of 128 x 128 beforehand (`mix_of`), and a
pixel is no more than

    out = target + edge * (of_texture * texture + of_target * target + lift)

with the target and the texture at full size: how sharp a picture is does not depend on the size of the network. Knows
pixels; decides nothing. Compiled by numba without the interpreter lock and cached beside this file.
"""

from typing import Any, TypeAlias

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from engines.backends.cores import beside
from engines.image.image_ops import Field
from engines.mesh.surface import EMPTY, FRONT, U, V, X, Y
from engines.types import Affine, Image

Weights: TypeAlias = tuple[Any, Any, Any, Any]

OF_TEXTURE, OF_TARGET, LIFT = 0, 3, 4
"""Channels of a mix, for values of 0..255: of the texture by B, G, R; of the target; and what is added by B, G, R."""
MIX_CHANNELS = 7
EDGE = FRONT
"""Column of the places that `soften_rim` fills."""
BICUBIC = -0.75
"""Sharpness of the cubic, OpenCV's. A bilinear one costs half of the skin's grain."""
RIM_PX = 1.6
"""Width of the soft edge just inside the mesh, px of the square."""
AROUND = 1, 2
"""px that a cubic reads before and behind a place."""
LEAST_FOR_TWO = 100
"""Rows from which a second core takes half of them: handing over costs a twentieth of a millisecond."""
STEP = 2
"""px of the picture between two places at which the mix is looked up; between them it is interpolated."""


def soften_rim(places: NDArray[np.float32], scale: float) -> None:
    """Put into EDGE how far each place is to be painted: 0 on the edge of the mesh and in its holes, 1 inside.

    places: (H, W, 5), see `Surface.places`. scale: square px a px.
    """
    inside = (places[..., FRONT] >= 0).astype(np.uint8) * np.uint8(255)
    reach = max(1, round(RIM_PX / scale))
    near = cv2.blur(inside, (2 * reach + 1, 2 * reach + 1), borderType=cv2.BORDER_REPLICATE)
    np.maximum(near * np.float32(2 / 255) - 1, 0, out=places[..., EDGE])
    places[..., EDGE] *= inside > 0


def with_margin(picture: Image) -> NDArray[np.float32]:
    """A picture as `compose` reads it: float32, its border continued as far as a cubic reaches."""
    before, behind = AROUND
    wide = cv2.copyMakeBorder(picture, before, behind, before, behind, cv2.BORDER_REPLICATE)
    return np.asarray(wide, np.float32)


@njit(inline="always", fastmath=True)
def _cubic(t: np.float32) -> Weights:
    """Weights of four neighbours, for a place that lies `t` (0..1) behind the second of them (Keys 1981)."""
    a, one = np.float32(BICUBIC), np.float32(1)
    far, near = t + one, one - t
    first = ((a * far - np.float32(5) * a) * far + np.float32(8) * a) * far - np.float32(4) * a
    second = ((a + np.float32(2)) * t - (a + np.float32(3))) * t * t + one
    third = ((a + np.float32(2)) * near - (a + np.float32(3))) * near * near + one
    return first, second, third, one - first - second - third


def in_rectangle(mix: Field, to_square: Affine, shape: tuple[int, ...]) -> Field:
    """The mix at every STEP-th pixel of a rectangle, bilinear. to_square: px of it -> px of the mix. shape: of it."""
    laid = np.empty((shape[0] // STEP + 2, shape[1] // STEP + 2, MIX_CHANNELS), np.float32)
    _in_rectangle(mix, to_square.astype(np.float32), laid)
    return laid


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _in_rectangle(mix: Field, to_square: NDArray[np.float32], laid: Field) -> None:
    last, one = np.float32(mix.shape[0] - 1.001), np.float32(1)
    for r in range(laid.shape[0]):
        row, y = np.uintp(r), np.float32(r * STEP)
        for k in range(laid.shape[1]):
            column, x = np.uintp(k), np.float32(k * STEP)
            sx = min(last, max(np.float32(0), to_square[0, 0] * x + to_square[0, 1] * y + to_square[0, 2]))
            sy = min(last, max(np.float32(0), to_square[1, 0] * x + to_square[1, 1] * y + to_square[1, 2]))
            left, top = np.uintp(sx), np.uintp(sy)
            right, below = left + np.uintp(1), top + np.uintp(1)
            fx, fy = sx - np.float32(left), sy - np.float32(top)
            for c in range(MIX_CHANNELS):
                upper = mix[top, left, c] * (one - fx) + mix[top, right, c] * fx
                lower = mix[below, left, c] * (one - fx) + mix[below, right, c] * fx
                laid[row, column, c] = upper + (lower - upper) * fy


@njit(inline="always", fastmath=True)
def _warped(target: Field, left: np.uintp, top: np.uintp, across: Weights, down: Weights, c: int) -> np.float32:
    """Channel `c` of the target, bicubic. left, top: the first of the 4 x 4 pixels. across, down: their weights."""
    found = np.float32(0)
    for j in range(4):
        row = top + np.uintp(j)
        line = across[0] * target[row, left, c] + across[1] * target[row, left + np.uintp(1), c]
        line += across[2] * target[row, left + np.uintp(2), c] + across[3] * target[row, left + np.uintp(3), c]
        found += down[j] * line
    return min(np.float32(255), max(np.float32(0), found))


def compose(
    canvas: Image,
    target: NDArray[np.float32],
    texture: NDArray[np.float32],
    places: NDArray[np.float32],
    mix: NDArray[np.float32],
) -> None:
    """Write the face into `canvas`.

    canvas: (h, w, 3), a rectangle of the picture. target: see `with_margin`, the same rectangle. texture: (H, W, C),
    B, G, R first. places: (h, w, 5), U, V, X, Y and EDGE (0..1); EMPTY where the face is not. mix: see
    `in_rectangle`.
    """
    height = canvas.shape[0]
    middle = height // 2 if height >= LEAST_FOR_TWO else height
    lower = beside(_compose, canvas, target, texture, places, mix, (middle, height))
    _compose(canvas, target, texture, places, mix, (0, middle))
    lower.result()


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _compose(
    canvas: Image,
    target: NDArray[np.float32],
    texture: NDArray[np.float32],
    places: NDArray[np.float32],
    mix: NDArray[np.float32],
    rows: tuple[int, int],
) -> None:
    """What `compose` does, for some of the rows: the first, and the one behind the last."""
    zero, one, half, white = np.float32(0), np.float32(1), np.float32(0.5), np.float32(255)
    high_x, high_y = np.float32(canvas.shape[1] - 1), np.float32(canvas.shape[0] - 1)
    high_u, high_v = np.float32(texture.shape[1] - 1.001), np.float32(texture.shape[0] - 1.001)
    line = np.empty((mix.shape[1] * STEP, MIX_CHANNELS), np.float32)
    for r in range(rows[0], rows[1]):
        row = np.uintp(r)
        _line_of(mix, r, line)
        for k in range(canvas.shape[1]):
            column = np.uintp(k)
            x = places[row, column, X]
            if x <= np.float32(EMPTY):
                continue
            x, y = min(high_x, max(zero, x)), min(high_y, max(zero, places[row, column, Y]))
            left, top = np.uintp(x), np.uintp(y)
            across, down = _cubic(x - np.float32(left)), _cubic(y - np.float32(top))
            u, v = min(high_u, max(zero, places[row, column, U])), min(high_v, max(zero, places[row, column, V]))
            iu, iv = np.uintp(u), np.uintp(v)
            ju, jv = iu + np.uintp(1), iv + np.uintp(1)
            fu, fv = u - np.float32(iu), v - np.float32(iv)
            edge, of_target = places[row, column, EDGE], line[column, OF_TARGET]
            for c in range(3):
                own = _warped(target, left, top, across, down, c)
                upper = texture[iv, iu, c] * (one - fu) + texture[iv, ju, c] * fu
                lower = texture[jv, iu, c] * (one - fu) + texture[jv, ju, c] * fu
                change = line[column, OF_TEXTURE + c] * (upper + (lower - upper) * fv)
                own += edge * (change + of_target * own + line[column, LIFT + c])
                canvas[row, column, c] = np.uint8(min(white, max(zero, own)) + half)


@njit(inline="always", fastmath=True)
def _line_of(mix: Field, row: int, line: Field) -> None:
    """Write to `line` the mix at every pixel of a row."""
    upper, below = np.uintp(row // STEP), np.uintp(row // STEP + 1)
    share = np.float32(row % STEP) / np.float32(STEP)
    for k in range(mix.shape[1] - 1):
        here, there = np.uintp(k), np.uintp(k + 1)
        for c in range(MIX_CHANNELS):
            left = mix[upper, here, c] + (mix[below, here, c] - mix[upper, here, c]) * share
            right = mix[upper, there, c] + (mix[below, there, c] - mix[upper, there, c]) * share
            for n in range(STEP):
                line[np.uintp(k * STEP + n), c] = left + (right - left) * (np.float32(n) / np.float32(STEP))
