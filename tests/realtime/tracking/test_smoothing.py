"""Landmarks steadied against the picture's motion: still when still, no drag when moving, the model where it knows."""

from collections.abc import Callable

import numpy as np
import pytest

from engines.fakes import mesh_at
from engines.image.geometry import eye_distance, transform_points
from engines.types import Affine, Image, Points
from realtime.tracking.smoothing import LONGEST_GAP_NS, SteadyLandmarks
from tests.engines.moving import MIDDLE, STILL, Sensor, motion, moved, textured

FRAME_NS = 33_333_333
FACE = mesh_at(MIDDLE, 260)
"""Eyes 130 px apart."""
EYES_PX = eye_distance(FACE)
PICTURE = textured()
GREY = np.full_like(PICTURE, 90)
TREMBLE_PX, NOISE = 0.3, 2.0


def errors(path: Callable[[float], Affine], picture: Image = PICTURE, noise: float = NOISE) -> tuple[Points, Points]:
    """Of the steadied and of the model's landmarks, (30, 468, 2) px: the second half of two seconds of motion."""
    steady, chance, sensor = SteadyLandmarks(), np.random.default_rng(1), Sensor(noise)
    found, given = [], []
    for n in range(60):
        how = path(n / 30)
        truth = transform_points(FACE, how)
        raw = truth + chance.normal(0, TREMBLE_PX, truth.shape).astype(np.float32)
        steadied = steady.update(sensor.noisy(moved(picture, how)), raw, (n + 1) * FRAME_NS)
        found.append((steadied - truth)[:, :2])
        given.append((raw - truth)[:, :2])
    return np.array(found[30:]), np.array(given[30:])


def shifted(x_px: float, of: slice = slice(None)) -> Points:
    points = FACE.copy()
    points[of, 0] += np.float32(x_px)
    return points


def after_calm(image: Image, raw: Points, elapsed_ns: int = FRAME_NS) -> Points:
    """What becomes of `raw` after a second in which nothing moved."""
    steady = SteadyLandmarks()
    for n in range(30):
        steady.update(PICTURE, FACE, (n + 1) * FRAME_NS)
    return steady.update(image, raw, 30 * FRAME_NS + elapsed_ns)


def test_jitter_on_a_still_head_shrinks_to_less_than_a_third() -> None:
    found, given = errors(lambda _: STILL)
    assert found.std(axis=0).mean() < given.std(axis=0).mean() / 3


@pytest.mark.parametrize(
    "path",
    [
        lambda s: motion(60 * s - 60),
        lambda s: motion(90 * np.sin(200 / 90 * s)),
        lambda s: motion(90 * np.sin(800 / 90 * s)),
        lambda s: motion(turn_deg=40 * s),
        lambda s: motion(scale=1.2**s),
        lambda s: motion(60 * np.sin(6 * s), 20 * np.cos(7 * s), 15 * np.sin(5 * s)),
    ],
    ids=["slow", "quick", "fast", "turning", "coming near", "swaying"],
)
def test_moving_head_is_as_steady_as_a_still_one_and_not_behind(path: Callable[[float], Affine]) -> None:
    found, given = errors(path)
    assert np.abs(found.mean(axis=1)).max() < 0.25
    assert np.linalg.norm(found, axis=2).mean() < np.linalg.norm(given, axis=2).mean()


@pytest.mark.parametrize("speed_px_s", [60, 200, 800])
def test_where_the_picture_shows_nothing_landmarks_keep_up_within_half_a_frame(speed_px_s: float) -> None:
    found, _ = errors(lambda s: motion(speed_px_s * (s - 1)), GREY, noise=0)
    assert np.abs(found[..., 0].mean(axis=1)).max() < 0.5 * speed_px_s / 30


@pytest.mark.parametrize("seed", range(3))
def test_never_farther_from_the_model_than_three_percent_of_the_eye_distance(seed: int) -> None:
    steady, chance = SteadyLandmarks(), np.random.default_rng(seed)
    pictures = [textured(seed=number) for number in range(3)]
    for n in range(40):
        raw = FACE + chance.normal(0, chance.uniform(0, 0.1) * EYES_PX, FACE.shape).astype(np.float32)
        found = steady.update(pictures[n % 3], raw, (n + 1) * FRAME_NS)
        assert np.linalg.norm((found - raw)[:, :2], axis=1).max() < 0.03 * eye_distance(raw)


def test_landmarks_that_left_the_picture_s_motion_are_where_the_model_sees_them_and_the_others_stay() -> None:
    lids = slice(40, 60)
    raw = shifted(0.12 * EYES_PX, lids)
    found = after_calm(PICTURE, raw)
    assert found[lids] == pytest.approx(raw[lids], abs=0.01 * EYES_PX)
    assert np.delete(found, np.r_[lids], axis=0) == pytest.approx(np.delete(FACE, np.r_[lids], axis=0), abs=1)


def test_after_a_cut_the_model_is_believed() -> None:
    other = mesh_at((330, 236), 250)
    other[::2, 1] += 30  # another face, in about the same place
    assert (after_calm(textured(seed=5), other) == other).all()


@pytest.mark.parametrize("elapsed_ns", [LONGEST_GAP_NS + 1, 0, -FRAME_NS], ids=["gap", "same time", "backwards"])
def test_a_gap_and_a_clock_that_went_back_start_anew(elapsed_ns: int) -> None:
    raw = shifted(0.01 * EYES_PX, slice(0, 200))
    assert (after_calm(PICTURE, raw, elapsed_ns) == raw).all()
    assert not (after_calm(PICTURE, raw) == raw).all()


def test_first_landmarks_are_the_models() -> None:
    assert (SteadyLandmarks().update(PICTURE, FACE, 1000) == FACE).all()


@pytest.mark.parametrize("coordinate", [0, 2], ids=["x", "depth"])
def test_a_camera_of_twice_the_rate_is_not_steadier(coordinate: int) -> None:
    left = []
    for rate in (30, 60):
        steady = SteadyLandmarks()
        raw = FACE.copy()
        raw[::2, coordinate] += np.float32(0.01 * EYES_PX)
        steady.update(PICTURE, FACE, FRAME_NS)
        for n in range(rate // 5):
            found = steady.update(PICTURE, raw, FRAME_NS + (n + 1) * 1_000_000_000 // rate)
        left.append(float(np.abs(raw - found)[::2, coordinate].mean()))
    assert 0.05 * EYES_PX * 0.01 < left[0] < 0.9 * EYES_PX * 0.01
    assert left[1] == pytest.approx(left[0], rel=0.15)


def test_pictures_may_be_painted_over_and_inputs_are_not_written_to() -> None:
    steady, first, picture = SteadyLandmarks(), FACE.copy(), PICTURE.copy()
    kept = steady.update(picture, first, FRAME_NS)
    picture[:] = 0
    first.setflags(write=False)
    later = steady.update(moved(PICTURE, motion(5)), shifted(5), 2 * FRAME_NS)
    assert later == pytest.approx(shifted(5), abs=0.3)
    assert (kept == FACE).all()
