"""`liveswap ctl`: a run that strangers connect to, and a command that reads a strange file and a strange answer.

Knows the socket and the handshake.
"""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener, answer_challenge, deliver_challenge
from pathlib import Path
from threading import Thread

from hypothesis import strategies as st

from benchmarks.fuzzing.edits import as_json, edited, edited_json, edited_text
from benchmarks.fuzzing.target import MB, Target, require
from realtime.cli.ctl import FILE, listening, send
from realtime.faces.selection import FixedFaces
from realtime.stream.live_settings import COMMANDS, LiveControl

WORDS = (*COMMANDS, "status", "face 1", "strength 0.5", "when-lost blur", "badge off", "face next")
TALKED = [
    b"\0\0\0\x04#CHA",
    b"\0\0\0\x10#WELCOME########",
    b"\xff\xff\xff\xff\0\0\0\0\0\0\1\0",
    b"\0\0\x10\0" + bytes(4096),
]
WAIT_S = 20.0


@contextmanager
def run_side(folder: Path) -> Iterator[Target]:
    """Strangers send bytes; who knows the secret sends strange commands. It answers the next one all the same."""
    control = LiveControl(FixedFaces(("ann", "bob")))
    with listening(folder, control.apply):
        card = json.loads((folder / FILE).read_text(encoding="utf-8"))
        secret = bytes.fromhex(card["secret"])

        def take(made: tuple[bytes, str]) -> None:
            stranger(card["address"], made[0])
            with suppress(EOFError):  # a command that is too long ends the conversation
                said = known(card["address"], secret, made[1].encode(errors="replace"))
                require(set(said) in ({"now"}, {"error", "hint"}), f"an answer of another kind: {said}")
            require("now" in known(card["address"], secret, b"status"), "it answers no more")

        inputs = st.tuples(edited(TALKED), edited_text(WORDS))
        yield Target(inputs=inputs, take=take, samples=((b"", "status"),), most_bytes=50 * MB, watched=folder)


def stranger(address: str, content: bytes) -> None:
    """Sends bytes instead of the handshake, and goes."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line, suppress(OSError):
        line.settimeout(WAIT_S)
        line.connect(address)
        line.sendall(content)
        line.shutdown(socket.SHUT_WR)
        while line.recv(4096):
            pass


def known(address: str, secret: bytes, command: bytes) -> dict[str, str]:
    """What is answered to somebody with the secret. Raises EOFError when the conversation was ended."""
    with Client(address) as connection:
        answer_challenge(connection, secret)
        deliver_challenge(connection, secret)
        connection.send_bytes(command)
        require(connection.poll(WAIT_S), "no answer")
        try:
            answer: dict[str, str] = json.loads(connection.recv_bytes())
        except ConnectionResetError as error:
            raise EOFError from error
        return answer


@contextmanager
def client_side(folder: Path) -> Iterator[Target]:
    """The file that names the run was changed, or another program listens there."""
    secret = b"s" * 32
    with Listener(backlog=16) as listener:
        answers: list[bytes] = []
        Thread(target=_answer, args=(listener, secret, answers), daemon=True).start()
        card = {"address": str(listener.address), "secret": secret.hex(), "pid": 1}

        def take(made: tuple[bytes, bytes]) -> None:
            answers[:] = [made[1]]
            (folder / FILE).write_bytes(made[0])
            send(folder, "status")

        fine, right = as_json(card), as_json({"now": "running"})
        cards = st.one_of(st.just(fine), edited_json([card]).map(as_json), edited([fine]))
        told = st.one_of(edited_json([{"now": "running"}, {"error": "e", "hint": "h"}]).map(as_json), edited([right]))
        take((fine, right))
        yield Target(inputs=st.tuples(cards, told), take=take, samples=((fine, right),), watched=folder)


def _answer(listener: Listener, secret: bytes, answers: list[bytes]) -> None:
    while True:
        try:
            connection: Connection[bytes, bytes] = listener.accept()
        except OSError:
            return
        with connection, suppress(OSError, EOFError, AuthenticationError):
            deliver_challenge(connection, secret)
            answer_challenge(connection, secret)
            connection.recv_bytes()
            connection.send_bytes(answers[0])
