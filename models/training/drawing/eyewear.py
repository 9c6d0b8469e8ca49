"""Glasses: rims of wire or horn, dark or so pale that one hardly sees them, and lenses clear, tinted or black.

Knows outlines and glints; knows no picture.
"""

import numpy as np
from numpy.typing import NDArray

from models.training.drawing.canvas import Mask, Place, Sprite, blank, fill, kept, smooth_field, softened, stroke

EYES = np.array([[-0.36, 0.03], [0.36, 0.03]])
"""Where lenses are centred: a little beside the middles of the eyes."""
TEMPLE_END = 0.86, 0.1
GLASSY = 0.4
"""Share of rims of clear plastic or fine wire: of the skin's own colour, a little brighter, nearly invisible."""
PALE = 0.6
"""Share of glasses whose rims are pale, of metal or of clear plastic: those are missed first."""
WIDTHS = 0.01, 0.013, 0.018, 0.018, 0.025, 0.035, 0.05, 0.07
"""Of rims, eye distances: most are thinner than a pixel of the network's square, or hardly thicker."""


def glasses(rng: np.random.Generator) -> Sprite:
    """Spectacles on the eyes."""
    outline = lens_outline(rng)
    middles = EYES + np.array([0, rng.uniform(-0.06, 0.08)])
    middles[:, 0] *= rng.uniform(0.95, 1.12)
    width = float(rng.choice(WIDTHS) * rng.uniform(0.8, 1.25))
    rims, lenses = blank(), blank()
    half = np.abs(outline[:, 0]).max()
    for middle, side in zip(middles, (-1, 1), strict=True):
        path = middle + outline * (side, 1)
        fill(lenses, path)
        _rim(rims, path, width, rng)
        hinge = middle + np.array([side * half, -0.05])
        stroke(rims, np.array([hinge, [side * TEMPLE_END[0], TEMPLE_END[1] - 0.08]]), width * 1.1)
    _bridge(rims, middles, half, width, rng)
    return _coloured(rims, lenses, rng)


def sunglasses(rng: np.random.Generator) -> Sprite:
    """Black or mirrored lenses, larger than those of spectacles."""
    outline = lens_outline(rng) * (1.12, rng.uniform(1.0, 1.3))
    middles = EYES + np.array([0, rng.uniform(0, 0.1)])
    rims, lenses = blank(), blank()
    width = float(rng.choice([0.015, 0.03, 0.06]))
    for middle, side in zip(middles, (-1, 1), strict=True):
        path = middle + outline * (side, 1)
        fill(lenses, path)
        stroke(rims, path, width, closed=True)
        hinge = middle + np.array([side * 0.3, -0.08])
        stroke(rims, np.array([hinge, [side * TEMPLE_END[0], 0.02]]), max(width, 0.03))
    _bridge(rims, middles, float(np.abs(outline[:, 0]).max()), width, rng)
    opaque = float(rng.choice([1.0, 1.0, 0.85, 0.6]))
    rows = np.linspace(0, 1, len(lenses), dtype=np.float32)[:, np.newaxis]
    fade = 1 - 0.5 * np.float32(rng.random() < 0.3) * np.clip(rows * 4 - 1.6, 0, 1)  # paler towards the cheeks
    shade = 1 + 0.5 * smooth_field(rng, 4) * rng.random()
    glints = _glints(lenses, rng)
    alpha = np.maximum(rims, lenses * opaque * fade)
    alpha, shade = np.maximum(alpha, glints * lenses), np.clip(shade, 0.2, 2) + glints
    frame, lens = _dark(rng), [c * rng.uniform(0.3, 1.5) for c in _dark(rng)]
    if rng.random() < 0.25:
        lens = rng.uniform(0.1, 0.9, 3).tolist()
    second = lenses * (1 - rims)
    return Sprite(kept(alpha), kept(shade), kept(second), (frame, lens), (0.03, 0.03, 0.05))


def lens_outline(rng: np.random.Generator) -> NDArray[np.float64]:
    """(40, 2): of the right lens about its middle: round, square, like a cat's eye or a pilot's."""
    turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    square = rng.uniform(0.35, 1.0)  # 1 is an ellipse
    x = np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** square * rng.uniform(0.25, 0.33)
    y = np.sign(np.sin(turn)) * np.abs(np.sin(turn)) ** square * rng.uniform(0.17, 0.29)
    slant, drop = rng.choice([0.0, 0.0, -0.25, 0.2]), rng.choice([0.0, 0.0, 0.3])
    return np.column_stack([x + drop * np.maximum(y, 0), y + slant * x])


def _rim(rims: Mask, path: NDArray[np.float64], width: float, rng: np.random.Generator) -> None:
    kind = rng.random()
    if kind < 0.7:
        stroke(rims, path, width, closed=True)
    elif kind < 0.88:  # none below
        upper = path[path[:, 1] <= np.median(path[:, 1]) + 0.03]
        stroke(rims, upper[np.argsort(upper[:, 0])], width * 1.3)
        stroke(rims, path, 0.008, 0.5, closed=True)
    else:  # none at all: the edge of the glass
        stroke(rims, path, 0.01, float(rng.uniform(0.3, 0.7)), closed=True)


def _bridge(rims: Mask, middles: NDArray[np.float64], half: float, width: float, rng: np.random.Generator) -> None:
    inner = half * 0.95
    left, right = middles[0] + (inner, -0.04), middles[1] + (-inner, -0.04)
    bow = (left + right) / 2 - (0, rng.uniform(0.0, 0.08))
    stroke(rims, np.array([left, bow, right]), width * 1.2)
    if rng.random() < 0.5:  # nose pads
        for at, side in ((left, -1), (right, 1)):
            stroke(rims, np.array([at, at + np.array([side * -0.03, 0.12])]), 0.02, 0.7)


def _glints(lenses: Mask, rng: np.random.Generator) -> Mask:
    """Reflections: a band of light across the glass, soft or hard."""
    glints = blank()
    if rng.random() < 0.3:
        at, lean = rng.normal(0, 0.5), rng.normal(0.5, 0.5)
        wide = rng.uniform(0.03, 0.12)
        path: list[Place] = [np.array([at - lean, -0.5]), np.array([at + lean, 0.6])]
        stroke(glints, np.array(path), wide, float(rng.uniform(0.2, 0.9)))
        glints = softened(glints, float(rng.choice([0.005, 0.03])))
    return np.asarray(glints * lenses, np.float32)


def _coloured(rims: Mask, lenses: Mask, rng: np.random.Generator) -> Sprite:
    shade = np.clip(1 + 0.35 * smooth_field(rng, 24) + 0.3 * smooth_field(rng, 6), 0.2, 2)
    glassy, clear, metal = rng.random() < GLASSY, rng.random() < PALE, rng.random() < 0.5
    if glassy:
        frame = (rng.uniform(0.9, 1.45) * rng.uniform(0.95, 1.08, 3)).tolist()
        shade = np.clip(1 + 0.22 * smooth_field(rng, 30), 0.6, 1.7)  # edges that catch the light here and there
    elif clear and metal:
        frame = (rng.uniform(0.45, 0.85) * np.array([rng.uniform(0.55, 1.05), rng.uniform(0.85, 1), 1.0])).tolist()
        shade = np.clip(1 + 0.4 * smooth_field(rng, 40), 0.3, 1.8)  # polished: dark beside bright
    elif clear:
        frame = (rng.uniform(0.5, 1.0) * rng.uniform(0.8, 1.0, 3)).tolist()
        rims = rims * np.float32(rng.uniform(0.55, 1.0))
    else:
        frame = _dark(rng) if rng.random() < 0.7 else rng.uniform(0.1, 0.8, 3).tolist()
    tint = float(rng.choice([0.12, 0.35, 0.6])) if rng.random() < 0.2 else 0.0
    glass = lenses * tint
    glints = _glints(lenses, rng)
    alpha = 1 - (1 - rims) * (1 - glass) * (1 - glints * 0.8)
    second = np.clip((glass + glints) / (rims + glass + glints + 1e-3), 0, 1) * (1 - rims)
    lens = rng.uniform(0.05, 0.5, 3).tolist() if tint else [0.95, 0.95, 0.95]
    colours, jitter = (frame, lens), (0.03, 0.03, 0.05)
    return Sprite(kept(alpha), kept(shade + glints), kept(second), colours, jitter, skin=bool(glassy), shadow=0.5)


def _dark(rng: np.random.Generator) -> list[float]:
    return (rng.uniform(0.02, 0.22) * rng.uniform(0.7, 1.3, 3)).tolist()
