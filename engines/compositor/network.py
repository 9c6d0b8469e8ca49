"""The compositor: a small network of ours that decides, place by place, how the source's skin and the target's compose.

It gives fields: how opaque the source is (what lies in front of the face is left out), gain and lift that put its skin
into the target's light, and how much fine detail of either is shown. Trained in `models/training` on generated people.
Knows the network's tensors; knows no pixel at full size.
"""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from engines import data
from engines.backends import Session
from engines.backends.io_validation import MOST_TOGETHER, require_count, require_float, require_shape
from engines.backends.litert import LiteRtSession
from engines.backends.session_pool import SharedModels
from engines.compositor.compose import LIFT, MIX_CHANNELS, OF_TARGET, OF_TEXTURE
from engines.compositor.layers import Layers
from engines.errors import EngineError
from engines.image.image_ops import Field
from engines.mesh.square import SQUARE_PX

TAKEN, GIVEN = (1, 8, SQUARE_PX, SQUARE_PX), (1, 9, SQUARE_PX, SQUARE_PX)
ALPHA, GAIN, OFFSET, OWN, DETAIL = 0, 1, 4, 7, 8
"""Channels of what it gives: opacity; gain and offset by B, G, R; shares of the target's detail and of the source's."""
NAME = "compositor"
OWN_GAIN = 1.2
"""Of the target's detail, beside what the network asks for: it errs on the smooth side. Chosen by the detail on plain
skin of 26 pairs of generated people (benchmarks.quality)."""
LOW_PASS, LOW_PASS_TAPS = 2 / 192, 7
"""Sigma, of the square's edge, that parts what is coarse in a picture from its detail (models/training)."""
SMALL_CORRECTION, LARGE_CORRECTION = 0.10, 0.25
"""Of brightness (0..1): up to where a correction is a matter of taste, which the strength decides, and from where the
source shows there what is no face (hair, glasses, a hard shadow), so that it is applied whatever the strength. Chosen
by looking at seven pairs of paintings, generated people and clips."""
CAUTION = 1.5
"""Exponent of the strength. At 2 the default left skin softer and a recogniser 0.007 farther from the source. Looked at
on four paintings and eight people, on eight targets."""


def weights_file(suffix: str) -> Path:
    """Our own weights, which come with the package. suffix: ".tflite" for LiteRT, ".onnx" for every other runtime."""
    return Path(str(files(data).joinpath(f"{NAME}{suffix}")))


@cache
def default_compositor() -> "Compositor":
    """The one on LiteRT that all share who ask for no device; they take turns."""
    path = weights_file(".tflite")
    return Compositor(SharedModels().get(path, lambda: LiteRtSession(path)))


class Compositor:
    """The network, loaded. takes_many: whether several faces go in one run.

    Raises ModelContractError when it is another network.
    """

    def __init__(self, session: Session) -> None:
        require_float((*session.inputs, *session.outputs), NAME)
        require_count(session.inputs, 1, "inputs", NAME)
        require_shape(session.inputs[0], TAKEN, what="a square", model=NAME)
        require_shape(session.outputs[0], GIVEN, what="fields", model=NAME)
        self._session, self._output = session, session.outputs[0].name
        self.takes_many = session.inputs[0].shape[0] == -1

    def source_opacity(self, layers: Layers) -> NDArray[np.float32]:
        """(S, S) 0..1: how far a source's photo shows their face itself. layers: the photo, and a face of nobody."""
        [fields] = self.fields([layers])
        return np.asarray(fields[ALPHA], np.float32)

    def fields(self, layers: Sequence[Layers]) -> list[NDArray[np.float32]]:
        """(9, S, S) float32 of each face, in one run where the network takes several.

        Raises EngineError for values that are not numbers: they must never be seen.
        """
        if not layers:
            return []
        squares = [each.tensor() for each in layers]
        together = MOST_TOGETHER if self.takes_many else 1
        batches = [np.concatenate(squares[n : n + together]) for n in range(0, len(squares), together)]
        made = np.concatenate([self._session.run(batch)[self._output] for batch in batches])
        if not np.isfinite(made).all():
            raise EngineError("the compositor gave values that are not numbers", remedy="ask for another --device")
        return list(np.asarray(made, np.float32))


def mix_of(fields: NDArray[np.float32], layers: Layers, strength: float) -> NDArray[np.float32]:
    """(S, S, MIX_CHANNELS): what `compose` takes: the fields with the coarse light and the low-passed pictures in them.

        face = gain * (low + detail * (relit - low)) + lift + own * (target - target_low)

    is laid over the target with the opacity alpha. fields: (9, S, S), as the network gives them. strength: 0..1; at 0
    all that the network wants is done, at 0.5 two thirds, at 1 only what is in front, and what of the source is no
    face, is left out. Less on features than on skin looked worse.
    """
    both = np.concatenate([layers.texture, layers.target], axis=2)
    low = np.asarray(cv2.GaussianBlur(both, (LOW_PASS_TAPS, LOW_PASS_TAPS), LOW_PASS * SQUARE_PX), np.float32)
    mix = np.empty((SQUARE_PX, SQUARE_PX, MIX_CHANNELS), np.float32)
    asked = np.float32(1 - strength**CAUTION)
    _mix(fields, (layers.texture, layers.ratio, layers.holds, layers.features), low, asked, mix)
    return mix


def occlusion_of(fields: NDArray[np.float32], layers: Layers) -> float:
    """0..1: how much of the camera-facing mesh something in front hides. fields: (9, S, S)."""
    inner = layers.valid > 0.5
    return float(1 - np.mean(fields[ALPHA], where=inner)) if inner.any() else 0.0


@njit(cache=True, nogil=True, fastmath=True)
def _mix(
    fields: NDArray[np.float32], layers: tuple[Field, Field, Field, Field], low: Field, asked: np.float32, mix: Field
) -> None:
    """layers: texture, ratio, where it holds, and features. asked: 0..1, how far small corrections are applied."""
    texture, ratio, holds, features = layers
    zero, one, white = np.float32(0), np.float32(1), np.float32(255)
    small, span = np.float32(SMALL_CORRECTION), np.float32(LARGE_CORRECTION - SMALL_CORRECTION)
    for row in range(mix.shape[0]):
        for column in range(mix.shape[1]):
            most = zero
            for c in range(3):
                relit = min(one, texture[row, column, c] * ratio[row, column, c])
                made = fields[GAIN + c, row, column] * relit + fields[OFFSET + c, row, column]
                most = max(most, abs(made - relit))
            share = asked + (one - asked) * min(one, max(zero, (most - small) / span))
            alpha = fields[ALPHA, row, column] * holds[row, column]
            own = min(one, np.float32(OWN_GAIN) * fields[OWN, row, column])
            own *= one - (one - asked) * features[row, column]
            detail = one + share * (fields[DETAIL, row, column] - one)
            mix[row, column, OF_TARGET] = alpha * (own - one)
            for c in range(3):
                gain = (one + share * (fields[GAIN + c, row, column] - one)) * ratio[row, column, c]
                rest = gain * (one - detail) * low[row, column, c] - own * low[row, column, 3 + c]
                mix[row, column, OF_TEXTURE + c] = alpha * gain * detail
                mix[row, column, LIFT + c] = alpha * (rest + share * fields[OFFSET + c, row, column]) * white
