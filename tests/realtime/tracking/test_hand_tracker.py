"""Hands over time, with a finder that counts: where it is asked to look, how often, and what becomes of its hands."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from engines.fakes import FakeDetector, FakeLandmarker, picture_with_faces
from engines.types import HandLandmarks, Image, Points
from realtime.tracking.hand_tracker import MOST_HANDS, HandTracker
from realtime.tracking.tracker import FaceTracker
from tests.engines.made_hands import hand_at

FRAME_NS = 33_333_333
PICTURE = np.stack([*np.indices((480, 640))[::-1] // 4, np.zeros((480, 640), int)], axis=-1).astype(np.uint8)
FACE = np.array([270, 150, 370, 250], np.float32)


class ScriptedFinder:
    """Finds `hands` of the whole picture. shift: px they move to the right from frame to frame.

    The picture's first two channels say where a pixel is: so it knows where it is asked to look. searched: boxes.
    """

    def __init__(self, *hands: HandLandmarks, shift: float = 0) -> None:
        self.hands, self.shift = list(hands), shift
        self.searched: list[list[int]] = []
        self.follows = 0

    def search(self, image: Image, known: Sequence[HandLandmarks]) -> list[HandLandmarks]:
        low, high = image[0, 0, :2].astype(int) * 4, image[-1, -1, :2].astype(int) * 4
        self.searched.append([*low, *high])
        origin = np.array([*low, 0], np.float32)
        return [] if known else [replace(hand, points=hand.points - origin) for hand in self.hands]

    def follow(self, _image: Image, hand: HandLandmarks) -> HandLandmarks | None:
        self.follows += 1
        return replace(hand, points=hand.points + np.array([self.shift, 0, 0], np.float32)) if self.hands else None


class Watch:
    """A tracker, and the time."""

    def __init__(self, finder: ScriptedFinder) -> None:
        self.tracker, self.finder, self.now_ns = HandTracker(finder), finder, 0

    def see(self, faces: Sequence[Points] = (FACE,), frames: int = 1) -> tuple[HandLandmarks, ...]:
        hands: tuple[HandLandmarks, ...] = ()
        for _ in range(frames):
            self.now_ns += FRAME_NS
            hands = self.tracker.update(PICTURE, faces, self.now_ns)
            self.tracker.run_deferred()
        return hands


def test_a_hand_at_a_face_is_found_after_the_first_frame_and_followed_in_every_one() -> None:
    watch = Watch(ScriptedFinder(hand_at((320, 260), 40), shift=2))
    assert watch.see() == ()
    [first] = watch.see()
    assert first.points[0] == pytest.approx([322, 260, 0])
    [later] = watch.see(frames=10)
    assert later.points[0] == pytest.approx([342, 260, 0])
    assert watch.finder.follows == 11


def test_a_search_that_nobody_had_time_for_is_done_with_the_next_picture() -> None:
    tracker = HandTracker(ScriptedFinder(hand_at((320, 260), 40)))
    assert tracker.update(PICTURE, [FACE], FRAME_NS) == ()
    assert len(tracker.update(PICTURE, [FACE], 2 * FRAME_NS)) == 1


def test_without_hands_one_frame_in_seven_is_searched() -> None:
    watch = Watch(ScriptedFinder())
    assert watch.see(frames=100) == ()
    assert 14 <= len(watch.finder.searched) <= 16
    assert watch.finder.follows == 0


def test_searches_are_around_each_face_in_turn_from_far_and_near() -> None:
    watch = Watch(ScriptedFinder())
    other = FACE + np.float32(150)
    watch.see([FACE, other], frames=20)
    far, near, of_other = watch.finder.searched[:3]
    assert far == pytest.approx([200, 80, 440, 320], abs=4)
    assert near == pytest.approx([230, 110, 410, 290], abs=4)
    assert of_other == pytest.approx([350, 230, 590, 470], abs=4)


def test_a_face_at_the_edge_or_beyond_it_is_no_mistake() -> None:
    watch = Watch(ScriptedFinder())
    watch.see([np.array([600, 400, 700, 500], np.float32)], frames=10)
    assert watch.finder.searched[0] == pytest.approx([530, 330, 639, 479], abs=4)
    watch.see([np.array([900, 400, 1000, 500], np.float32)], frames=10)
    assert len(watch.finder.searched) == 2


def test_a_hand_away_from_every_face_is_not_followed() -> None:
    watch = Watch(ScriptedFinder(hand_at((320, 470), 40)))
    assert watch.see(frames=20) == ()
    assert watch.finder.follows <= len(watch.finder.searched)


def test_a_hand_that_is_lost_is_searched_for_at_once() -> None:
    watch = Watch(ScriptedFinder(hand_at((320, 260), 40)))
    watch.see(frames=3)
    watch.finder.hands.clear()
    assert watch.see() == ()
    assert len(watch.finder.searched) == 2


def test_two_hands_that_became_one_are_one() -> None:
    watch = Watch(ScriptedFinder(hand_at((320, 260), 40), hand_at((322, 262), 40)))
    assert len(watch.see(frames=3)) == 1


def test_not_more_hands_are_followed_than_people_hold_up() -> None:
    crowd = [hand_at((270 + 12 * n, 170 + 12 * n), 5) for n in range(MOST_HANDS + 3)]
    assert len(Watch(ScriptedFinder(*crowd)).see(frames=2)) == MOST_HANDS


def test_without_a_face_nothing_is_looked_for_and_nothing_kept() -> None:
    watch = Watch(ScriptedFinder(hand_at((320, 260), 40)))
    watch.see(frames=2)
    assert watch.see([]) == ()
    assert len(watch.finder.searched) == 1
    assert watch.see() == ()
    assert len(watch.finder.searched) == 2


def test_work_is_saved_by_searching_seldom() -> None:
    watch = Watch(ScriptedFinder())
    watch.tracker.search_seldom(True)
    watch.see(frames=100)
    assert len(watch.finder.searched) <= 6


def test_every_face_has_the_hands_that_are_seen_and_a_new_size_begins_anew() -> None:
    finder = ScriptedFinder(hand_at((320, 260), 40))
    tracker = FaceTracker(FakeDetector(), FakeLandmarker(), hands=HandTracker(finder), max_faces=2)
    picture = picture_with_faces((640, 480), [(320, 200, 100), (500, 200, 80)])
    for frame in range(1, 4):
        tracks = tracker.update(picture, frame * FRAME_NS)
    assert [len(track.face.hands) for track in tracks] == [1, 1]
    tracker.sees_hands = False
    assert [track.face.hands for track in tracker.update(picture, 3 * FRAME_NS)] == [(), ()]
    tracker.sees_hands = True
    tracker.run_deferred()
    searches = len(finder.searched)
    tracker.update(np.ascontiguousarray(picture[::2, ::2]), 4 * FRAME_NS)
    tracker.run_deferred()
    assert len(finder.searched) == searches + 1
