"""Which face is worn: nobody's changes by what others add, remove or replace."""

import threading

import numpy as np
import pytest

from engines.types import SourcePhoto
from models.errors import UserError
from realtime.choices import Faces
from realtime.faces.source_bank import InitialFaces, PrepareFn, SourceBank
from realtime.faces.swap_settings import SwapSettings
from realtime.fakes import FakeFace, FakeTrack, landmarks_in
from realtime.stream.live_settings import LiveControl
from realtime.tracking.assignment import OrderAssigner

LIMIT_S = 5


def photo(name: str, of: int) -> SourcePhoto:
    """of: whom it shows."""
    return SourcePhoto(name, np.full((8, 8, 3), of, np.uint8), landmarks_in())


class Stream:
    """A source bank of ann (1), bob (2) and eve (3), and people in view. They wear whom the photo shows."""

    def __init__(self) -> None:
        photos = tuple(photo(f"{name}.jpg", number) for number, name in enumerate(("ann", "bob", "eve"), 1))
        worn = InitialFaces(SwapSettings("mesh"), photos, tuple(map(self.prepare_fn, photos)))
        self.faces = SourceBank(worn, lambda settings: lambda photo: self.prepare_fn(photo, settings.swapper))
        self.control, self.assigner = LiveControl(self.faces), OrderAssigner(self.faces, Faces(None))

    def prepare_fn(self, photo: SourcePhoto, swapper: str = "mesh") -> FakeFace:
        return FakeFace((int(photo.image[0, 0, 0]), 0, 9 if swapper == "finer" else 0))

    def worn(self, people: int = 1) -> list[tuple[int, int, int]]:
        """By the first people in view."""
        in_view = [FakeTrack(number, landmarks_in()) for number in range(people)]
        worn = [face.worn for face in self.assigner.assign(in_view, self.control.settings)]
        return [face.colour_bgr for face in worn if isinstance(face, FakeFace)]


ANN, BOB, EVE, OTHER = (1, 0, 0), (2, 0, 0), (3, 0, 0), (7, 0, 0)


@pytest.mark.parametrize(
    ("chosen", "removed", "worn", "now"),
    [
        ("face bob", "ann", BOB, "face 1 of 2 (bob)"),
        ("face 2", "ann", BOB, "face 1 of 2 (bob)"),
        ("face next", "eve", BOB, "face 2 of 2 (bob)"),
        ("face bob", "bob", BOB, "face bob (removed; used until you choose another)"),
        ("status", "ann", ANN, "face ann (removed; used until you choose another)"),
        ("face eve", "eve", EVE, "face eve (removed; used until you choose another)"),
    ],
)
def test_target_keeps_their_face_whatever_is_removed(
    chosen: str, removed: str, worn: tuple[int, int, int], now: str
) -> None:
    stream = Stream()
    stream.control.apply(chosen)
    stream.faces.remove(removed)
    assert stream.worn() == [worn]
    assert stream.control.status() == now
    assert removed not in stream.faces.names


@pytest.mark.parametrize(
    ("wish", "worn"), [("next", EVE), ("previous", ANN), ("1", ANN), ("2", EVE), ("eve", EVE)], ids=str
)
def test_removed_face_is_let_go_when_another_is_chosen(wish: str, worn: tuple[int, int, int]) -> None:
    stream = Stream()
    stream.control.apply("face bob")
    stream.faces.remove("bob")
    with pytest.raises(UserError, match="no face 'bob'"):
        stream.control.apply("face bob")
    stream.control.apply(f"face {wish}")
    assert stream.worn() == [worn]
    assert len(list(stream.faces)) == 2


def test_another_photo_of_the_same_name_is_another_face() -> None:
    stream = Stream()
    stream.control.apply("face bob")
    stream.faces.add(photo("bob.png", of=7))  # by any other visitor
    stream.faces.settle()
    assert stream.worn() == [BOB]
    assert stream.faces.names == ("ann", "eve", "bob")
    assert stream.control.apply("face bob") == "face 3 of 3 (bob)"
    assert stream.worn() == [OTHER]


def test_same_photo_again_is_the_same_face() -> None:
    stream = Stream()
    stream.control.apply("face bob")
    stream.faces.remove("bob")
    stream.faces.add(photo("bob.png", of=2))
    stream.faces.settle()
    assert stream.worn() == [BOB]
    assert stream.control.status() == "face 3 of 3 (bob)"


def test_removed_face_that_is_worn_is_put_on_in_another_way_too() -> None:
    stream = Stream()
    stream.control.apply("face bob")
    stream.faces.remove("bob")
    stream.control.apply("swapper finer")
    stream.faces.settle()
    assert stream.worn() == [(2, 0, 9)]


def test_face_that_is_chosen_while_others_are_prepared_stays_chosen() -> None:
    stream, opened, ready = Stream(), threading.Event(), threading.Event()

    def slow(_settings: SwapSettings) -> PrepareFn:
        opened.set()
        assert ready.wait(LIMIT_S)
        return lambda photo: stream.prepare_fn(photo, "finer")

    stream.faces._opener = slow
    stream.control.apply("face bob")
    stream.faces.remove("bob")
    stream.control.apply("swapper finer")
    assert opened.wait(LIMIT_S)
    stream.control.apply("face eve")
    ready.set()
    stream.faces.settle()
    assert stream.worn() == [(3, 0, 9)]
    assert stream.faces.names == ("ann", "eve")


def test_people_beside_the_first_keep_theirs_when_the_chosen_face_is_removed() -> None:
    stream = Stream()
    stream.control.apply("face bob")
    before = stream.worn(people=4)
    stream.faces.remove("bob")
    assert stream.worn(people=4) == before == [BOB, EVE, ANN, BOB]


def test_photo_that_is_given_twice_is_two_faces() -> None:
    photos = tuple(photo(f"{name}.jpg", of=1) for name in ("ann", "ann", "bob"))
    worn = InitialFaces(SwapSettings("mesh"), photos, tuple(FakeFace() for _ in photos))
    control = LiveControl(SourceBank(worn, lambda _settings: lambda _photo: FakeFace()))
    assert [control.apply("face next")[:6] for _ in range(3)] == ["face 2", "face 3", "face 1"]


def test_face_of_a_networks_own_is_worn_though_nobody_can_choose_it() -> None:
    own = FakeFace()
    faces = SourceBank(
        InitialFaces(SwapSettings("one person"), (), (own,)), lambda _settings: lambda _photo: FakeFace()
    )
    assert list(faces) == [own]
    assert (faces.names, LiveControl(faces).status()) == ((), "running")
