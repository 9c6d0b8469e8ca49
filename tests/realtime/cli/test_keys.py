"""Keys of a real terminal (a pseudo one): each is told, however they come."""

import os
import sys
import termios
import threading
import tty
from collections.abc import Iterator

import pytest

from realtime.cli.keys import keys_read

LIMIT_S = 5


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Where keys are typed; the other end is this process's input."""
    keyboard, terminal = os.openpty()
    with os.fdopen(terminal) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield keyboard
    os.close(keyboard)


@pytest.mark.parametrize("typed", ["nmqX", "nüX", "n" * 2000 + "X"], ids=["at once", "beyond ASCII", "held down"])
def test_every_key_that_is_typed_at_once_is_told(keyboard: int, typed: str) -> None:
    seen: list[str] = []
    last = threading.Event()

    def on_key(key: str) -> None:
        seen.append(key)
        if key == "X":
            last.set()

    with keys_read(on_key):
        os.write(keyboard, typed.encode())
        last.wait(LIMIT_S)
    assert "".join(seen) == typed


def test_terminal_is_given_back_as_it_was(keyboard: int) -> None:
    before = termios.tcgetattr(sys.stdin)
    with keys_read(lambda _key: None):
        assert termios.tcgetattr(sys.stdin)[tty.LFLAG] & termios.ICANON == 0
        assert keyboard
    assert termios.tcgetattr(sys.stdin) == before


def test_terminal_that_is_closed_ends_the_keys_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    keyboard, terminal = os.openpty()
    with os.fdopen(terminal) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        with keys_read(lambda _key: None):
            os.close(keyboard)
