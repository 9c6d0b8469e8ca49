"""Ctrl-C is never lost, not even where compiled code calls back."""

import ctypes
import signal
import sys
from collections.abc import Callable

import pytest

from realtime.cli.interrupts import interruptible


def through_compiled_code(action: Callable[[], object]) -> None:
    """Call it as numba's compiler calls back: what it raises goes nowhere."""
    ctypes.CFUNCTYPE(None)(action)()


def interrupt() -> None:
    signal.raise_signal(signal.SIGINT)


def test_ctrl_c_ends_a_block() -> None:
    with pytest.raises(KeyboardInterrupt), interruptible():
        interrupt()


def test_one_that_was_swallowed_is_told_and_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGINT)
    with interruptible() as seen:
        through_compiled_code(interrupt)
    assert seen == [signal.SIGINT]
    assert capfd.readouterr().err == ""
    assert signal.getsignal(signal.SIGINT) is before


def test_other_errors_that_are_swallowed_there_are_shown_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda lost: shown.append(repr(lost.exc_value)))
    with interruptible():
        through_compiled_code(lambda: int("words"))
    assert len(shown) == 1
    assert "invalid literal" in shown[0]
