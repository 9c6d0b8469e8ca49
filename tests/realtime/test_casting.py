import pytest

from models.errors import UserError
from realtime.casting import REMEMBERED_TRACKS, Casting, Faces
from realtime.fakes import FakeFace, FakeTrack

ALICE, BOB = FakeFace((1, 1, 1)), FakeFace((2, 2, 2))


def cast(casting: Casting, *ids: int) -> list[FakeFace]:
    return [worn for _, worn in casting.assign([FakeTrack(number) for number in ids]) if isinstance(worn, FakeFace)]


@pytest.mark.parametrize(("text", "limit"), [("largest", 1), ("all", None), ("1", 1), ("3", 3)])
def test_faces_are_read_from_the_command_line(text: str, limit: int | None) -> None:
    assert Faces.parse(text).limit == limit


@pytest.mark.parametrize("text", ["", "0", "-1", "two", "1.5", "²"])
def test_a_wrong_number_of_faces_is_quoted_with_a_remedy(text: str) -> None:
    with pytest.raises(UserError) as caught:
        Faces.parse(text)
    assert repr(text) in str(caught.value)
    assert "--faces" in caught.value.remedy


@pytest.mark.parametrize(("wanted", "painted"), [("largest", 1), ("2", 2), ("all", 3), ("9", 3)])
def test_as_many_faces_are_swapped_as_were_asked_for_best_first(wanted: str, painted: int) -> None:
    tracks = [FakeTrack(number) for number in (7, 8, 9)]
    faces = [face for face, _ in Casting([ALICE], Faces.parse(wanted)).assign(tracks)]
    assert [id(face) for face in faces] == [id(track.face) for track in tracks[:painted]]


def test_everybody_wears_a_single_source() -> None:
    assert cast(Casting([ALICE], Faces(None)), 1, 2, 3) == [ALICE, ALICE, ALICE]


def test_sources_go_round_in_the_order_in_which_people_appeared() -> None:
    assert cast(Casting([ALICE, BOB], Faces(None)), 5, 9, 11) == [ALICE, BOB, ALICE]


def test_people_keep_their_face_when_their_order_changes() -> None:
    casting = Casting([ALICE, BOB], Faces(None))
    cast(casting, 1, 2)
    assert cast(casting, 2, 1) == [BOB, ALICE]
    assert cast(casting, 2) == [BOB]


def test_days_of_newcomers_take_no_more_memory() -> None:
    casting = Casting([ALICE, BOB], Faces(None))
    for track_id in range(10 * REMEMBERED_TRACKS):
        cast(casting, track_id)
    assert len(casting._parts) == REMEMBERED_TRACKS


def test_without_a_face_to_wear_nobody_is_swapped() -> None:
    assert cast(Casting([]), 1) == []
