"""The source bank: changes are prepared beside the stream, and a failed one changes nothing."""

import threading
from collections.abc import Callable

import numpy as np
import pytest

from engines.types import SourcePhoto
from models.errors import UserError
from realtime.faces.source_bank import InitialFaces, PrepareFn, SourceBank
from realtime.faces.swap_settings import SwapSettings
from realtime.fakes import FakeFace, FakeTrack, landmarks_in
from realtime.stream.live_settings import LiveControl
from realtime.tracking.assignment import OrderAssigner

RED, BLUE = (0, 0, 255), (255, 0, 0)
LIMIT_S = 5


def photo(name: str) -> SourcePhoto:
    return SourcePhoto(name, np.zeros((8, 8, 3), np.uint8), landmarks_in())


def source_bank(opener: Callable[[SwapSettings], PrepareFn], *names: str) -> SourceBank:
    photos = tuple(photo(name) for name in names)
    return SourceBank(InitialFaces(SwapSettings("mesh"), photos, tuple(FakeFace(RED) for _ in names)), opener)


def blue(_settings: SwapSettings) -> PrepareFn:
    return lambda _photo: FakeFace(BLUE)


def test_another_swapper_takes_over_when_it_is_ready_and_not_before() -> None:
    ready = threading.Event()

    def slow(_settings: SwapSettings) -> PrepareFn:
        assert ready.wait(LIMIT_S)
        return lambda _photo: FakeFace(BLUE)

    faces = source_bank(slow, "ann.jpg", "bob.jpg")
    control, assigner = LiveControl(faces), OrderAssigner(faces)

    def worn() -> object:
        return assigner.assign([FakeTrack(1, landmarks_in())], control.settings)[0].worn

    before = worn()
    assert "preparing finer" in control.apply("swapper finer")
    assert worn() is before  # the stream goes on meanwhile
    ready.set()
    faces.settle()
    assert worn() is next(iter(faces)) is not before
    assert (faces.settings, control.status()) == (SwapSettings("finer"), "face 1 of 2 (ann)")


def test_swapper_that_fails_leaves_what_was_worn_and_says_why(caplog: pytest.LogCaptureFixture) -> None:
    def broken(settings: SwapSettings) -> PrepareFn:
        raise UserError(f"{settings.swapper} is not on this disk", remedy="fetch it")

    faces = source_bank(broken, "ann.jpg")
    before = list(faces)
    faces.apply_settings(swapper="finer")
    faces.settle()
    assert list(faces) == before
    assert faces.settings == SwapSettings("mesh")
    assert "not on this disk" in faces.notice
    assert "the previous face stays" in caplog.text


def test_of_several_wishes_only_the_last_is_prepared() -> None:
    opened: list[float] = []
    gate = threading.Event()

    def opener(settings: SwapSettings) -> PrepareFn:
        assert gate.wait(LIMIT_S)
        opened.append(settings.strength)
        return lambda _photo: FakeFace(BLUE)

    faces = source_bank(opener, "ann.jpg")
    for strength in (0.6, 0.7, 0.8, 0.9):  # a slider
        faces.apply_settings(strength=strength)
    gate.set()
    faces.settle()
    assert faces.settings.strength == 0.9
    assert len(opened) <= 2  # one may have been under way


def test_faces_come_and_go_by_name() -> None:
    faces = source_bank(blue, "ann.jpg")
    faces.add(photo("bob.png"))
    faces.add(photo("ann.png"))  # the same name again: a better photo
    faces.settle()
    assert list(faces.names) == ["bob", "ann"]
    faces.remove("bob")
    assert list(faces.names) == ["ann"]
    with pytest.raises(UserError, match="no face 'bob'") as refused:
        faces.remove("bob")
    assert refused.value.remedy == "there are: ann"


def test_swapper_that_is_asked_for_while_another_one_fails_is_worn() -> None:
    asked, go_on = threading.Event(), threading.Event()

    def opener(settings: SwapSettings) -> PrepareFn:
        if settings.swapper == "broken":
            asked.set()
            assert go_on.wait(LIMIT_S)
            raise UserError("it is broken", remedy="take another")
        return lambda _photo: FakeFace(BLUE)

    faces = source_bank(opener, "ann.jpg")
    faces.apply_settings(swapper="broken")
    assert asked.wait(LIMIT_S)
    faces.apply_settings(swapper="good")
    go_on.set()
    faces.settle()
    assert (faces.settings, faces.notice) == (SwapSettings("good"), "")
    faces.apply_settings(swapper="broken")  # nothing is left of the first time
    faces.settle()
    assert (faces.settings, faces.notice) == (SwapSettings("good"), "broken did not work: it is broken")


def test_eyes_lips_and_enhancer_are_chosen_by_word_and_stay_with_another_swapper() -> None:
    opened: list[SwapSettings] = []

    def opener(settings: SwapSettings) -> PrepareFn:
        opened.append(settings)
        return lambda _photo: FakeFace(BLUE)

    faces = source_bank(opener, "ann.jpg")
    control = LiveControl(faces)
    for command in ("iris source", "mouth wearer", "enhancer gpen_bfr_256", "swapper finer"):
        control.apply(command)
        faces.settle()
    assert opened[-1] == faces.settings == SwapSettings("finer", 0.5, "source", "wearer", "gpen_bfr_256")
    control.apply("enhancer none")
    assert faces.wanted == SwapSettings("finer", 0.5, "source", "wearer")
    for command in ("iris mine", "mouth", "enhancer"):
        with pytest.raises(UserError) as refused:
            control.apply(command)
        assert refused.value.remedy


def test_another_swapper_begins_at_the_strength_it_was_trained_at() -> None:
    faces = source_bank(blue, "ann.jpg")
    faces.apply_settings(strength=0.9)
    faces.apply_settings(swapper="finer")
    faces.settle()
    assert faces.settings == SwapSettings("finer", 0.5)


@pytest.mark.parametrize("command", ["strength much", "strength 2", "swapper"])
def test_wishes_that_make_no_sense_are_refused_at_once(command: str) -> None:
    with pytest.raises(UserError) as refused:
        LiveControl(source_bank(blue, "ann.jpg")).apply(command)
    assert refused.value.remedy


def test_wish_that_comes_after_the_end_is_no_error() -> None:
    faces = source_bank(blue, "ann.jpg", "bob.jpg")
    faces.close()
    faces.add(photo("eve.jpg"))
    faces.apply_settings(swapper="finer")
    faces.remove("ann")
    faces.settle()
    assert faces.names == ("ann", "bob")


def test_face_that_is_being_prepared_at_the_end_is_forgotten_without_a_word(caplog: pytest.LogCaptureFixture) -> None:
    begun, ended = threading.Event(), threading.Event()
    workers = []

    def opener(_settings: SwapSettings) -> PrepareFn:
        workers.append(threading.current_thread())
        begun.set()
        ended.wait(5)
        raise RuntimeError("the engine is closed")

    faces = source_bank(opener, "ann.jpg")
    faces.apply_settings(swapper="finer")
    assert begun.wait(5)
    faces.close()
    ended.set()
    workers[0].join(5)
    assert not caplog.records
