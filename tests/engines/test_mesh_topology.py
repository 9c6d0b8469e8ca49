"""The mesh's wiring: what the swapper takes for granted about holes and orientation."""

from collections import Counter

import numpy as np

from engines import mesh_topology
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
