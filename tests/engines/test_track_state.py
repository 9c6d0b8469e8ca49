"""What is remembered of a target: what trembles is held still, what changes is followed."""

import numpy as np
import pytest
from numpy.typing import NDArray

from engines.track_state import FOLLOWED, Follower, RunningMean

MAKER = object()


def values(level: float) -> NDArray[np.float32]:
    return np.full((16, 16, 3), level, np.float32)


def seen(level: float) -> NDArray[np.float32]:
    return np.full((16, 16), level, np.float32)


def test_the_first_values_are_taken_as_they_are() -> None:
    assert (Follower().follow(values(0.9), seen(0.5), MAKER) == values(0.9)).all()


def test_of_a_still_face_the_values_change_slowly_and_arrive() -> None:
    follower = Follower()
    follower.follow(values(0), seen(0.5), MAKER)
    told = [float(follower.follow(values(1), seen(0.5), MAKER).mean()) for _ in range(40)]
    assert told[0] == pytest.approx(FOLLOWED)
    assert (np.diff(told) >= 0).all()
    assert told[-1] == pytest.approx(1, abs=1e-3)


def test_values_that_go_to_nothing_arrive_there() -> None:
    follower = Follower()
    follower.follow(values(1), seen(0.5), MAKER)
    for _ in range(400):
        told = follower.follow(values(0), seen(0.5), MAKER)
    assert (told == 0).all()


def test_trembling_is_held_still() -> None:
    noise, follower = np.random.default_rng(0), Follower()
    made = [(0.5 + noise.normal(0, 0.05, (16, 16, 3))).astype(np.float32) for _ in range(60)]
    camera = [(0.5 + noise.normal(0, 0.004, (16, 16))).astype(np.float32) for _ in range(60)]
    told = [follower.follow(each, at, MAKER) for each, at in zip(made, camera, strict=True)]
    assert np.abs(np.diff(told[20:], axis=0)).mean() < 0.4 * np.abs(np.diff(made[20:], axis=0)).mean()
    assert abs(float(told[-1].mean()) - 0.5) < 0.01


def test_where_something_is_seen_to_change_the_values_follow_in_that_frame_and_elsewhere_they_do_not() -> None:
    follower, changed = Follower(), seen(0.5)
    follower.follow(values(0), seen(0.5), MAKER)
    changed[:, 10:] = 0.7  # a hand comes in
    told = follower.follow(values(1), changed, MAKER)
    assert told[:, 11:] == pytest.approx(1)
    assert told[:, :6] == pytest.approx(FOLLOWED)


def test_values_of_another_maker_begin_anew() -> None:
    follower = Follower()
    follower.follow(values(0), seen(0.5), MAKER)
    assert (follower.follow(values(1), seen(0.5), object()) == 1).all()


def test_what_was_told_before_is_not_written_over() -> None:
    follower = Follower()
    first = follower.follow(values(0), seen(0.5), MAKER)
    second = follower.follow(values(1), seen(0.5), MAKER)
    kept = second.copy()
    follower.follow(values(1), seen(0.9), MAKER)
    assert (first == 0).all()
    assert (second == kept).all()


def test_a_mean_begins_with_what_is_assumed_and_comes_to_what_is_seen() -> None:
    average, assumed, shown = RunningMean(), np.zeros(3, np.float32), np.ones(3, np.float32)
    assert average.learn(shown, assumed, trust=19).mean() == pytest.approx(0.05)
    for _ in range(2000):
        told = average.learn(shown, assumed, trust=19)
    assert told == pytest.approx(1, abs=0.01)
    assert (assumed == 0).all()
