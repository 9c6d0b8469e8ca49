"""Made faces: meshes whose shape is known, and pictures for them to lie on."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from engines.compositor.layers import Layers, layers_of
from engines.mesh.mesh_topology import face_oval, mean_face, triangles
from engines.mesh.square import face_square
from engines.mesh.surface import Surface
from engines.mesh.warp import Warp
from engines.source_faces.texture import textures_of
from engines.types import FaceLandmarks, Image, Points, SourcePhoto


def dome(centre_xy: tuple[float, float], size: float) -> Points:
    """A face-like mesh: the real wiring flattened into a disc by relaxing towards neighbours, then domed."""
    return (unit_dome() * size + [*centre_xy, 0]).astype(np.float32)


@cache
def unit_dome() -> NDArray[np.float64]:
    """(468, 3), a disc of diameter 1 around 0.

    Outline on a circle, every other landmark at the mean of its neighbours (Tutte's embedding), so no triangle folds.
    """
    oval = face_oval()
    nose_first = np.roll(oval, -int(np.flatnonzero(oval == 10)[0]))
    if np.flatnonzero(nose_first == 338).item() > 18:  # walk from the forehead to the image's right side
        nose_first = np.roll(nose_first[::-1], 1)
    weights = np.zeros((468, 468))
    for a, b, c in triangles():
        for i, j in ((a, b), (b, c), (c, a)):
            weights[i, j] = weights[j, i] = 1
    angles = 2 * np.pi * np.arange(36) / 36
    fixed = np.column_stack([np.sin(angles), -np.cos(angles)]) / 2
    free = np.setdiff1d(np.arange(468), oval)
    laplacian = np.diag(weights.sum(axis=1)) - weights
    flat = np.zeros((468, 2))
    flat[nose_first] = fixed
    flat[free] = np.linalg.solve(laplacian[np.ix_(free, free)], -laplacian[np.ix_(free, oval)] @ flat[oval])
    depth = -np.sqrt(np.maximum(0, 0.3 - (flat**2).sum(axis=1)))
    return np.column_stack([flat, depth])


def mean_at(centre_xy: tuple[float, float], eye_px: float) -> Points:
    """Everybody's face: a source with these proportions moves nobody's features."""
    return np.asarray(mean_face() * eye_px + [*centre_xy, 0], np.float32)


def photo(colour: int, size: int = 200) -> SourcePhoto:
    """An evenly coloured dome."""
    image = np.full((size, size, 3), colour, np.uint8)
    return SourcePhoto("made", image, FaceLandmarks(dome((size / 2, size / 2), size * 0.8), 1.0))


def everybody(image: Image, eye_px: float = 80) -> SourcePhoto:
    """The mean face in the middle of a picture."""
    middle = image.shape[1] / 2, image.shape[0] / 2
    return SourcePhoto("mean", image, FaceLandmarks(mean_at(middle, eye_px), 1.0))


def striped(size_wh: tuple[int, int] = (320, 240)) -> Image:
    ys, xs = np.mgrid[: size_wh[1], : size_wh[0]]
    return np.stack([90 + xs % 7 * 9, 110 + ys % 5 * 9, 130 + (xs + ys) % 6 * 9], axis=-1).astype(np.uint8)


def layers_on(picture: Image, points: Points, source: SourcePhoto) -> Layers:
    """What the compositor sees of a face that is not moved."""
    [texture, *_] = textures_of(source.views, np.ones(468, np.float32))
    return layers_of(picture, Surface.of(Warp(points, points)), texture, face_square(points))
