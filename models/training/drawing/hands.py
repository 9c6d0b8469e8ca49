"""Hands before a face: the wearer's own skin, so that nothing but shape and shading gives them away.

Knows how fingers bend and how light falls on them; knows no picture.
"""

import numpy as np

from models.training.drawing.canvas import (
    CANVAS_PX,
    LEFT,
    TOP,
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

# An adult's hand beside eyes whose outer corners are 9 cm apart.
PALM_WIDTH, PALM_LENGTH = (0.72, 0.98), (0.85, 1.05)
FINGER_LENGTHS = 0.78, 0.88, 0.82, 0.64
FINGER_RADIUS = 0.075, 0.105
JOINT = 0.22
"""Over this length a finger rises out of the palm."""
PHALANGES = 0.45, 0.31, 0.24
NAIL_TINT = (0.95, 0.97, 1.12), (0.8, 0.72, 0.95)
"""BGR, what skin is multiplied with under a nail and in a fold."""
Hand = tuple[Mask, Mask, Mask]
"""Alpha, shade, share of the second colour: parts are laid upon each other in it."""


def hand(rng: np.random.Generator) -> Sprite:
    """A hand, its forearm perhaps, somewhere before the face: flat, curled, pointing, or its fingers alone."""
    towards = float(rng.uniform(0, 2 * np.pi))
    if rng.random() < 0.6:
        towards = float(-np.pi / 2 + rng.normal(0, 0.6))  # mostly up, from below the picture
    along = direction(towards)
    tip = np.array([rng.normal(0, 0.5), rng.uniform(-0.5, 1.2)])
    side = float(rng.choice([-1, 1]))
    light = direction(float(rng.uniform(0, 2 * np.pi))) * rng.uniform(0.3, 1)
    scale = float(rng.uniform(0.8, 1.15))
    width, length = rng.uniform(*PALM_WIDTH) * scale, rng.uniform(*PALM_LENGTH) * scale
    knuckles = tip - along * rng.uniform(0.3, 1.0) * scale
    wrist = knuckles - along * length
    layers: Hand = blank(), blank(1), blank()
    if rng.random() < 0.85:
        _lay(layers, capsule(wrist - along * 2.5, wrist, width * 0.42, width * 0.36), 0.3, light, rng)
        _lay(layers, _palm(wrist, knuckles, along, width), 0.35, light, rng, (wrist, along))
    curl, spread = float(rng.choice([0.0, 0.3, 0.7, 1.4])), float(rng.choice([0.02, 0.08, 0.2]))
    order = list(range(4)) if rng.random() < 0.5 else [3, 2, 1, 0]
    for number in order[: int(rng.choice([1, 2, 3, 4, 4, 4, 4]))]:
        base = knuckles + side * (number - 1.5) / 4 * width * np.array([-along[1], along[0]])
        angle = towards + side * (number - 1.5) * spread + rng.normal(0, 0.04)
        bend = max(0.0, curl + rng.normal(0, 0.15)) * float(rng.choice([1, 1, -0.15]))
        _finger(layers, base, angle, (FINGER_LENGTHS[number] * scale, bend * side), light, rng)
    if rng.random() < 0.7:
        base = wrist + along * length * 0.35 - side * width * 0.45 * np.array([-along[1], along[0]])
        _finger(layers, base, towards - side * rng.uniform(0.2, 1.0), (0.75 * scale, side * 0.2), light, rng)
    return _finished(layers, rng)


def fist(rng: np.random.Generator) -> Sprite:
    """Fingers rolled up side by side, dark folds between them, the thumb across; the forearm perhaps."""
    towards = float(-np.pi / 2 + rng.normal(0, 0.8))
    along, across = direction(towards), direction(towards + np.pi / 2) * float(rng.choice([-1, 1]))
    light = direction(float(rng.uniform(0, 2 * np.pi))) * rng.uniform(0.3, 1)
    middle, half = np.array([rng.normal(0, 0.4), rng.uniform(-0.1, 1.2)]), float(rng.uniform(0.36, 0.55))
    layers: Hand = blank(), blank(1), blank()
    if rng.random() < 0.8:
        _lay(layers, capsule(middle - along * 3, middle - along * half, half * 0.8, half * 0.7), 0.3, light, rng)
    _lay(layers, capsule(middle - along * half * 0.6, middle, half * 0.9, half * 0.95), 0.35, light, rng)
    thick = half * float(rng.uniform(0.24, 0.3))
    for row, height in enumerate((0.75, rng.uniform(0.0, 0.3))):  # knuckles, and below them the bent fingers
        for number in range(4):
            at = middle + across * (number - 1.5) * half * 0.5 + along * half * (height - 0.07 * abs(number - 1))
            end = at - along * half * rng.uniform(0.35, 0.6)
            _lay(layers, capsule(at, end, thick, thick * 0.95), thick, light, rng, (end, along) if row == 0 else None)
    if rng.random() < 0.75:
        root = middle + across * half * 0.9 - along * half * 0.5
        tip = middle + across * half * rng.uniform(-0.6, 0.2) - along * half * rng.uniform(0.0, 0.4)
        _lay(layers, capsule(root, tip, thick * 1.15, thick), thick, light, rng)
    folds = blank()
    for number in range(3):
        at = middle + across * (number - 1) * half * 0.5 + along * half * 0.75
        stroke(folds, np.array([at, at - along * half * rng.uniform(0.6, 1.3)]), 0.03, float(rng.uniform(0.3, 0.9)))
    layers[1][...] *= 1 - softened(folds, float(rng.uniform(0.01, 0.03)))
    return _finished(layers, rng)


def _palm(wrist: Place, knuckles: Place, along: Place, width: float) -> Mask:
    across = np.array([-along[1], along[0]])
    corners = [
        (wrist, 0.36),
        (wrist + 0.4 * (knuckles - wrist), 0.5),
        (knuckles - 0.04 * along, 0.5),
        (knuckles + 0.05 * along, 0.3),
    ]
    right = [at + across * share * width for at, share in corners]
    left = [at - across * share * width for at, share in reversed(corners)]
    return np.asarray(softened(fill(blank(), np.array(right + left)), 0.04) > 0.5, np.float32)


def _finger(
    layers: Hand, base: Place, angle: float, reach: tuple[float, float], light: Place, rng: np.random.Generator
) -> None:
    """Three limbs, creases at the joints, a nail. reach: length, and the turn at each joint in radians."""
    length, bend = reach
    radius = float(rng.uniform(*FINGER_RADIUS)) * (0.6 + 0.5 * length)
    mask, joints, at, turned = blank(), [], base, angle
    shorter = 1 - 0.25 * min(1.0, abs(bend))  # a curled finger is seen from its end
    for number, share in enumerate(PHALANGES):
        onward = at + direction(turned) * share * length * shorter
        thick = radius * (1 - 0.1 * number)
        mask = np.maximum(mask, capsule(at, onward, thick, thick * 0.93))
        joints.append((onward, turned, thick))
        at, turned = onward, turned + bend * 0.5
    _lay(layers, mask, radius, light, rng, (base, direction(angle)))
    creases = blank()
    for joint, along, thick in joints[:-1]:
        across = np.array([-np.sin(along), np.cos(along)])
        for offset in rng.normal(0, 0.025, int(rng.integers(1, 4))):
            middle = joint + direction(along) * offset
            bow = direction(along) * 0.015
            path = np.array([middle - across * thick * 0.8, middle + bow, middle + across * thick * 0.8])
            stroke(creases, path, 0.014, float(rng.uniform(0.15, 0.5)))
    layers[1][...] *= 1 - softened(creases, 0.008) * mask
    if rng.random() < 0.5:
        _nail(layers, joints[-1], rng)


def _nail(layers: Hand, end: tuple[Place, float, float], rng: np.random.Generator) -> None:
    tip, along, thick = end
    turn = np.linspace(0, 2 * np.pi, 16)[:, np.newaxis]
    ahead, across = direction(along), np.array([-np.sin(along), np.cos(along)])
    middle = tip - ahead * thick * 0.1
    nail = fill(blank(), middle + ahead * np.cos(turn) * thick * 0.75 + across * np.sin(turn) * thick * 0.62)
    nail = softened(nail, 0.008)
    layers[2][...] = np.maximum(layers[2], nail * rng.uniform(0.4, 1))
    layers[1][...] *= 1 + nail * rng.uniform(0, 0.25)


def _lay(
    layers: Hand,
    mask: Mask,
    radius: float,
    light: Place,
    rng: np.random.Generator,
    grows_from: tuple[Place, Place] | None = None,
) -> None:
    """One part over the others: it darkens what is under its edge, which is how fingers side by side are told apart.

    grows_from: where it is joined to what is there, and in which direction it leads; no edge shows there.
    """
    alpha, shade, second = layers
    apart = mask if grows_from is None else mask * _beyond(*grows_from)
    under = np.clip(softened(apart, 0.035) * 1.5, 0, 1) * (1 - apart)
    joined = apart + (1 - alpha) * (mask - apart)
    shade *= 1 - under * np.float32(rng.uniform(0.1, 0.5))
    shade[...] = shade * (1 - joined) + rounded(mask, radius, light, rng) * joined
    second *= 1 - mask
    np.maximum(alpha, mask, out=alpha)


def _beyond(start: Place, along: Place) -> Mask:
    """0 behind a place, 1 from JOINT on ahead of it."""
    steps = np.arange(CANVAS_PX, dtype=np.float32) / UNIT_PX
    ahead = (steps + LEFT - start[0]) * along[0] + (steps[:, np.newaxis] + TOP - start[1]) * along[1]
    return np.asarray(np.clip(ahead / JOINT + 0.3, 0, 1), np.float32)


def _finished(layers: Hand, rng: np.random.Generator) -> Sprite:
    alpha, shade, second = layers
    blotches = 1 + 0.05 * smooth_field(rng, 12) + 0.025 * smooth_field(rng, 60) + 0.06 * smooth_field(rng, 4)
    tone = np.exp(rng.normal(0, 0.14) + rng.normal(0, 0.04, 3)).tolist()
    nail = NAIL_TINT[0] if rng.random() < 0.7 else rng.uniform(0.2, 1.4, 3).tolist()  # painted, perhaps
    colours = (tone, [a * b for a, b in zip(tone, nail, strict=True)])
    return Sprite(kept(alpha), kept(shade * blotches), kept(second), colours, (0.35, 0.3, 0.15), skin=True, shadow=0.6)
