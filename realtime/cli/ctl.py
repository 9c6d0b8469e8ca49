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
from multiprocessing.connection import Client, Connection, Listener, answer_challenge, deliver_challenge
from pathlib import Path

from models.errors import UserError
from models.records import read_json, require_kinds

logger = logging.getLogger(__name__)

FILE = "control.json"
LONGEST = 4096
HANDSHAKE_S = 2.0
ANSWER_S = 10.0
NO_RUN = "start one with liveswap run, live, in another terminal"


@contextmanager
def listening(home: Path, answer: Callable[[str], str]) -> Iterator[None]:
    """Answer commands in the block, one at a time. answer: raises UserError for what it does not know."""
    home.mkdir(parents=True, exist_ok=True)
    secret, ending = secrets.token_bytes(32), threading.Event()
    with Listener(backlog=16) as listener:
        card = home / FILE
        _write_privately(card, json.dumps({"address": listener.address, "secret": secret.hex(), "pid": os.getpid()}))
        server = threading.Thread(
            target=_serve, args=(listener, _Answerer(answer, secret), ending), name="control", daemon=True
        )
        server.start()
        try:
            yield
        finally:
            ending.set()
            with suppress(OSError):  # wakes it up: closing a socket does not
                Client(listener.address).close()
            server.join(timeout=1)
            if _is_ours(card):
                card.unlink(missing_ok=True)


def send(home: Path, command: str) -> str:
    """Send a command to the run that started last. Raises UserError when there is none, or for what it answers."""
    address, secret = _read_card(home / FILE)
    try:
        with Client(address) as connection:
            answer_challenge(_awaited(connection, HANDSHAKE_S), secret)
            deliver_challenge(connection, secret)
            connection.send_bytes(command.encode())
            answer = read_json(_awaited(connection, ANSWER_S).recv_bytes(LONGEST))
    except (OSError, EOFError, ValueError, AuthenticationError) as error:
        raise UserError(f"the run does not answer: {str(error) or type(error).__name__}", remedy=NO_RUN) from error
    match answer:
        case {"now": str(now)}:
            return now
        case {"error": str(problem), "hint": str(remedy)} if problem and remedy:
            raise UserError(problem, remedy=remedy)
    raise UserError("the run answers in words that this version does not know", remedy=NO_RUN)


def _read_card(card: Path) -> tuple[str, bytes]:
    """The address and the secret of the run that started last. Raises UserError."""
    try:
        told = read_json(card.read_text(encoding="utf-8"))
        require_kinds(told, {"address": str, "secret": str})
        return told["address"], bytes.fromhex(told["secret"])
    except FileNotFoundError as error:
        raise UserError("no run can be controlled", remedy=NO_RUN) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{card} cannot be read: {error}", remedy=NO_RUN) from error


def _serve(listener: Listener, answerer: "_Answerer", ending: threading.Event) -> None:
    """Hand every controller to a thread of its own, so that one that says nothing keeps nobody waiting."""
    while True:
        try:
            connection = listener.accept()
        except OSError as error:
            logger.debug("a controller disconnected: %s", error)
            if ending.wait(0.1):
                return
            continue
        if ending.is_set():
            connection.close()
            return
        threading.Thread(target=answerer.attend, args=(connection,), name="controller", daemon=True).start()


class _Answerer:
    """Answers controllers that know the secret, one at a time."""

    def __init__(self, answer: Callable[[str], str], secret: bytes) -> None:
        self._answer = answer
        self._secret = secret
        self._turn = threading.Lock()

    def attend(self, connection: "Connection[bytes, bytes]") -> None:
        """Answer one command and close."""
        try:
            with connection:
                deliver_challenge(connection, self._secret)
                answer_challenge(_awaited(connection, HANDSHAKE_S), self._secret)
                command = _awaited(connection, HANDSHAKE_S).recv_bytes(LONGEST).decode(errors="replace")
                connection.send_bytes(json.dumps(self._reply(command)).encode())
        except AuthenticationError:
            logger.warning("somebody without the secret tried to control this run")
        except (OSError, EOFError) as error:
            logger.debug("a controller disconnected: %s", error)

    def _reply(self, command: str) -> dict[str, str]:
        try:
            with self._turn:
                return {"now": self._answer(command)}
        except UserError as error:
            return {"error": str(error), "hint": error.remedy}


def _awaited(connection: "Connection[bytes, bytes]", patience_s: float) -> "Connection[bytes, bytes]":
    """The connection, once it has something to read. Raises TimeoutError when it says nothing for too long."""
    if not connection.poll(patience_s):
        raise TimeoutError(f"no answer for {patience_s:g} s")
    return connection


def _write_privately(path: Path, content: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(content)


def _is_ours(card: Path) -> bool:
    with suppress(OSError, ValueError, KeyError, TypeError):
        return bool(read_json(card.read_text(encoding="utf-8"))["pid"] == os.getpid())
    return False
