"""The target's own mouth: painted by neither kind of swapper, and not moved; the rest of the face is."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engines.image.geometry import invert_affine
from engines.mesh import mesh_topology
from engines.mesh.mesh_topology import mean_face
from engines.swappers.mesh.mouth import TargetMouth, beyond_mouth
from engines.swappers.mesh.swapper import MeshSwapper
from engines.swappers.neural.masks import SwappedCrop
from engines.types import FaceLandmarks, FaceOrigin, Image, Points, SourcePhoto
from tests.engines.fake_compositor import compositor_of
from tests.engines.made_faces import layers_on
from tests.engines.moving import textured

FACE = FaceLandmarks(np.asarray(mean_face() * 110 + [200, 150, 0], np.float32), 1.0)


def grained() -> Image:
    """A picture in which a move of a pixel shows."""
    return textured((400, 330), grain_px=2)


def source() -> SourcePhoto:
    """Somebody whose mouth sits higher."""
    points: Points = FACE.points.copy()
    points[mesh_topology.OUTER_LIPS, 1] -= 8
    return SourcePhoto("high mouth", np.full((330, 400, 3), 120, np.uint8), FaceLandmarks(points, 1.0))


def changed(mouth: FaceOrigin) -> Image:
    before = grained()
    after = before.copy()
    MeshSwapper(mouth=mouth, compositor=compositor_of()).prepare(source()).paint(after, FACE)
    return np.asarray(np.abs(after.astype(int) - before).max(axis=2), np.uint8)


def at(picture: NDArray[Any], landmarks: NDArray[Any]) -> NDArray[Any]:
    columns, rows = FACE.points[landmarks, :2].round().astype(int).T
    return np.asarray(picture[rows, columns])


def test_the_lips_are_left_as_they_are_if_they_are_to_be_the_targets() -> None:
    lips = np.concatenate([mesh_topology.OUTER_LIPS, mesh_topology.inner_lips()])
    assert at(changed("source"), lips).mean() > 20
    assert at(changed("wearer"), lips).mean() < 1


def test_the_rest_of_the_face_is_the_sources_either_way() -> None:
    cheeks = np.flatnonzero(beyond_mouth() == 1)
    theirs, ours = (at(changed(whose), cheeks).mean() for whose in ("source", "wearer"))
    assert ours == pytest.approx(theirs, rel=0.1)


def test_a_network_is_told_to_leave_the_mouth_out() -> None:
    picture = grained()
    layers = layers_on(picture, FACE.points, source())
    mask = TargetMouth().of(SwappedCrop(picture, FACE, invert_affine(layers.affine), layers))
    assert mask.shape == (330, 400)
    assert at(mask, mesh_topology.OUTER_LIPS).max() < 0.05
    assert mask[FACE.points[[13, 14], 1].mean().round().astype(int), 200] == 0
    assert mask[:170].min() == 1
    assert 0.02 < (mask < 0.5).mean() < 0.2
