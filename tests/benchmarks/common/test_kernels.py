"""The kernels that are timed and counted, and what is said of their counts."""

import shutil
import subprocess
import sys

import pytest

from benchmarks import instructions
from benchmarks.common.kernels import Kernels, kernels, networks
from models.store import ModelStore


@pytest.fixture(scope="module")
def ready(store: ModelStore) -> Kernels:
    return {**kernels(store), **networks(store)}


def test_every_kernel_can_be_called_again_and_again(ready: Kernels) -> None:
    for kernel in ready.values():
        kernel()
        kernel()


def test_the_baseline_has_every_kernel_and_no_other(ready: Kernels) -> None:
    counted = instructions.read_baseline()["counts"]
    assert set(counted) == {name for name in ready if not name.startswith("network")}
    assert min(counted.values()) > 1000


def test_a_counting_process_calls_what_it_is_told(ready: Kernels) -> None:
    assert ready
    told = "3 frame: badge\n1 mesh: facing\n"
    done = subprocess.run(instructions.CHILD, input=told, capture_output=True, text=True, check=True)
    assert done.stdout == "done\ndone\n"


@pytest.mark.parametrize(
    ("before", "now", "word", "is_worse"),
    [(1000, 1019, "", False), (1000, 1021, "WORSE", True), (1000, 979, "better", False), (None, 5, "new", False)],
)
def test_more_than_two_percent_is_worse(before: int | None, now: int, word: str, is_worse: bool) -> None:
    line, worse = instructions.told("k", before, now)
    assert worse is is_worse
    assert line.endswith(word)


def test_without_valgrind_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(sys, "argv", ["instructions"])
    assert instructions.main() == 2
    assert "hint: apt install valgrind" in capsys.readouterr().err
