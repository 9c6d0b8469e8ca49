"""Where a server listens, whom it lets in, and how it ends."""

import asyncio
import os
import signal
import socket
from pathlib import Path

import pytest

from models.errors import UserError
from realtime.web.serve import LEAST_TOKEN, ServeOptions, interrupted
from tests.realtime.commandline import invoke


@pytest.mark.parametrize(
    "token", ["", "secret", "x" * (LEAST_TOKEN - 1), "a token with blanks", "Zoë-Zoë-Zoë-Zoë-Zoë", "#" * 20]
)
def test_token_that_can_be_guessed_or_not_be_said_is_refused_with_a_better_one(token: str) -> None:
    with pytest.raises(UserError) as refused:
        ServeOptions(token=token)
    better = refused.value.remedy.rpartition(" ")[2]
    assert ServeOptions(token=better).token == better


def test_token_is_made_where_others_can_connect() -> None:
    made = {ServeOptions(host="0.0.0.0").token, ServeOptions(framed=True).token}  # noqa: S104
    assert len(made) == 2
    assert all(len(token or "") >= LEAST_TOKEN for token in made)
    assert ServeOptions().token is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupt_ends_it_where_the_loop_takes_no_signal_handlers(number: signal.Signals) -> None:
    """As on Windows."""

    async def test() -> None:
        loop, before = asyncio.get_running_loop(), signal.getsignal(number)

        def unable(*_: object) -> None:
            raise NotImplementedError

        loop.add_signal_handler = unable  # type: ignore[assignment]
        loop.call_later(0.05, os.kill, os.getpid(), number)
        await asyncio.wait_for(interrupted(), 10)
        assert signal.getsignal(number) is before

    asyncio.run(test())


def test_taken_port_is_an_error_with_a_remedy(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = invoke("serve", "--port", str(port), home=home)
    assert done.returncode == 2
    assert "error:" in done.stderr
    assert f"--port {port + 1}" in done.stderr
