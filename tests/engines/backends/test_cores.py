"""How many cores this process may use, and who asks."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engines.backends.cores import available_cores
from engines.backends.litert import LiteRtSession


@pytest.fixture
def one_core() -> Iterator[None]:
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("cores cannot be taken away on this system")
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    yield
    os.sched_setaffinity(0, before)


@pytest.mark.usefixtures("one_core")
def test_only_cores_that_may_be_used_count() -> None:
    assert available_cores() == 1


@pytest.mark.usefixtures("one_core")
def test_a_network_takes_no_second_thread_on_one_core(
    model_file: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    import ai_edge_litert.interpreter as litert  # noqa: PLC0415  what is asked of it

    asked: list[int] = []
    real = litert.Interpreter

    def noted(path: str, *, num_threads: int) -> object:
        asked.append(num_threads)
        return real(path, num_threads=num_threads)

    monkeypatch.setattr(litert, "Interpreter", noted)
    LiteRtSession(model_file("face_landmarks_detector"))
    assert asked == [1]
