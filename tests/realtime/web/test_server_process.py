"""A server in a process of its own."""

import sys
import time

import pytest

from models.errors import UserError
from realtime.web.server_process import ServerProcess

READY = "import sys, time; print('open http://127.0.0.1:1/#token=x', file=sys.stderr, flush=True); "
PIPE_BYTES = 64 * 1024


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_address_is_known_and_the_process_ends_with_the_block() -> None:
    with ServerProcess(python(READY + "time.sleep(60)")) as server:
        assert server.url == "http://127.0.0.1:1/#token=x"
        assert server.process.poll() is None
    assert server.process.poll() is not None


def test_server_that_says_much_does_not_stand_still() -> None:
    chat = f"print('x' * {4 * PIPE_BYTES}, file=sys.stderr, flush=True); sys.exit(7)"
    with ServerProcess(python(READY + chat)) as server:
        assert server.process.wait(20) == 7


def test_server_that_ends_before_it_listens_is_an_error_with_its_words() -> None:
    with pytest.raises(UserError, match="did not start") as caught:
        ServerProcess(python("import sys; sys.exit('error: no face in it')"))
    assert "no face in it" in caught.value.remedy


def test_server_that_says_nothing_is_given_up_and_ended() -> None:
    slow = "import time; print('fetching', file=__import__('sys').stderr, flush=True); time.sleep(60)"
    began = time.monotonic()
    with pytest.raises(UserError, match=r"did not start within 1 s") as caught:
        ServerProcess(python(slow), within_s=1)
    assert "fetching" in caught.value.remedy
    assert time.monotonic() - began < 20


def test_environment_is_this_ones_and_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALREADY", "here")
    say = "import os, sys; print('open', os.environ['ALREADY'] + os.environ['MORE'], file=sys.stderr)"
    with ServerProcess(python(say), MORE="there") as server:
        assert server.url == "herethere"


def test_stopping_is_quick_and_may_come_twice() -> None:
    server = ServerProcess(python(READY + "time.sleep(60)"))
    began = time.monotonic()
    assert server.stop() == server.stop()
    assert time.monotonic() - began < 5
