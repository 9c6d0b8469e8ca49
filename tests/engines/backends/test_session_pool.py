"""Models that several streams share."""

import gc
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from engines.backends import TensorSpec
from engines.backends.session_pool import SharedModels
from engines.errors import EngineError


class OneAtATime:
    """A session that notices when two threads run it at once."""

    inputs = outputs = (TensorSpec("x", (1,), "float32"),)

    def __init__(self) -> None:
        self.runs, self._busy = 0, threading.Lock()

    def run(self, *tensors: np.ndarray) -> dict[str, np.ndarray]:
        assert self._busy.acquire(blocking=False), "two at once"
        time.sleep(0.001)
        self.runs += 1
        self._busy.release()
        return {"x": tensors[0]}

    def close(self) -> None: ...


def test_a_model_is_loaded_once_however_many_ask_for_it_at_once() -> None:
    shared, loads = SharedModels(), []

    def load() -> OneAtATime:
        loads.append(threading.get_ident())
        time.sleep(0.02)
        return OneAtATime()

    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda _: shared.get("mesh", load), range(8)))
    assert len(loads) == 1
    assert len(set(map(id, got))) == 1


def test_another_key_is_another_model_and_does_not_wait() -> None:
    shared, may_end = SharedModels(), threading.Event()

    def build() -> OneAtATime:
        assert may_end.wait(10)
        return OneAtATime()

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(shared.get, "engine", build)
        quick = shared.get("mesh", OneAtATime)
        assert not slow.done()
        may_end.set()
        assert slow.result() is not quick


def test_streams_take_turns() -> None:
    session = OneAtATime()
    model = SharedModels().get("mesh", lambda: session)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda number: model.run(np.full(1, number, np.float32))["x"][0], range(40)))
    assert answers == list(range(40))
    assert session.runs == 40


def test_a_run_that_fails_does_not_keep_the_turn() -> None:
    session = OneAtATime()
    model = SharedModels().get("mesh", lambda: session)
    with pytest.raises(IndexError):
        model.run()
    session._busy = threading.Lock()
    assert model.run(np.ones(1, np.float32))["x"][0] == 1


def test_a_model_that_could_not_be_loaded_is_tried_again() -> None:
    shared = SharedModels()

    def broken() -> OneAtATime:
        raise EngineError("no memory", remedy="close something")

    with pytest.raises(EngineError, match="no memory"):
        shared.get("swapper", broken)
    assert shared.get("swapper", OneAtATime).inputs == OneAtATime.inputs


def test_a_model_goes_with_its_last_user() -> None:
    shared = SharedModels()
    first = shared.get("mesh", OneAtATime)
    assert shared.get("mesh", OneAtATime) is first
    number = id(first)
    del first
    gc.collect()
    kept = [OneAtATime() for _ in range(3)]
    assert shared.get("mesh", lambda: kept[0]).run(np.ones(1, np.float32))["x"][0] == 1
    assert kept[0].runs == 1, number
