"""What becomes of every face in one picture, row by row of the table in realtime/stream/privacy.py."""

from dataclasses import replace

import numpy as np
import pytest

from engines.fakes import mesh_at
from engines.mesh import mesh_topology
from engines.recognition.appearance import Appearance, look_at
from engines.track_state import TrackState
from engines.types import Coverage, FaceLandmarks, Image
from realtime.choices import ChosenPeople, Faces, Strangers
from realtime.fakes import FACE_BOX_XYXY, FakeFace, FakeLost, FakeTrack, FakeTracker, landmarks_in, raw_picture
from realtime.stream.inspection import is_covered
from realtime.stream.live_settings import AS_STARTED, LiveSettings
from realtime.stream.painter import FramePainter
from realtime.stream.privacy import STRANGER_LOST_NS, SURE, WITHHELD_NS, FrameStatus
from realtime.tracking.assignment import OrderAssigner
from realtime.tracking.wanted_people import MOST_FACES, WantedPeople

GREEN = (10, 200, 10)
LEFT, RIGHT = (16, 8, 48, 40), (80, 8, 112, 40)
WANTED, OTHER = FakeTrack(1, landmarks_in(LEFT)), FakeTrack(2, landmarks_in(RIGHT))
SECOND = 1_000_000_000


def picture() -> Image:
    """Both faces as fine patterns, which no blur leaves."""
    both = raw_picture(0, (128, 48))
    both[8:40, 80:112] = both[8:40, 16:48]
    return both


def bare(canvas: Image, box: tuple[int, int, int, int]) -> float:
    """Share of a face's pixels that are as they were."""
    left, top, right, bottom = box
    return float((canvas == picture()).all(axis=2)[top:bottom, left:right].mean())


class Painting:
    """One picture after the other, with a primary face."""

    def __init__(
        self,
        strangers: Strangers = Strangers.BLUR,
        *,
        live: bool = True,
        faces: str = "largest",
        worn: FakeFace | None = None,
    ) -> None:
        self.tracker = FakeTracker({0: (WANTED, OTHER)})
        wanted = Faces.parse(faces)
        assigner = OrderAssigner([worn or FakeFace(GREEN)], wanted, WantedPeople(wanted) if live else None)
        self.painter = FramePainter(self.tracker, assigner, strangers, live=live)

    def paint(self, at_ns: int = 0, settings: LiveSettings = AS_STARTED) -> tuple[FrameStatus, Image]:
        canvas = picture()
        return self.painter.paint(canvas, self.painter.track(canvas, at_ns), settings), canvas


@pytest.mark.parametrize("live", [True, False])
@pytest.mark.parametrize(
    ("strangers", "left_bare"), [(Strangers.BLUR, 0.0), (Strangers.SWAP, 0.0), (Strangers.LEAVE, 1.0)]
)
def test_a_stranger_is_left_blurred_or_swapped_as_was_asked(live: bool, strangers: Strangers, left_bare: float) -> None:
    status, canvas = Painting(strangers, live=live).paint()
    assert status is FrameStatus.SWAPPED
    assert (bare(canvas, LEFT), bare(canvas, RIGHT)) == (0, left_bare)
    assert bool((canvas[20, 96] == GREEN).all()) == (strangers is Strangers.SWAP)


@pytest.mark.parametrize("started", list(Strangers))
@pytest.mark.parametrize(("said", "left_bare"), [(Strangers.BLUR, 0.0), (Strangers.SWAP, 0.0), (Strangers.LEAVE, 1.0)])
def test_what_is_said_of_strangers_holds_from_the_next_picture_whatever_the_run_was_started_with(
    started: Strangers, said: Strangers, left_bare: float
) -> None:
    painting = Painting(started)
    painting.tracker.script = dict.fromkeys(range(2), (WANTED, OTHER))
    before = bare(painting.paint()[1], RIGHT)
    assert before == (1 if started is Strangers.LEAVE else 0)
    assert bare(painting.paint(settings=LiveSettings(strangers=said))[1], RIGHT) == left_bare


@pytest.mark.parametrize("strangers", list(Strangers))
def test_a_face_without_landmarks_is_blurred_unless_strangers_are_left(strangers: Strangers) -> None:
    painting = Painting(strangers)
    painting.tracker.script = {0: (WANTED,)}
    painting.tracker.unplaced = (np.array(RIGHT, np.float32),)
    _, canvas = painting.paint()
    assert bare(canvas, RIGHT) == (1 if strangers is Strangers.LEAVE else 0)


@pytest.mark.parametrize("strangers", list(Strangers))
def test_who_is_wanted_and_unseen_withholds_the_picture_for_a_second_and_then_their_place_is_blurred(
    strangers: Strangers,
) -> None:
    painting = Painting(strangers, faces="all")
    painting.paint()
    painting.tracker.script = dict.fromkeys(range(9), (WANTED,))
    painting.tracker.lost = (FakeLost(2, np.array(RIGHT, np.float32), lost_ns=0),)
    assert painting.paint(WITHHELD_NS)[0] is FrameStatus.DOUBTFUL
    status, canvas = painting.paint(WITHHELD_NS + 1)
    assert (status, bare(canvas, RIGHT)) == (FrameStatus.SWAPPED, 0)
    assert bare(painting.paint(25 * SECOND)[1], RIGHT) == 0


def test_a_stranger_who_is_unseen_stays_blurred_for_two_seconds_and_withholds_nothing() -> None:
    painting = Painting()
    painting.paint()
    painting.tracker.script = dict.fromkeys(range(9), (WANTED,))
    painting.tracker.lost = (FakeLost(2, np.array(RIGHT, np.float32), lost_ns=0),)
    assert [(status, bare(canvas, RIGHT)) for status, canvas in map(painting.paint, (1, STRANGER_LOST_NS + 1))] == [
        (FrameStatus.SWAPPED, 0),
        (FrameStatus.SWAPPED, 1),
    ]


def test_while_the_wanted_face_is_away_the_others_are_blurred_and_nobody_is_swapped() -> None:
    painting = Painting()
    painting.paint()
    painting.tracker.script = {1: (OTHER,)}
    status, canvas = painting.paint()
    assert (status, bare(canvas, RIGHT)) == (FrameStatus.NO_FACE, 0)


@pytest.mark.parametrize(
    ("certainty", "is_alone", "strangers", "status"),
    [
        (SURE, False, Strangers.BLUR, FrameStatus.SWAPPED),
        (SURE - 0.01, False, Strangers.BLUR, FrameStatus.DOUBTFUL),
        (SURE - 0.01, True, Strangers.BLUR, FrameStatus.SWAPPED),
        (SURE - 0.01, True, Strangers.LEAVE, FrameStatus.DOUBTFUL),
    ],
)
def test_a_face_that_is_perhaps_another_one_s_is_in_doubt(
    certainty: float, is_alone: bool, strangers: Strangers, status: FrameStatus
) -> None:
    painting = Painting(strangers)
    painting.tracker.script = {0: (FakeTrack(1, landmarks_in(LEFT), certainty=certainty, is_alone=is_alone),)}
    assert painting.paint()[0] is status


def test_the_wanted_ones_are_told_to_the_tracker() -> None:
    painting = Painting()
    painting.paint()
    assert set(painting.tracker.protected) == {1}


class Claims(FakeFace):
    """Paints so much of a face from the right, and claims another share."""

    def __init__(self, painted: float, claimed: Coverage) -> None:
        super().__init__(GREEN)
        self._painted, self._claimed = painted, claimed

    def paint(self, canvas: Image, face: FaceLandmarks) -> Coverage:
        before = canvas.copy()
        super().paint(canvas, face)
        left, _, right, _ = FACE_BOX_XYXY
        until = round(right - self._painted * (right - left))
        canvas[:, :until] = before[:, :until]
        return self._claimed


@pytest.mark.parametrize(
    ("painted", "claimed", "status"),
    [
        (1.0, Coverage(0.8), FrameStatus.SWAPPED),
        (1.0, Coverage(0.3, 0.6), FrameStatus.SWAPPED),
        (1.0, Coverage(0.3, 0.2), FrameStatus.DOUBTFUL),
        (1.0, Coverage(0.05, 0.95), FrameStatus.DOUBTFUL),
        (0.0, Coverage(1.0), FrameStatus.DOUBTFUL),
        (0.4, Coverage(1.0), FrameStatus.DOUBTFUL),
    ],
    ids=["honest", "a hand in front", "too little", "next to nothing", "lies: nothing", "lies: less than half"],
)
def test_swapped_is_looked_up_in_the_picture_and_never_believed(
    painted: float, claimed: Coverage, status: FrameStatus
) -> None:
    face = whole_face(LEFT)
    appearance = Appearance()
    appearance.learn(look_at(picture(), face.points))
    painting = Painting(worn=Claims(painted, claimed))
    painting.tracker.script = {0: (FakeTrack(1, face, appearance),)}
    assert painting.paint()[0] is status


@pytest.mark.parametrize("live", [True, False])
def test_how_much_of_a_face_is_hidden_is_told_to_who_learns_its_look_but_not_in_films(live: bool) -> None:
    track_state = TrackState()
    painting = Painting(live=live, worn=Claims(1.0, Coverage(0.3, 0.6)))
    painting.tracker.script = {0: (FakeTrack(1, replace(whole_face(LEFT), track_state=track_state)),)}
    painting.paint()
    assert track_state.hidden == (0.6 if live else 0), "a film's next pictures may have been tracked already"


def whole_face(box: tuple[int, int, int, int]) -> FaceLandmarks:
    """A real mesh in the box."""
    left, top, right, bottom = box
    return FaceLandmarks(mesh_at(((left + right) / 2, (top + bottom) / 2), right - left), 1.0)


@pytest.mark.parametrize(("yaw", "coverage", "is_enough"), [
    (0, Coverage(0.3, 0.6), True),
    (25, Coverage(0.3, 0.6), True),
    (40, Coverage(0.3, 0.6), False),
    (-40, Coverage(0.6, 0.4), False),
    (40, Coverage(0.8, 0.1), True),
])  # fmt: skip
def test_of_a_head_that_is_turned_nothing_is_believed_to_be_hidden(
    yaw: float, coverage: Coverage, is_enough: bool
) -> None:
    angle, mean = np.radians(yaw), mesh_topology.mean_face()
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]], np.float32)
    assert is_covered(coverage, np.asarray(mean @ turn.T * 100, np.float32)) is is_enough


def test_who_comes_after_people_were_chosen_one_by_one_is_blurred_though_others_are_left() -> None:
    painting = Painting(Strangers.LEAVE)
    painting.tracker.script = {0: (WANTED, OTHER), 1: (WANTED,), 2: (WANTED, OTHER)}
    one = LiveSettings(faces=ChosenPeople(frozenset({WANTED.id})))
    assert bare(painting.paint(settings=one)[1], RIGHT) == 1, "was there, and was left out"
    later = replace(one, faces=ChosenPeople(frozenset({WANTED.id, 99})))
    painting.paint(1, later)
    assert bare(painting.paint(2, later)[1], RIGHT) == 0
    painting.tracker.script = dict.fromkeys(range(9), (WANTED,))
    painting.tracker.unplaced = (np.array(RIGHT, np.float32),)
    assert bare(painting.paint(3, later)[1], RIGHT) == 0, "it may be theirs"


def test_as_many_faces_are_followed_as_are_wanted_by_now() -> None:
    painting = Painting()
    painting.paint()
    assert painting.tracker.max_faces == 1, "as the run was started"
    canvas = picture()
    painting.painter.track(canvas, 1, LiveSettings(faces=Faces(None)))
    assert painting.tracker.max_faces == MOST_FACES


def test_hands_are_looked_for_unless_a_person_says_no() -> None:
    painting, seen = Painting(), []
    for number, settings in enumerate([AS_STARTED, LiveSettings(hands=False), AS_STARTED]):
        painting.painter.track(picture(), number, settings)
        seen.append(painting.tracker.sees_hands)
    assert seen == [True, False, True]
