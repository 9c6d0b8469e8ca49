"""Who is who: numbers stay with people, whatever happens to the places of their faces."""

import pytest

from tests.realtime.scene import FRAME_NS, SLOWLY_NS, Scene


def test_newcomer_gets_the_next_number_and_the_first_keeps_its_own() -> None:
    scene = Scene()
    scene.show([(150, 180, 80)], frames=5)
    tracks = scene.show([(150, 180, 80), (450, 180, 100)], frames=60)
    assert [(track.id, round(float(track.face.points[1, 0]), -1)) for track in tracks] == [(2, 450), (1, 150)]


def test_nobody_is_an_empty_list_and_everybody_who_returns_soon_keeps_the_number() -> None:
    scene = Scene()
    scene.show([(200, 180, 80)], frames=10)
    tracks = scene.show([], frames=15)
    assert len(tracks) == 0
    [track] = scene.show([(210, 185, 80)])
    assert track.id == 1


def test_a_jump_of_less_than_a_face_keeps_the_number_and_nobody_is_missing() -> None:
    scene = Scene()
    scene.show([(200, 180, 80)], frames=5)
    [track] = scene.show([(255, 180, 80)])
    assert (track.id, len(scene.tracker.lost)) == (1, 0)


def test_somebody_who_was_lost_may_still_be_there_until_they_return_or_half_a_minute_has_passed() -> None:
    scene = Scene()
    scene.show([(150, 180, 80), (450, 180, 80)], frames=5)
    assert not scene.tracker.lost
    scene.show([(150, 180, 80)], frames=10)
    (lost,) = tuple(scene.tracker.lost)
    assert (lost.id, scene.now_ns - lost.lost_ns) == (2, 10 * FRAME_NS)
    assert lost.box_xyxy == pytest.approx([410, 140, 490, 220], abs=4)
    scene.show([(150, 180, 80), (450, 180, 80)])
    assert len(scene.tracker.lost) == 0
    scene.show([(150, 180, 80)], frames=89, every_ns=SLOWLY_NS)
    assert len(scene.tracker.lost) == 1
    scene.show([(150, 180, 80)], frames=14, every_ns=SLOWLY_NS)
    assert len(scene.tracker.lost) == 0


def test_somebody_who_went_out_at_the_edge_is_waited_for_half_a_second() -> None:
    scene = Scene()
    scene.show([(150, 180, 80), (594, 180, 80)], frames=5)
    scene.show([(150, 180, 80)], frames=10)
    assert len(scene.tracker.lost) == 1
    scene.show([(150, 180, 80)], frames=10)
    assert len(scene.tracker.lost) == 0


@pytest.mark.parametrize(
    ("away_ns", "returns"),
    [(3 * FRAME_NS, 500), (60 * FRAME_NS, 200), (1200 * FRAME_NS, 330)],
    ids=["soon", "same place", "late"],
)
def test_who_returns_is_known_by_their_looks_wherever_and_whenever(away_ns: int, returns: int) -> None:
    scene = Scene()
    scene.show([(200, 180, 80)], frames=10)
    every_ns = FRAME_NS if away_ns < SLOWLY_NS else SLOWLY_NS
    scene.show([], frames=away_ns // every_ns, every_ns=every_ns)
    [track] = scene.show([(returns, 180, 90)])
    assert track.id == 1


@pytest.mark.parametrize(("away", "returns"), [(3, 500), (40, 200)], ids=["another place", "same place, later"])
def test_number_is_never_given_to_somebody_else(away: int, returns: int) -> None:
    scene = Scene()
    scene.show([(200, 180, 80)], frames=10)
    scene.show([], frames=away)
    [track] = scene.show([(returns, 180, 80)], people=[7])
    assert track.id == 2


def test_within_a_second_place_decides_where_nobody_else_is_near() -> None:
    """Half of the face may be hidden, and looks like nobody; whoever it is, they are swapped."""
    scene = Scene()
    scene.show([(200, 180, 80)], frames=10)
    scene.show([], frames=3)
    assert [track.id for track in scene.show([(205, 180, 80)], people=[7])] == [1]


def test_a_newcomer_who_turns_out_to_be_known_has_their_number() -> None:
    scene = Scene()
    scene.show([(200, 180, 80)], frames=30)
    scene.show([], frames=60)
    assert [track.id for track in scene.show([(450, 180, 80)], people=[7])] == [2], "half hidden"
    tracks = scene.show([(450, 180, 80)], frames=20)
    assert [track.id for track in tracks] == [1]


def test_where_faces_have_no_features_place_decides() -> None:
    scene = Scene()
    scene.show([(200, 180, 80)], frames=10, people=[])
    scene.show([], frames=3)
    assert [track.id for track in scene.show([(210, 180, 80)], people=[])] == [1]
    scene.show([], frames=3)
    assert [track.id for track in scene.show([(500, 180, 80)], people=[])] == [2]


def test_what_never_moves_is_a_poster_and_who_once_moved_is_none() -> None:
    scene = Scene()
    tracks = scene.show([(200, 180, 80), (450, 180, 100)], frames=30)
    assert [track.moves for track in tracks] == [False, False]
    scene.show([(200, 180, 80), (465, 180, 100)])
    tracks = scene.show([(200, 180, 80), (450, 180, 100)], frames=30)
    assert [track.moves for track in tracks] == [True, False], "the larger one came first"


def test_more_faces_than_are_followed_are_told_and_a_protected_one_keeps_its_place() -> None:
    scene = Scene(max_faces=1)
    [small] = scene.show([(150, 180, 60)], frames=5)
    scene.tracker.protected = {small.id}
    [track] = scene.show([(150, 180, 60), (450, 180, 120)], frames=5)
    assert track.id == small.id
    assert len(scene.tracker.unplaced) == 1
    scene.tracker.protected = ()
    [track] = scene.show([(150, 180, 60), (450, 180, 120)], frames=5)
    assert track.id != small.id


def test_what_was_learnt_about_somebody_stays_theirs_as_long_as_their_number() -> None:
    scene = Scene()
    [first] = scene.show([(150, 180, 80)])
    both = {track.id: track for track in scene.show([(150, 180, 80), (450, 180, 100)], frames=60)}
    assert both[1].face.track_state is first.face.track_state is not None
    assert both[2].face.track_state is not first.face.track_state
    scene.show([], frames=10)
    back = {track.id: track for track in scene.show([(155, 180, 80), (450, 180, 100)])}
    assert back[1].face.track_state is first.face.track_state
    scene.show([], frames=60)
    [stranger] = scene.show([(155, 180, 80)], people=[5])
    assert all(stranger.face.track_state is not known.face.track_state for known in both.values())


def test_one_face_never_becomes_two() -> None:
    scene = Scene()
    scene.show([(150, 180, 80), (260, 180, 80)], frames=5)
    for gap in range(110, -1, -10):  # they meet and stay merged
        tracks = scene.show([(150, 180, 80), (150 + gap, 180, 80)])
    tracks = scene.show([(150, 180, 80)], frames=5)
    assert len(tracks) == 1
