"""The mesh's wiring: what the swapper takes for granted about holes and orientation."""

from collections import Counter

import numpy as np

from engines.mesh import mesh_topology
from engines.types import MESH_POINTS


def test_every_landmark_is_used_and_no_edge_has_more_than_two_sides() -> None:
    table = mesh_topology.triangles()
    edges = Counter(frozenset((int(t[i]), int(t[i - 1]))) for t in table for i in range(3))
    assert table.shape == (852, 3)
    assert set(np.unique(table)) == set(range(MESH_POINTS))
    assert set(edges.values()) == {1, 2}


def test_neighbouring_triangles_run_the_same_way_round() -> None:
    directed = Counter((int(t[i]), int(t[(i + 1) % 3])) for t in mesh_topology.triangles() for i in range(3))
    assert set(directed.values()) == {1}


def test_border_is_the_outline_the_mouth_and_two_eyes() -> None:
    left, right = mesh_topology.eye_rims()
    loops = [mesh_topology.face_oval(), mesh_topology.inner_lips(), left, right]
    assert [len(loop) for loop in loops] == [36, 20, 16, 16]
    assert {33, 133} <= set(left)
    assert {263, 362} <= set(right)
    assert len(set(np.concatenate(loops))) == 88
    assert set(mesh_topology.border_loops()) == set(np.concatenate(loops))


def test_landmarks_mirror_each_other_and_so_does_the_mean_face() -> None:
    other = mesh_topology.mirrored()
    assert (other[other] == np.arange(468)).all()
    assert np.abs(mesh_topology.mean_face()[other] * [-1, 1, 1] - mesh_topology.mean_face()).max() < 2e-4
    assert np.abs(mesh_topology.canonical_uv()[other] * [-1, 1] - mesh_topology.canonical_uv()).max() < 2e-4
    assert [other[33], other[61], other[1]] == [263, 291, 1]


def test_no_triangle_is_folded_when_the_face_is_laid_flat_nor_one_that_closes_a_hole() -> None:
    for table in (mesh_topology.triangles(), *mesh_topology.hole_triangles()):
        a, b, c = (mesh_topology.canonical_uv()[table[:, n]] for n in range(3))
        first, second = b - a, c - a
        area = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
        assert area.max() < 0


def test_holes_are_closed_by_triangles_of_their_rims_only() -> None:
    for table, rim in zip(
        mesh_topology.hole_triangles(), (mesh_topology.inner_lips(), *mesh_topology.eye_rims()), strict=True
    ):
        assert len(table) == len(rim) - 2
        assert set(table.ravel()) == set(rim)
