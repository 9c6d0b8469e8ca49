"""Who wears which face: by the number of the person, never by place or size."""

import pytest

from models.errors import UserError
from realtime.choices import ChosenPeople, Faces
from realtime.fakes import FakeFace, FakeTrack, landmarks_in
from realtime.stream.live_settings import LiveSettings
from realtime.tracking.assignment import REMEMBERED_PEOPLE, OrderAssigner
from realtime.tracking.primary_faces import FORGET_NS, PrimaryFaces
from realtime.tracking.wanted_people import MOST_FACES, WantedPeople, most_followed

ALICE, BOB = FakeFace((1, 1, 1)), FakeFace((2, 2, 2))
SECOND = 1_000_000_000


def worn(assigner: OrderAssigner, *ids: int) -> list[FakeFace]:
    assigned = assigner.assign([FakeTrack(number) for number in ids])
    return [face.worn for face in assigned if isinstance(face.worn, FakeFace)]


def seen(number: int, size: int = 100, *, moves: bool = True) -> FakeTrack:
    return FakeTrack(number, landmarks_in((0, 0, size, size)), moves=moves)


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
def test_as_many_faces_are_swapped_as_were_asked_for_and_everybody_else_is_told(wanted: str, painted: int) -> None:
    tracks = [FakeTrack(number) for number in (7, 8, 9)]
    assigned = OrderAssigner([ALICE], Faces.parse(wanted)).assign(tracks)
    assert [face.track.id for face in assigned] == [7, 8, 9]
    assert [face.worn for face in assigned] == [ALICE] * painted + [None] * (3 - painted)


def test_everybody_wears_a_single_source() -> None:
    assert worn(OrderAssigner([ALICE], Faces(None)), 1, 2, 3) == [ALICE, ALICE, ALICE]


def test_sources_go_round_in_the_order_in_which_people_appeared() -> None:
    assert worn(OrderAssigner([ALICE, BOB], Faces(None)), 5, 9, 11) == [ALICE, BOB, ALICE]


def test_people_keep_their_face_when_their_order_changes() -> None:
    assigner = OrderAssigner([ALICE, BOB], Faces(None))
    worn(assigner, 1, 2)
    assert worn(assigner, 2, 1) == [BOB, ALICE]
    assert worn(assigner, 2) == [BOB]


def test_days_of_passers_by_take_no_more_memory_and_change_nobody_s_face_who_stays() -> None:
    assigner = OrderAssigner([ALICE, BOB], Faces(None))
    worn(assigner, 0)
    for number in range(1, 3 * REMEMBERED_PEOPLE):
        assert worn(assigner, 0, number)[0] is ALICE
    assert len(assigner._order) == REMEMBERED_PEOPLE


def test_without_a_face_to_wear_nobody_is_swapped() -> None:
    assert worn(OrderAssigner([]), 1) == []


class Watch:
    """Primary faces, second after second."""

    def __init__(self, limit: int = 1) -> None:
        self.primary, self.now_ns = PrimaryFaces(limit), 0

    def see(self, *faces: FakeTrack, seconds: float = 1, lock: int = 0) -> list[int]:
        self.now_ns += int(seconds * SECOND)
        return self.primary.choose(sorted(faces, key=lambda face: -face.face.points[:, 0].max()), self.now_ns, lock)


def test_the_primary_face_stays_though_larger_ones_come_and_nobody_takes_its_place_while_it_is_away() -> None:
    watch = Watch()
    assert watch.see(seen(1)) == [1]
    assert watch.see(seen(1), seen(2, 200)) == [1]
    for _ in range(9):
        assert watch.see(seen(2, 200)) == []
        assert watch.primary.includes(1)
    assert watch.see(seen(1), seen(2, 200)) == [1]


def test_who_has_been_away_for_long_is_replaced_and_has_the_place_again_on_return() -> None:
    watch = Watch()
    watch.see(seen(1))
    assert watch.see(seen(2, 50), seconds=FORGET_NS / SECOND + 1) == [], "a passer-by far behind"
    assert watch.see(seen(3)) == [3]
    assert watch.see(seen(1), seen(3)) == [1]
    assert watch.see(seen(3)) == []


def test_a_poster_neither_takes_nor_keeps_a_place() -> None:
    watch = Watch()
    assert watch.see(seen(1, moves=False)) == [1], "there is nobody else yet"
    assert watch.see(seen(1, moves=False), seen(2)) == [2]
    assert watch.see(seen(1, moves=False), seconds=60) == []
    assert watch.see(seen(1, moves=False), seen(2)) == [2]


def test_who_sat_still_at_first_has_the_place_again_when_they_move() -> None:
    watch = Watch()
    watch.see(seen(1, moves=False))
    assert watch.see(seen(1, moves=False), seen(2)) == [2]
    assert watch.see(seen(1), seen(2)) == [1]


def test_lock_chooses_the_largest_anew() -> None:
    watch = Watch()
    watch.see(seen(1))
    assert watch.see(seen(1), seen(2, 200), lock=1) == [2]


def test_two_places_are_two_people_s() -> None:
    watch = Watch(2)
    assert watch.see(seen(1), seen(2, 90)) == [1, 2]
    assert watch.see(seen(1), seen(3, 150)) == [1]
    assert watch.see(seen(3, 150), seen(2, 90)) == [2]


def test_who_is_wanted_and_not_seen_is_known() -> None:
    everybody = OrderAssigner([ALICE], Faces(None))
    one, video = OrderAssigner([ALICE], Faces(1), WantedPeople(Faces(1))), OrderAssigner([ALICE], Faces(1))
    for assigner in (everybody, one, video):
        assigner.assign([seen(1), seen(2, 90)], LiveSettings(), 0)
        assigner.assign([seen(2, 90)], LiveSettings(), SECOND)
    assert [everybody.is_wanted(number) for number in (1, 2, 3)] == [True, True, False]
    assert [one.is_wanted(number) for number in (1, 2, 3)] == [True, False, False]
    assert [video.is_wanted(number) for number in (1, 2, 3)] == [True, True, False], "each was the largest once"


def test_everybody_live_wears_the_chosen_face_once_a_person_says_so_and_the_first_one_keeps_the_place() -> None:
    assigner = OrderAssigner([ALICE, BOB], Faces(1), WantedPeople(Faces(1)))
    everybody, largest = LiveSettings(faces=Faces(None)), LiveSettings(faces=Faces(1))
    in_view = [seen(2, 200), seen(1)]
    assert [face.worn for face in assigner.assign([seen(1)], LiveSettings(), 0)] == [ALICE]
    assert [face.worn for face in assigner.assign(in_view, everybody, 1)] == [ALICE, ALICE]
    assert assigner.is_wanted(3), "who is out of sight is one of all"
    assert [face.worn for face in assigner.assign(in_view, largest, 2)] == [None, ALICE]


def test_who_is_chosen_one_by_one_is_swapped_wherever_they_are_and_nobody_else_until_they_are_chosen() -> None:
    assigner = OrderAssigner([ALICE, BOB], Faces(1), WantedPeople(Faces(1)))
    nobody, third = LiveSettings(faces=ChosenPeople()), LiveSettings(faces=ChosenPeople(frozenset({3})))
    in_view = [seen(1, 200), seen(3)]
    assert [face.worn for face in assigner.assign(in_view, LiveSettings(), 0)] == [ALICE, None]
    assert [face.worn for face in assigner.assign(in_view, nobody, 1)] == [None, None]
    assert [face.worn for face in assigner.assign(in_view, third, 2)] == [None, ALICE]
    assert [face.worn for face in assigner.assign([seen(1, 200)], third, 60 * SECOND)] == [None], "a place is kept"
    assert [assigner.is_wanted(number) for number in (1, 3, 4)] == [False, True, False]


def test_who_comes_after_people_were_chosen_is_not_left_as_they_are_until_they_are_left_out_by_a_choice() -> None:
    assigner = OrderAssigner([ALICE], Faces(1), WantedPeople(Faces(1)))
    one, both = (LiveSettings(faces=ChosenPeople(frozenset(numbers))) for numbers in ({1}, {1, 2}))
    assigner.assign([seen(1), seen(2)], one, 0)
    assert [assigner.may_be_left(number) for number in (2, 5)] == [True, False]
    assigner.assign([seen(1), seen(5)], one, 1)
    assert not assigner.may_be_left(5), "nothing was chosen since"
    assigner.assign([seen(1), seen(5)], both, 2)
    assert assigner.may_be_left(5)
    assigner.assign([seen(1), seen(7)], LiveSettings(faces=Faces(1)), 3)
    assert assigner.may_be_left(7), "the main face keeps its place by itself"


@pytest.mark.parametrize(
    ("faces", "followed"), [(Faces(1), 3), (Faces(None), MOST_FACES), (ChosenPeople(), MOST_FACES)]
)
def test_those_who_might_be_taken_for_the_wanted_ones_are_followed_too(
    faces: Faces | ChosenPeople, followed: int
) -> None:
    assert most_followed(faces) == followed
