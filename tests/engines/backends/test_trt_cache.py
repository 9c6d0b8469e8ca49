"""Engines on disk: one key, one file; damage counts as absence; one of two builders builds."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from engines.backends.trt_cache import EngineCache, EngineKey

KEY = EngineKey("net", "ab" * 32, "rtx", "1.7.1", "sm89", "13.0", (1, 1, 4), None)
OTHERS = [
    replace(KEY, model_sha256="cd" * 32),
    replace(KEY, flavour="tensorrt"),
    replace(KEY, version="1.8"),
    replace(KEY, gpu="sm86"),
    replace(KEY, driver="13.1"),
    replace(KEY, batch=(1, 1, 1)),
    replace(KEY, edge=320),
]
PLAN = bytes(range(256)) * 50


def test_plan_comes_back_as_it_went(tmp_path: Path) -> None:
    cache = EngineCache(tmp_path / "engines")
    assert cache.get(KEY) is None
    cache.put(KEY, PLAN)
    assert cache.get(KEY) == PLAN


@pytest.mark.parametrize("other", OTHERS)
def test_plan_is_good_for_nothing_else(tmp_path: Path, other: EngineKey) -> None:
    cache = EngineCache(tmp_path)
    cache.put(KEY, PLAN)
    assert cache.get(other) is None


@pytest.mark.parametrize("other", OTHERS)
def test_file_under_a_wrong_name_is_not_taken(tmp_path: Path, other: EngineKey) -> None:
    cache = EngineCache(tmp_path)
    (tmp_path / other.filename).write_bytes(cache.put(KEY, PLAN).read_bytes())
    assert cache.get(other) is None


@pytest.mark.parametrize("at", [0, 20, 60, 300, -1])
@pytest.mark.parametrize("cut", [True, False])
def test_damaged_file_is_removed_and_counts_as_missing(
    tmp_path: Path, at: int, cut: bool, caplog: pytest.LogCaptureFixture
) -> None:
    cache = EngineCache(tmp_path)
    path = cache.put(KEY, PLAN)
    content = bytearray(path.read_bytes())
    if cut:
        del content[at:]
    else:
        content[at] ^= 0x55
    path.write_bytes(content)
    assert cache.get(KEY) is None
    assert not path.exists()
    assert KEY.filename in caplog.text


def test_of_two_that_want_it_one_builds(tmp_path: Path) -> None:
    builds, both = [], threading.Barrier(2)

    def build(timings: bytes) -> tuple[bytes, bytes]:
        builds.append(timings)
        return PLAN, b"learnt"

    def want(_: int) -> bytes:
        both.wait(timeout=10)
        return EngineCache(tmp_path).ensure(KEY, build)

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(want, range(2))) == [PLAN, PLAN]
    assert builds == [b""]
    EngineCache(tmp_path).ensure(replace(KEY, model_sha256="ee" * 32), build)
    assert builds == [b"", b"learnt"]
