"""What is remembered of a wearer: what trembles is held still, what changes is followed."""

import numpy as np

from engines.wearer import Steadied

LARGE = 6.0


def test_the_first_value_is_taken_as_it_is() -> None:
    assert (Steadied().follow(np.full((4, 3), 90, np.float32), LARGE) == 90).all()


def test_trembling_is_held_still() -> None:
    noise, steadied = np.random.default_rng(0), Steadied()
    seen = [(100 + noise.normal(0, 0.5, (468, 3))).astype(np.float32) for _ in range(60)]
    told = [steadied.follow(values, LARGE) for values in seen]
    assert np.abs(np.diff(told[20:], axis=0)).mean() < 0.4 * np.abs(np.diff(seen[20:], axis=0)).mean()
    assert abs(told[-1].mean() - 100) < 0.1


def test_a_light_that_is_switched_on_is_followed_in_that_frame() -> None:
    steadied = Steadied()
    steadied.follow(np.full((468, 3), 60, np.float32), LARGE)
    assert (steadied.follow(np.full((468, 3), 140, np.float32), LARGE) == 140).all()


def test_a_light_that_fades_slowly_is_followed_closely() -> None:
    steadied = Steadied()
    for level in np.linspace(200, 100, 101):
        told = steadied.follow(np.full((468, 3), level, np.float32), LARGE)
        assert told.max() - level < 3


def test_what_was_told_before_is_not_written_over() -> None:
    steadied = Steadied()
    first = steadied.follow(np.full((4, 3), 90, np.float32), LARGE)
    steadied.follow(np.full((4, 3), 92, np.float32), LARGE)
    assert (first == 90).all()
