"""One-Euro: still when still, no drag when moving."""

import numpy as np
import pytest

from realtime.smoothing import OneEuro

FRAME_NS = 33_333_333
EYES_PX = 130.0


def run(path_x: np.ndarray[tuple[int], np.dtype[np.float64]], frame_ns: int = FRAME_NS) -> list[float]:
    smoother = OneEuro()
    return [
        float(smoother.update(np.array([[x, 50]], np.float32), (n + 1) * frame_ns, EYES_PX)[0, 0])
        for n, x in enumerate(path_x)
    ]


def test_jitter_on_a_still_head_shrinks_to_less_than_half() -> None:
    noisy = 200 + np.random.default_rng(1).normal(0, 0.3, 300)
    assert np.std(run(noisy)[30:]) < 0.5 * np.std(noisy[30:])


@pytest.mark.parametrize("speed_px_s", [60, 200, 800])
def test_moving_head_is_followed_within_half_a_frame(speed_px_s: float) -> None:
    path = speed_px_s * np.arange(60) / 30
    lag_s = (path[30:] - np.array(run(path))[30:]) / speed_px_s
    assert lag_s.max() < 0.5 / 30


def test_first_point_and_a_clock_that_went_back_start_anew() -> None:
    smoother = OneEuro()
    assert smoother.update(np.array([[5, 5]], np.float32), 1000, 1.0)[0, 0] == 5
    assert smoother.update(np.array([[9, 9]], np.float32), 500, 1.0)[0, 0] == 9


def test_input_is_not_written_to_and_results_are_the_callers() -> None:
    smoother = OneEuro()
    first = np.array([[1, 1]], np.float32)
    kept = smoother.update(first, FRAME_NS, 1.0)
    smoother.update(np.array([[2, 2]], np.float32), 2 * FRAME_NS, 1.0)
    assert kept[0, 0] == first[0, 0] == 1
