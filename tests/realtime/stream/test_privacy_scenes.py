"""Nobody's bare face leaves, whatever happens: random scenes of the simulated world, with fixed seeds.

`python -m benchmarks.privacy` plays a million frames of them. Seeds are taken in order, none is left out.
"""

import logging
from collections.abc import Iterator

import cv2
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from benchmarks.simulation.faults import FAULTS
from benchmarks.simulation.scenes import COMMANDS, Leak, Scene, Tally
from benchmarks.simulation.world import Actor
from engines.types import Image


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Faults that are injected are not worth a traceback, and small pictures not worth threads."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
    cv2.setNumThreads(threads)


def test_nobody_is_recognisable_in_random_scenes() -> None:
    tally = Tally()
    for seed in range(10):
        tally.add(Scene(seed).run(150))
    assert tally.recognisable == []
    assert tally.faces > 500
    assert tally.outcomes["swapped"] > 0.2 * tally.frames


@pytest.mark.parametrize("kind", FAULTS)
def test_nobody_is_recognisable_while_an_engine_fails(kind: str) -> None:
    """For half a second, in the middle of a scene in which somebody was swapped."""
    scene, seen = Scene(0, tame=True), list[str]()

    def fail(_raw: Image, _picture: Image, _worst: Leak) -> None:
        seen.append(kind)
        scene.fault.kind = kind if 30 <= len(seen) < 45 else ""

    tally = scene.run(60, look=fail)
    assert tally.recognisable == []
    assert tally.outcomes["swapped"] > 10


def test_a_scene_that_is_played_again_is_the_same() -> None:
    first, second = Scene(3).run(60), Scene(3).run(60)
    assert first == second


def test_a_painter_that_does_nothing_and_says_so_or_lies_shows_nobody() -> None:
    for kind in ("paints nothing", "lies"):
        scene = Scene(0, tame=True)
        scene.fault.kind = kind
        tally = scene.run(60)
        assert tally.recognisable == []
        assert tally.outcomes["swapped"] == 0
        assert tally.faces > 30


class Attack(RuleBasedStateMachine):
    """Somebody who presses keys, moves people and breaks engines in any order; a few frames after each."""

    def __init__(self) -> None:
        super().__init__()
        self.scene, self.tally = Scene(1, tame=True, faces="all"), Tally()

    @rule(kind=st.sampled_from(("", *FAULTS)))
    def fail(self, kind: str) -> None:
        self.scene.fault.kind = kind
        self.play()

    @rule(words=st.sampled_from(COMMANDS))
    def command(self, words: str) -> None:
        self.scene.command(words)
        self.play()

    @rule(who=st.integers(0, 4), share=st.sampled_from((0.0, 0.3, 0.5, 0.7, 1.0)))
    def cover(self, who: int, share: float) -> None:
        self.actor(who).cover = share
        self.play()

    @rule(who=st.integers(0, 4), turn=st.sampled_from((0.0, 30.0, 60.0, 85.0)))
    def turn(self, who: int, turn: float) -> None:
        self.actor(who).turn = turn
        self.play()

    @rule(who=st.integers(0, 4), x=st.floats(0.1, 0.9), near=st.floats(0, 1))
    def move(self, who: int, x: float, near: float) -> None:
        self.actor(who).x, self.actor(who).near = x, near
        self.play()

    @rule(who=st.integers(0, 4))
    def come_or_go(self, who: int) -> None:
        self.actor(who).is_here = not self.actor(who).is_here
        self.play()

    @rule(frames=st.sampled_from((10, 60, 400)))
    def lose_camera(self, frames: int) -> None:
        self.scene.lose_camera(frames)
        self.play()

    @rule()
    def resize(self) -> None:
        self.scene.resize()
        self.play()

    def actor(self, who: int) -> Actor:
        return self.scene.world.actors[who % len(self.scene.world.actors)]

    def play(self) -> None:
        for _ in range(4):
            self.scene.show(self.tally)
        assert self.tally.recognisable == []


def test_nobody_is_recognisable_whatever_is_done_in_whatever_order() -> None:
    small = settings(max_examples=30, stateful_step_count=12, derandomize=True, database=None)
    run_state_machine_as_test(Attack, settings=small)
