"""Photos of sources go through the engines' own cleaning, once."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is in models/training/requirements.txt only, which .ci/run has")

from models.training.occluders import Bank  # noqa: E402
from models.training.people import People  # noqa: E402
from models.training.prepared_sources import PHOTOS, REMAINS, SEEN, Sources, prepared_sources  # noqa: E402
from tests.models.training.conftest import quiet  # noqa: E402


def test_sources_are_prepared_once_and_as_the_engines_do(
    people_zip: Path, cache: Path, people: People, bank: Bank, sources: Sources
) -> None:
    assert sources.shape[:2] == (len(people.test), PHOTOS)
    before = {path: path.stat().st_mtime_ns for path in cache.iterdir()}
    again = prepared_sources(people_zip, people, bank, cache, 1, quiet)
    assert {path: path.stat().st_mtime_ns for path in cache.iterdir()} == before
    assert np.array_equal(again, sources)
    plain = sources[:, 0].astype(np.float32)
    assert plain[..., REMAINS].max() == 0
    assert plain[..., SEEN].max() == 255
    sides = np.abs(plain[..., :3] - plain[:, :, ::-1, :3]).mean()
    photos = np.abs(people.flat[..., :3].astype(np.float32) - people.flat[:, :, ::-1, :3]).mean()
    assert sides < 0.7 * photos  # usual light is alike on both sides


def test_what_is_found_on_a_source_is_not_worn(sources: Sources) -> None:
    harder = sources[:, 1:]
    assert np.ptp(harder[..., :3].reshape(harder.shape[0], -1), axis=1).min() > 0
    assert not np.array_equal(harder[:, 0], harder[:, 1])
    assert 0 < (harder[..., REMAINS] > 128).mean() < 0.05
