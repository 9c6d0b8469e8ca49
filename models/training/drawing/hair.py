"""Hair before a face: single strands, a fringe, curtains at the sides; and what grows on it: a hairline, a beard.

Knows strands and their colours; knows no picture.
"""

import numpy as np
from numpy.typing import NDArray

from models.training.drawing.canvas import Mask, Sprite, blank, fill, kept, smooth_field, softened, streaks, stroke

OVAL_MIDDLE, OVAL_HALF = (0.0, 0.32), (0.77, 0.94)
"""The outline of the face, as an ellipse."""


def strands(rng: np.random.Generator) -> Sprite:
    """A few dozen hairs that fall from above, together or apart."""
    mask = blank()
    root = rng.normal(0, 0.5)
    spread, lean = rng.uniform(0.08, 0.9), rng.normal(0, 0.5)
    length = rng.uniform(0.3, 1.6)
    for _ in range(int(rng.integers(6, 70))):
        start = np.array([root + rng.normal(0, spread), -0.9])
        path = _strand(start, length * rng.uniform(0.6, 1.2) + 0.3, lean + rng.normal(0, 0.15), rng)
        stroke(mask, path, float(rng.choice([0.006, 0.012, 0.02])), float(rng.uniform(0.6, 1)))
    return _coloured(softened(mask, 0.005), rng, (0.1, 0.1, 0.1))


def fringe(rng: np.random.Generator) -> Sprite:
    """Hair over the forehead, parted or not, its lower edge uneven."""
    low = rng.uniform(-0.45, -0.05)
    parted, gap = rng.normal(0, 0.3), rng.uniform(0, 0.25) * (rng.random() < 0.5)
    x = np.linspace(-1.1, 1.1, 60)
    edge = low - 0.9 * np.exp(-(((x - parted) / (gap + 0.02)) ** 2)) * (gap > 0)
    edge += np.interp(x, np.linspace(-1.1, 1.1, 12), rng.normal(0, rng.uniform(0.02, 0.15), 12))
    edge += 0.35 * np.maximum(np.abs(x) - 0.55, 0)
    outline = np.concatenate([np.column_stack([x, edge]), [[1.2, -1.7], [-1.2, -1.7]]])
    mask = fill(blank(), outline)
    for _ in range(int(rng.integers(10, 50))):
        at = rng.uniform(-1, 1)
        start = np.array([at, float(np.interp(at, x, edge)) - 0.05])
        stroke(mask, _strand(start, rng.uniform(0.05, 0.3), rng.normal(0, 0.2), rng), 0.012, float(rng.uniform(0.5, 1)))
    return _coloured(softened(mask, float(rng.choice([0.006, 0.015]))), rng, (0.05, 0.06, 0.08))


def curtain(rng: np.random.Generator) -> Sprite:
    """Hair that hangs over one temple and cheek."""
    side = float(rng.choice([-1, 1]))
    y = np.linspace(-1.2, 2.2, 40)
    inner = rng.uniform(0.35, 0.85) + 0.12 * np.sin(y * rng.uniform(1, 4) + rng.uniform(0, 6))
    inner += np.interp(y, np.linspace(-1.2, 2.2, 10), rng.normal(0, 0.06, 10))
    outline = np.concatenate([np.column_stack([side * inner, y]), [[side * 2, 2.2], [side * 2, -1.2]]])
    mask = fill(blank(), outline)
    for _ in range(int(rng.integers(0, 25))):
        at = rng.uniform(-0.8, 0.8)
        start = np.array([side * float(np.interp(at, y, inner)), at])
        path = _strand(start, rng.uniform(0.2, 0.9), -side * rng.uniform(0, 0.3), rng)
        stroke(mask, path, 0.012, float(rng.uniform(0.4, 1)))
    return _coloured(softened(mask, float(rng.choice([0.006, 0.02]))), rng, (0.08, 0.06, 0.1))


def hairline(rng: np.random.Generator) -> Sprite:
    """Hair that comes in over the outline of the face: along the forehead, down to the temples or to the jaw."""
    ends = np.pi / 2 - rng.uniform(0.4, 2.4, 2) * (rng.random(2) < 0.85)
    turn = np.linspace(-np.pi / 2 - ends[0] - np.pi / 2, -np.pi / 2 + ends[1] + np.pi / 2, 60)
    depth = rng.uniform(0.02, 0.2) + np.interp(turn, np.linspace(turn[0], turn[-1], 14), rng.normal(0, 0.05, 14))
    depth = depth * np.clip(np.minimum(turn - turn[0], turn[-1] - turn) * 3, 0, 1)
    mask = fill(blank(), np.concatenate([_around(turn, 1 - depth), _around(turn, np.full(60, 1.9))[::-1]]))
    for _ in range(int(rng.integers(0, 60))):
        at = rng.uniform(turn[0], turn[-1])
        start = _around(np.array([at]), 1.02 - np.interp([at], turn, depth))[0]
        inwards = np.array([-np.cos(at), -np.sin(at)]) * rng.uniform(0.03, 0.2)
        bend = rng.normal(0, 0.05, 2)
        stroke(mask, np.array([start, start + 0.6 * inwards + bend, start + inwards + 2 * bend]), 0.01, 0.8)
    return _coloured(softened(mask, float(rng.choice([0.006, 0.02, 0.05]))), rng, (0.04, 0.04, 0.05))


def beard(rng: np.random.Generator) -> Sprite:
    """Hair on jaw and cheeks, to its own ragged edge, with or without a moustache; dense or stubble."""
    turn = np.linspace(-rng.uniform(0.0, 0.3), np.pi + rng.uniform(0.0, 0.3), 60)
    wave = np.interp(turn, np.linspace(turn[0], turn[-1], 16), rng.normal(0, 0.05, 16))
    low = np.clip(np.sin(turn), 0, 1)
    inner = 1 - (rng.uniform(0.08, 0.3) + rng.uniform(0.1, 0.35) * low**2) + wave
    mask = fill(blank(), np.concatenate([_around(turn, inner), _around(turn, np.full(60, 1.3))[::-1]]))
    if rng.random() < 0.6:
        height, half = rng.uniform(0.62, 0.7), rng.uniform(0.2, 0.36)
        bow = np.array([[-half, height + 0.2], [-half * 0.8, height + 0.04], [0, height], [half * 0.8, height + 0.04]])
        stroke(mask, np.concatenate([bow, [[half, height + 0.2]]]), float(rng.uniform(0.06, 0.14)))
    soft = softened(mask, float(rng.uniform(0.01, 0.06)))
    hairs = np.clip(0.5 + 0.6 * streaks(rng, 170) + rng.uniform(0.1, 0.9), 0, 1)
    grown = np.clip(soft * hairs * rng.uniform(0.5, 1.3), 0, 1)
    return _coloured(np.asarray(grown, np.float32), rng, (0.03, 0.04, 0.05))


def moustache(rng: np.random.Generator) -> Sprite:
    """Hair on the upper lip, its ends trimmed at the corners of the mouth, hanging down beside it, or turned up."""
    height, half = rng.uniform(0.6, 0.68), rng.uniform(0.2, 0.38)
    droop = rng.uniform(-0.06, 0.3)
    bow = [[-half, height + droop], [-0.7 * half, height + 0.05], [0, height + rng.uniform(-0.03, 0.03)]]
    line = np.array([*bow, *([-x, y] for x, y in bow[1::-1])])
    mask = blank()
    stroke(mask, line, float(rng.uniform(0.05, 0.15)))
    soft = softened(mask, float(rng.uniform(0.01, 0.04)))
    hairs = np.clip(0.5 + 0.6 * streaks(rng, 170) + rng.uniform(0.1, 0.9), 0, 1)
    grown = np.clip(soft * hairs * rng.uniform(0.6, 1.3), 0, 1)
    return _coloured(np.asarray(grown, np.float32), rng, (0.03, 0.04, 0.05))


def _around(turn: NDArray[np.float64], reach: NDArray[np.float64]) -> NDArray[np.float64]:
    """(K, 2): places around the face. turn: radians, 0 to the right and growing downwards. reach: 1 on the outline."""
    at = np.column_stack([np.cos(turn), np.sin(turn)]) * OVAL_HALF * reach[:, np.newaxis]
    return np.asarray(at + OVAL_MIDDLE, np.float64)


def _strand(start: NDArray[np.float64], length: float, lean: float, rng: np.random.Generator) -> NDArray[np.float64]:
    t = np.linspace(0, 1, 9)
    x = start[0] + lean * length * t + rng.normal(0, 0.12) * length * t**2 + rng.normal(0, 0.02) * np.sin(7 * t)
    return np.column_stack([x, start[1] + length * t])


def _coloured(mask: Mask, rng: np.random.Generator, jitter: tuple[float, float, float]) -> Sprite:
    tone = rng.uniform(0.02, 0.45) if rng.random() < 0.75 else rng.uniform(0.4, 0.9)
    hair = tone * np.array([rng.uniform(0.45, 1), rng.uniform(0.7, 1), 1.05]) * rng.uniform(0.85, 1.15, 3)
    if rng.random() < 0.08:
        hair = rng.uniform(0.05, 0.9, 3)  # dyed
    shade = np.clip(1 + 0.3 * streaks(rng, 150) + 0.2 * streaks(rng, 40) + 0.3 * smooth_field(rng, 5), 0.2, 2)
    sheen = np.clip(smooth_field(rng, 5), 0, 1) * rng.uniform(0, 0.5)
    bright = np.clip(hair * 1.5 + 0.1, 0, 1)
    return Sprite(kept(np.clip(mask, 0, 1)), kept(shade), kept(sheen), (hair.tolist(), bright.tolist()), jitter)
