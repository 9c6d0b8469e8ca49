"""Live control: one set of words, whoever says them, and a picture that follows at the next frame."""

import json
import threading
import time
from dataclasses import replace
from multiprocessing.connection import Client, Listener, answer_challenge, deliver_challenge
from pathlib import Path

import numpy as np
import pytest

from engines.types import SourcePhoto
from models.errors import UserError
from realtime.choices import WhenLost
from realtime.cli.ctl import FILE, listening, send
from realtime.faces.selection import FixedFaces
from realtime.faces.source_bank import InitialFaces, SourceBank
from realtime.faces.swap_settings import SwapSettings
from realtime.fakes import FakeFace, FakeTrack, landmarks_in
from realtime.stream.live_keys import HELP, KEYS
from realtime.stream.live_settings import COMMANDS, LiveControl, LiveSettings
from realtime.tracking.assignment import THE_LARGEST, OrderAssigner
from realtime.tracking.wanted_people import WantedPeople

NAMES = ("alice", "bob", "carol")


@pytest.mark.parametrize(
    ("commands", "now"),
    [
        (["status"], "face 1 of 3 (alice)"),
        (["face next"], "face 2 of 3 (bob)"),
        (["face previous"], "face 3 of 3 (carol)"),
        (["face 3", "face next"], "face 1 of 3 (alice)"),
        (["face carol"], "face 3 of 3 (carol)"),
        (["pause"], "face 1 of 3 (alice), paused"),
        (["pause", "pause"], "face 1 of 3 (alice)"),
        (["mirror on", "mirror on", "badge off a test"], "face 1 of 3 (alice), mirrored, no badge: a test"),
        (["when-lost slate"], "face 1 of 3 (alice), when lost: slate"),
        (["when-lost slate", "when-lost default"], "face 1 of 3 (alice)"),
        (["badge off why", "badge"], "face 1 of 3 (alice)"),
        (["badge off why", "badge on", "caption A  film"], "face 1 of 3 (alice), caption: A film"),
        (["caption A film", "badge-language zh", "caption"], "face 1 of 3 (alice)"),
        (["strangers swap"], "face 1 of 3 (alice), strangers: swap"),
    ],
)
def test_words_change_what_holds(commands: list[str], now: str) -> None:
    control = LiveControl(FixedFaces(NAMES))
    said = [control.apply(command) for command in commands]
    assert said[-1] == control.status() == now


@pytest.mark.parametrize(
    ("command", "hint"),
    [
        ("dance", "use one of: face"),
        ("face dave", "1 to 3, or alice, bob, carol"),
        ("face 0", "1 to 3"),
        ("when-lost vanish", "hold, blur, slate, pass or default"),
        ("strangers vanish", "leave, blur or swap"),
        ("faces none", "--faces all"),
        ("faces choose -1", "numbers of people in view"),
        ("strength 1.2", "e.g. strength 0.5"),
        ("enhancer-blend some", "e.g. enhancer-blend 0.5"),
        ("mirror maybe", "mirror on, or mirror off"),
        ("badge off", "badge off and why"),
        ("badge", "badge off and why"),
        ("badge maybe", "badge off and why"),
        ("badge-language xx", "en, zh"),
        ("caption \U0001f600", "leave that out"),
    ],
)
def test_words_that_are_none_change_nothing_and_say_what_there_is(command: str, hint: str) -> None:
    control = LiveControl(FixedFaces(NAMES))
    before = control.settings
    with pytest.raises(UserError) as caught:
        control.apply(command)
    assert hint in caught.value.remedy
    assert control.settings is before


def test_every_key_is_a_command_and_none_of_them_unmasks() -> None:
    control = LiveControl(FixedFaces(tuple(str(number) for number in range(9))))
    for key, command in KEYS.items():
        control.apply(command)
        assert not {"pass", "leave", "off"} & set(command.split()), key
    of_the_look = {"strength", "swapper", "iris", "mouth", "enhancer", "enhancer-blend", "hands"}
    need_a_value = of_the_look | {"caption", "badge-language", "faces"}
    assert all(word in " ".join(KEYS.values()) for word in COMMANDS.keys() - need_a_value)
    assert "q quit" in HELP


def test_face_changes_from_one_frame_to_the_next() -> None:
    faces = [FakeFace((1, 1, 1)), FakeFace((2, 2, 2))]
    photos = tuple(SourcePhoto(name, np.zeros((8, 8, 3), np.uint8), landmarks_in()) for name in "ab")
    source_bank = SourceBank(
        InitialFaces(SwapSettings("mesh"), photos, tuple(faces)), opener=lambda _settings: lambda _photo: faces[0]
    )
    control, assigner = LiveControl(source_bank), OrderAssigner(source_bank, people=WantedPeople(THE_LARGEST))
    worn = []
    for frame in range(4):
        if frame == 2:
            control.apply("face next")
        worn += [face.worn for face in assigner.assign([FakeTrack(7)], control.settings, frame)]
    assert worn == [faces[0], faces[0], faces[1], faces[1]]


def test_commands_from_two_threads_are_both_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    control = LiveControl(FixedFaces(NAMES))
    reads, goes_on = threading.Event(), threading.Event()

    def slow(control: LiveControl, _argument: str) -> LiveSettings:
        before = control.settings
        reads.set()
        assert goes_on.wait(10)
        return replace(before, mirror=True)

    monkeypatch.setitem(COMMANDS, "slow", slow)
    first, second = (threading.Thread(target=control.apply, args=(word,)) for word in ("slow", "pause on"))
    first.start()
    assert reads.wait(10)
    second.start()
    second.join(0.05)  # whether it waits for its turn or is over by now
    goes_on.set()
    first.join(10)
    second.join(10)
    assert (control.settings.mirror, control.settings.paused) == (True, True)


def test_command_from_another_process_is_answered_and_a_wrong_one_explained(tmp_path: Path) -> None:
    bank = FixedFaces(NAMES)
    with listening(tmp_path, LiveControl(bank).apply):
        assert (tmp_path / FILE).stat().st_mode & 0o077 == 0, "others may read the secret"
        assert send(tmp_path, "face next") == "face 2 of 3 (bob)"
        with pytest.raises(UserError, match="'dance' is not a command") as caught:
            send(tmp_path, "dance")
        assert "face" in caught.value.remedy
        answers = []
        senders = [threading.Thread(target=lambda: answers.append(send(tmp_path, "status"))) for _ in range(5)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join(timeout=10)
        assert answers == ["face 2 of 3 (bob)"] * 5
    assert bank.place == 1
    with pytest.raises(UserError, match="no run can be controlled"):
        send(tmp_path, "status")


@pytest.mark.parametrize("content", ["{broken", '{"address": "/nowhere", "secret": "00"}', '{"address": "/x"}'])
def test_run_that_is_gone_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    with pytest.raises(UserError, match=r"does not answer|cannot be read"):
        send(tmp_path, "status")


def test_stranger_without_the_secret_is_refused_and_the_run_goes_on(tmp_path: Path) -> None:
    control = LiveControl(FixedFaces(NAMES))
    with listening(tmp_path, control.apply):
        card = (tmp_path / FILE).read_text()
        forged = tmp_path / "other"
        forged.mkdir()
        secret = card.split('"secret": "')[1][:64]
        (forged / FILE).write_text(card.replace(secret, "00" * 32))
        with pytest.raises(UserError):
            send(forged, "pause")
        assert send(tmp_path, "status") == "face 1 of 3 (alice)"


def test_controller_that_says_nothing_keeps_nobody_waiting(tmp_path: Path) -> None:
    control = LiveControl(FixedFaces(NAMES))
    with listening(tmp_path, control.apply):
        address = json.loads((tmp_path / FILE).read_text())["address"]
        with Client(address):
            assert send(tmp_path, "status") == "face 1 of 3 (alice)"


def test_run_that_has_stopped_answering_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realtime.cli.ctl.HANDSHAKE_S", 0.05)
    with Listener() as silent:
        (tmp_path / FILE).write_text(json.dumps({"address": silent.address, "secret": "00" * 32}))
        with pytest.raises(UserError, match=r"does not answer.*no answer for"):
            send(tmp_path, "status")


def test_listening_ends_at_once_in_the_middle_of_an_answer(tmp_path: Path) -> None:
    """A waker that shook hands waited here for ever: the server, its answer given, had left."""
    asked, told = threading.Event(), []

    def slow(command: str) -> str:
        asked.set()
        time.sleep(0.3)
        return command

    with listening(tmp_path, slow):
        sender = threading.Thread(target=lambda: told.append(send(tmp_path, "status")))
        sender.start()
        assert asked.wait(10)
    assert not [thread for thread in threading.enumerate() if thread.name == "control"]
    sender.join(timeout=10)
    assert told == ["status"]


def test_when_lost_says_what_it_was_told() -> None:
    control = LiveControl(FixedFaces(()))
    control.apply("when-lost blur")
    assert control.settings.when_lost is WhenLost.BLUR
    assert np.isfinite(control.settings.lock)


@pytest.mark.parametrize("card", ["[]", "5", "{}", '{"address": 5, "secret": "00"}', '{"address": "/x", "secret": 5}'])
def test_damaged_file_of_a_run_is_named(tmp_path: Path, card: str) -> None:
    (tmp_path / FILE).write_text(card)
    with pytest.raises(UserError, match="control"):
        send(tmp_path, "status")


@pytest.mark.parametrize(
    "answer", [b"[]", b"5", b"{}", b'{"error": ""}', b'{"error": "e"}', b'{"now": 5}', b"[" * 4000]
)
def test_run_of_another_kind_is_not_believed(tmp_path: Path, answer: bytes) -> None:
    secret = b"s" * 32
    with Listener() as listener:
        card = {"address": listener.address, "secret": secret.hex()}
        (tmp_path / FILE).write_text(json.dumps(card))

        def speak() -> None:
            with listener.accept() as line:
                deliver_challenge(line, secret)
                answer_challenge(line, secret)
                line.recv_bytes()
                line.send_bytes(answer)

        speaker = threading.Thread(target=speak)
        speaker.start()
        with pytest.raises(UserError) as caught:
            send(tmp_path, "status")
        speaker.join(10)
    assert str(caught.value)
