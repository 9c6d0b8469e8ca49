"""What simulated detectors see: whoever is in the picture that they are shown, whoever else is outside of it."""

import numpy as np

from benchmarks.simulation.engines import SimulatedDetector
from benchmarks.simulation.world import Actor, World
from realtime.tracking.edge_search import is_seen_from_nearer


def test_a_face_at_the_edge_is_seen_from_nearer_although_another_one_is_beyond_it() -> None:
    rng = np.random.default_rng(0)
    world = World(rng, [Actor.drawn(rng, is_target=True) for _ in range(2)])
    beyond, here = world.actors
    beyond.x, beyond.size, here.x = 1.3, 0.1, 0.03
    picture = world.draw()
    looks = [is_seen_from_nearer(SimulatedDetector(world), picture, np.array(world.box_of(here))) for _ in range(20)]
    assert sum(looks) >= 18  # now and then one is overlooked
