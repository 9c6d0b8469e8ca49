"""What simulated engines see: whoever is in the picture, whoever else is outside of it or hidden."""

import numpy as np

from benchmarks.simulation.engines import SimulatedDetector, SimulatedFace, SimulatedLandmarker
from benchmarks.simulation.world import Actor, World
from engines.types import Roi
from realtime.tracking.edge_search import is_seen_from_nearer


def test_a_face_at_the_edge_is_seen_from_nearer_although_another_one_is_beyond_it() -> None:
    rng = np.random.default_rng(0)
    world = World(rng, [Actor.drawn(rng, is_target=True) for _ in range(2)])
    beyond, here = world.actors
    beyond.x, beyond.size, here.x = 1.3, 0.1, 0.03
    picture = world.draw()
    looks = [is_seen_from_nearer(SimulatedDetector(world), picture, np.array(world.box_of(here))) for _ in range(20)]
    assert sum(looks) >= 18  # now and then one is overlooked


def test_somebody_who_is_wholly_behind_a_face_leaves_no_hole_in_what_is_painted_over_it() -> None:
    rng = np.random.default_rng(0)
    world = World(rng, [Actor.drawn(rng, is_target=True) for _ in range(2)])
    behind, before = world.actors
    behind.near, behind.size, behind.turn = 0.0, 0.15, 70.0  # at the very same place
    picture = world.draw()
    x, y = (0.5 * world.size_wh[0], before.y * world.size_wh[0])
    face = SimulatedLandmarker(world).locate(picture, Roi((x, y), 60, 0.0))
    canvas = picture.copy()
    coverage = SimulatedFace(world, Actor.drawn(rng, is_target=False).pattern).paint(canvas, face)
    assert coverage.painted == 1
    assert max(share for share, _ in world.bare_shares(canvas)) < 0.25
