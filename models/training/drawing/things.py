"""Things before a face: masks, cups, microphones, phones, cloth, cards, planes, sticks and shapes without a name.

Knows simple solids and how light falls on them; knows no picture.
"""

import numpy as np
from numpy.typing import NDArray

from models.training.drawing.canvas import (
    CANVAS_PX,
    UNIT_PX,
    Mask,
    Place,
    Sprite,
    blank,
    capsule,
    direction,
    fill,
    kept,
    rounded,
    smooth_field,
    softened,
    stroke,
)

SOLID = 0.2
"""Share of colours that are as strong as paint: red, blue, yellow."""

LIKE_SKIN, TEXTURED = 0.3, 0.35
"""Shares of the shapes without a name that have the colour of the wearer's skin, and a texture of anything."""


def mask(rng: np.random.Generator) -> Sprite:
    """A surgical mask, a respirator or a scarf: the lower face to the nose's bridge or only to the mouth."""
    top, low = rng.uniform(0.05, 0.5), rng.uniform(1.2, 1.5)
    x = np.linspace(-1, 1, 21)
    upper = top + 0.28 * np.abs(x) ** rng.uniform(1.0, 2.2) + rng.normal(0, 0.01, 21)
    lower = low - rng.uniform(0.1, 0.5) * x**2
    wide = rng.uniform(0.72, 0.9)
    outline = np.concatenate([np.column_stack([wide * x, upper]), np.column_stack([wide * x, lower])[::-1]])
    alpha = fill(blank(), outline)
    light = direction(float(rng.uniform(0, 2 * np.pi))) * 0.6
    shade = rounded(alpha, 0.7, light, rng)
    folds = blank()
    for height in np.linspace(top + 0.25, low - 0.15, int(rng.integers(0, 5))):
        stroke(folds, np.column_stack([wide * x, height + 0.12 * (1 - x**2)]), 0.015, float(rng.uniform(0.1, 0.4)))
    shade = shade * (1 - softened(folds, 0.012)) * (1 + 0.04 * smooth_field(rng, 20))
    straps = blank()
    for side in (-1, 1):
        for height in (float(upper[0]), float(lower[0]) - 0.15):
            stroke(straps, np.array([[side * wide, height], [side * 1.1, 0.25]]), 0.02)
    colour = _cloth(rng)
    return Sprite(
        kept(np.maximum(alpha, straps)), kept(shade), kept(blank()), (colour, colour), (0.04, 0.05, 0.06), shadow=0.5
    )


def cup(rng: np.random.Generator) -> Sprite:
    """A cup, glass, can or bottle at the mouth: a cylinder."""
    middle = np.array([rng.normal(0, 0.35), rng.uniform(0.4, 1.2)])
    half, tall, taper = rng.uniform(0.25, 0.5), rng.uniform(0.6, 1.3), rng.uniform(0.7, 1.05)
    turn = np.linspace(0, np.pi, 15)[:, np.newaxis]
    bottom = np.concatenate([np.cos(turn) * half * taper, np.sin(turn) * 0.12 + tall], 1)
    rim = np.concatenate([-np.cos(turn) * half, -np.sin(turn) * 0.12], 1)
    body = fill(blank(), middle + np.concatenate([bottom, rim]))
    across = (np.arange(len(body), dtype=np.float32) / len(body) * 4 - 2 - middle[0]) / half
    shade = 0.55 + 0.75 * np.exp(-(((across - rng.uniform(-0.6, 0.6)) / 0.7) ** 2))
    shade = np.clip(shade[np.newaxis] * np.ones_like(body), 0.2, 2).astype(np.float32)
    second = fill(blank(), middle + np.concatenate([rim, -rim * (1, 0.9)]))  # what is in it
    if rng.random() < 0.4:
        band = middle[1] + rng.uniform(0.2, 0.5)
        second = np.maximum(second, fill(blank(), _box(middle[0], band, 2 * half, 0.2)) * body)
    if rng.random() < 0.5:
        handle = middle + np.column_stack([half + 0.15 * np.sin(turn[:, 0]), 0.2 + 0.4 * turn[:, 0] / np.pi])
        body = stroke(body, handle, 0.07)
    colours = (_any_colour(rng), _any_colour(rng))
    return Sprite(kept(body), kept(shade), kept(second), colours, (0.3, 0.35, 0.2), shadow=0.5)


def microphone(rng: np.random.Generator) -> Sprite:
    """A ball of mesh on a stick, or a headset's boom."""
    head = np.array([rng.normal(0, 0.3), rng.uniform(0.6, 1.3)])
    radius = rng.uniform(0.1, 0.28)
    towards = direction(float(rng.uniform(0.2, np.pi - 0.2)))
    light = direction(float(rng.uniform(0, 2 * np.pi))) * 0.8
    stick = capsule(head, head + towards * 2.5, radius * 0.55, radius * 0.5)
    ball = capsule(head - towards * 0.03, head + towards * 0.05, radius, radius)
    shade = rounded(stick, radius * 0.55, light, rng) * (1 - ball)
    rows = np.arange(len(ball))
    grid = 1 + 0.3 * np.sin(rows[np.newaxis] * 1.9) * np.sin(rows[:, np.newaxis] * 1.9)
    shade = shade + rounded(ball, radius, light, rng) * ball * grid
    colours = (_dark(rng), (rng.uniform(0.05, 0.7) * np.ones(3)).tolist())
    return Sprite(kept(np.maximum(stick, ball)), kept(shade), kept(ball), colours, (0.25, 0.5, 0.2), shadow=0.5)


def card(rng: np.random.Generator) -> Sprite:
    """Something flat and straight: a phone, a book, a sheet of paper; up to most of the face."""
    middle = np.array([rng.normal(0, 0.55), rng.normal(0.35, 0.5)])
    wide, tall = rng.uniform(0.3, 1.5), rng.uniform(0.5, 1.6)
    turn = rng.normal(0, 0.5)
    corners = _box(0, 0, wide, tall) @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) + middle
    alpha = fill(blank(), corners)
    alpha = np.asarray(softened(alpha, 0.02) > 0.5, np.float32) if rng.random() < 0.5 else alpha
    inner = fill(blank(), (corners - middle) * rng.uniform(0.7, 0.95) + middle) * (rng.random() < 0.6)
    shade = np.clip(1 + 0.15 * smooth_field(rng, 3) + 0.03 * smooth_field(rng, 30), 0.3, 2)
    return _of_anything(rng, (alpha, shade, inner), (0.3, 0.5, 0.3))


def plane(rng: np.random.Generator) -> Sprite:
    """Half of all there is, to a straight or bent edge through the face: a wall of skin, cloth or paint."""
    turn = float(rng.uniform(0, 2 * np.pi))
    ahead, across = direction(turn), direction(turn + np.pi / 2)
    steps = np.linspace(-4, 4, 41)[:, np.newaxis]
    bent = rng.normal(0, 0.12) * steps**2 * (rng.random() < 0.5)
    edge = np.array([0, 0.32]) + ahead * (rng.uniform(-0.55, 0.25) + bent) + across * steps
    alpha = fill(blank(), np.concatenate([edge, edge[::-1] + ahead * 8]))
    shade = 1 + rng.uniform(0, 0.15) * smooth_field(rng, 3) + rng.uniform(0, 0.04) * smooth_field(rng, 60)
    if rng.random() < 0.5:
        shade = shade * rounded(alpha, float(rng.uniform(0.05, 0.4)), ahead * rng.uniform(-0.6, 0.6), rng)
    second = blank() if rng.random() < 0.7 else np.clip(smooth_field(rng, int(rng.integers(2, 8))), 0, 1)
    return _of_anything(rng, (alpha, np.clip(shade, 0.2, 2), second), (0.08, 0.2, 0.1))


def cloth(rng: np.random.Generator) -> Sprite:
    """Knitted, striped, checked or dotted: a scarf, a hood's edge, a sleeve; folds bend the pattern."""
    turn = float(rng.choice([np.pi / 2, np.pi / 2, rng.uniform(0, 2 * np.pi)]))
    ahead, across = direction(turn), direction(turn + np.pi / 2)
    steps = np.linspace(-2.4, 2.4, 21)
    edge = np.interp(steps, np.linspace(-2.4, 2.4, 8), rng.normal(0, 0.1, 8)) + rng.uniform(-0.2, 0.6)
    line = np.array([0, 0.32]) + ahead * edge[:, np.newaxis] + across * steps[:, np.newaxis]
    reach = float(rng.choice([0.4, 0.9, 4.0]))
    outline = np.concatenate([line, line[::-1] + ahead * reach])
    alpha = np.asarray(softened(fill(blank(), outline), 0.02) > 0.5, np.float32)
    folded = rng.uniform(0, 0.12)
    x, y = (folded * smooth_field(rng, 5) + part for part in _coordinates(float(rng.uniform(0, np.pi))))
    wide = 2 * np.pi / rng.uniform(0.07, 0.3)
    kind = int(rng.integers(4))
    waves = {
        0: np.sin(y * wide + 2.2 * np.abs(np.sin(x * wide / 2))),  # stitches
        1: np.sin(x * wide),
        2: np.sin(x * wide) * np.sin(y * wide),
        3: np.sin(x * wide) + np.sin(y * wide) - 0.8,
    }[kind]
    pattern = np.asarray(np.clip(waves * rng.uniform(0.8, 4) + 0.5, 0, 1), np.float32)
    shade = (1 + 0.25 * smooth_field(rng, 4)) * (1 + rng.uniform(0.1, 0.4) * (pattern - 0.5) * (kind == 0))
    shade = shade * rounded(alpha, float(rng.uniform(0.1, 0.5)), direction(float(rng.uniform(0, 6.3))) * 0.6, rng)
    second = pattern * np.float32(rng.uniform(0.2, 1) * (rng.random() < 0.7))
    colours = (_any_colour(rng), _any_colour(rng))
    layers = kept(alpha), kept(np.clip(shade, 0.15, 2)), kept(second)
    return Sprite(*layers, colours, (0.15, 0.2, 0.15), shadow=0.5)


def _coordinates(turn: float) -> tuple[Mask, Mask]:
    """x and y of each place of the canvas, eye distances, turned."""
    steps = np.arange(CANVAS_PX, dtype=np.float32) / UNIT_PX
    across, down = np.meshgrid(steps, steps)
    cos, sin = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    return across * cos + down * sin, down * cos - across * sin


def blob(rng: np.random.Generator) -> Sprite:
    """A shape without a name, of any texture: what nobody thought of."""
    count = int(rng.integers(5, 10))
    turn = np.sort(rng.uniform(0, 2 * np.pi, count))
    reach = rng.uniform(0.2, 1.0) * rng.uniform(0.5, 1.3, count)
    middle = np.array([rng.normal(0, 0.6), rng.normal(0.3, 0.6)])
    outline = middle + np.column_stack([np.cos(turn) * reach * rng.uniform(0.6, 1.5), np.sin(turn) * reach])
    alpha = np.asarray(softened(fill(blank(), outline), rng.uniform(0.02, 0.08)) > 0.5, np.float32)
    shade = rounded(alpha, float(rng.uniform(0.1, 0.6)), direction(float(rng.uniform(0, 6.3))), rng)
    second = np.clip(smooth_field(rng, int(rng.integers(3, 20))), 0, 1)
    return _of_anything(rng, (alpha, shade, second), (0.2, 3.0, 0.2))


def stick(rng: np.random.Generator) -> Sprite:
    """A pen, a cable, a spoon, a cigarette: thin, straight or bent, at the mouth or across the face."""
    start = np.array([rng.normal(0, 0.5), rng.uniform(-0.4, 1.3)])
    bend = start + direction(float(rng.uniform(0, 6.3))) * rng.uniform(0.3, 1.2)
    end = bend + (bend - start) * rng.uniform(0.5, 2) + rng.normal(0, 0.25, 2)
    t = np.linspace(0, 1, 12)[:, np.newaxis]
    path = (1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t**2 * end
    width = float(rng.choice([0.015, 0.03, 0.06, 0.12]))
    alpha = stroke(blank(), path, width)
    shade = rounded(alpha, max(width / 2, 0.015), direction(float(rng.uniform(0, 6.3))), rng)
    colours = (_any_colour(rng), _any_colour(rng))
    return Sprite(kept(alpha), kept(shade), kept(blank()), colours, (0.3, 1.0, 0.2))


def brim(rng: np.random.Generator) -> Sprite:
    """The edge of a hat, a cap or a band over the forehead, with its shade below."""
    x = np.linspace(-1.3, 1.3, 25)
    edge = rng.uniform(-0.6, -0.2) + rng.normal(0, 0.12) * x**2 + rng.normal(0, 0.05) * x
    alpha = fill(blank(), np.concatenate([np.column_stack([x, edge]), [[1.4, -1.7], [-1.4, -1.7]]]))
    shade = np.clip(1 + 0.1 * smooth_field(rng, 60) + 0.25 * smooth_field(rng, 4), 0.2, 2)
    band = stroke(blank(), np.column_stack([x, edge - 0.06]), 0.1) * (rng.random() < 0.5)
    return Sprite(
        kept(alpha), kept(shade), kept(band), (_any_colour(rng), _any_colour(rng)), (0.06, 0.08, 0.08), shadow=0.8
    )


def _of_anything(
    rng: np.random.Generator, layers: tuple[Mask, Mask, Mask], jitter: tuple[float, float, float]
) -> Sprite:
    """Of any colour, of any texture, or plain and of the skin's colour: the hardest. layers: as a Sprite's."""
    kind = rng.random()
    alpha, shade, second = (kept(layer) for layer in layers)
    if kind < LIKE_SKIN:
        tone = np.exp(rng.normal(0, 0.12) + rng.normal(0, 0.04, 3)).tolist()
        flat = float(rng.uniform(0, 1))
        return Sprite(alpha, shade * (1 - flat) + flat, second * 0, (tone, tone), jitter, skin=True)
    colours = (_any_colour(rng), _any_colour(rng))
    return Sprite(alpha, shade, second, colours, jitter, textured=bool(kind < LIKE_SKIN + TEXTURED))


def _box(x: float, y: float, wide: float, tall: float) -> NDArray[np.float64]:
    corners: list[Place] = [np.array([a, b]) for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    return np.array(corners) * (wide / 2, tall / 2) + (x, y)


def _cloth(rng: np.random.Generator) -> list[float]:
    usual: list[Mask] = [np.array(c, np.float32) for c in ((0.85, 0.8, 0.65), (0.95, 0.95, 0.93), (0.06, 0.06, 0.06))]
    chosen = usual[int(rng.integers(3))] if rng.random() < 0.7 else rng.uniform(0.05, 0.95, 3)
    return (chosen * rng.uniform(0.8, 1.1)).tolist()  # type: ignore[no-any-return]


def _any_colour(rng: np.random.Generator) -> list[float]:
    if rng.random() < SOLID:
        pure = np.where(rng.random(3) < 0.5, rng.uniform(0.5, 1, 3), rng.uniform(0.0, 0.15, 3))
        return (pure * rng.uniform(0.5, 1)).tolist()  # type: ignore[no-any-return]
    if rng.random() < 0.5:
        return rng.uniform(0.02, 1, 3).tolist()  # type: ignore[no-any-return]
    return (rng.uniform(0.02, 1) * rng.uniform(0.85, 1.15, 3)).tolist()  # type: ignore[no-any-return]


def _dark(rng: np.random.Generator) -> list[float]:
    return (rng.uniform(0.02, 0.2) * rng.uniform(0.8, 1.2, 3)).tolist()  # type: ignore[no-any-return]
