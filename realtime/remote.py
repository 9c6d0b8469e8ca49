"""`liveswap ctl`: commands for a run in another process of the same user.

The run listens on a local socket (a named pipe on Windows); its address and a secret stand in a file that only the user
can read. Only bytes are exchanged, never objects. Knows sockets; knows nothing of what commands mean.
"""

import json
import logging
import os
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path

from models.errors import UserError

logger = logging.getLogger(__name__)

FILE = "control.json"
LONGEST = 4096
NO_RUN = "start one with liveswap run, live, in another terminal"


@contextmanager
def listening(home: Path, answer: Callable[[str], str]) -> Iterator[None]:
    """Answer commands in the block, each in turn, from a thread. answer: raises UserError for what it does not know."""
    home.mkdir(parents=True, exist_ok=True)
    secret, ending = secrets.token_bytes(32), threading.Event()
    with Listener(authkey=secret) as listener:
        card = home / FILE
        _write_privately(card, json.dumps({"address": listener.address, "secret": secret.hex(), "pid": os.getpid()}))
        server = threading.Thread(target=_serve, args=(listener, answer, ending), name="control", daemon=True)
        server.start()
        try:
            yield
        finally:
            ending.set()
            with suppress(OSError, EOFError, AuthenticationError):  # wakes it up: closing a socket does not
                Client(listener.address, authkey=secret).close()
            server.join(timeout=1)
            if _is_ours(card):
                card.unlink(missing_ok=True)


def send(home: Path, command: str) -> str:
    """Send a command to the run that started last. Raises UserError when there is none, or for what it answers."""
    try:
        told = json.loads((home / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UserError("no run can be controlled", remedy=NO_RUN) from error
    except (OSError, ValueError) as error:
        raise UserError(f"{home / FILE} cannot be read: {error}", remedy=NO_RUN) from error
    try:
        with Client(told["address"], authkey=bytes.fromhex(told["secret"])) as connection:
            connection.send_bytes(command.encode())
            answer = json.loads(connection.recv_bytes(LONGEST))
    except (OSError, EOFError, ValueError, KeyError, AuthenticationError) as error:
        raise UserError(f"the run does not answer: {error or type(error).__name__}", remedy=NO_RUN) from error
    if "error" in answer:
        raise UserError(answer["error"], remedy=answer["hint"])
    return str(answer["now"])


def _serve(listener: Listener, answer: Callable[[str], str], ending: threading.Event) -> None:
    while not ending.is_set():
        try:
            with listener.accept() as connection:
                _answer_one(connection, answer)
        except AuthenticationError:
            logger.warning("somebody without the secret tried to control this run")
        except (OSError, EOFError) as error:
            logger.debug("a controller went away: %s", error)


def _answer_one(connection: "Connection[bytes, bytes]", answer: Callable[[str], str]) -> None:
    command = connection.recv_bytes(LONGEST).decode(errors="replace")
    try:
        reply = {"now": answer(command)}
    except UserError as error:
        reply = {"error": str(error), "hint": error.remedy}
    connection.send_bytes(json.dumps(reply).encode())


def _write_privately(path: Path, content: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(content)


def _is_ours(card: Path) -> bool:
    with suppress(OSError, ValueError):
        return bool(json.loads(card.read_text(encoding="utf-8"))["pid"] == os.getpid())
    return False
