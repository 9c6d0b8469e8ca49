"""Who is in front of a followed face, without landmarks of their own, is not forgotten for it."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.simulation.engines import FOUND, SimulatedDetector, SimulatedLandmarker
from benchmarks.simulation.world import Actor, World
from engines.image.geometry import SAME_FACE_IOU, box_of, iou
from engines.types import Detection, FaceLandmarks, Image, Roi
from realtime.tracking.tracker import FaceTracker
from tests.realtime.scene import FRAME_NS


@pytest.mark.parametrize("blinks", [2, 6])
def test_who_slips_behind_a_face_without_landmarks_is_not_taken_for_it(blinks: int) -> None:
    """The landmarks of the one behind are lost, and found again where only the one in front is detected."""

    class Blinking(SimulatedLandmarker):
        """Sees nothing in the next so many looks."""

        blinks = 0

        def locate(self, image: Image, roi: Roi) -> FaceLandmarks:
            self.blinks -= 1
            found = super().locate(image, roi)
            return found if self.blinks < 0 else replace(found, presence=0.0)

    world = World(np.random.default_rng(2))
    behind, in_front = (Actor.drawn(np.random.default_rng(number), is_target=True) for number in range(2))
    behind.x, behind.y, behind.size, behind.turn, behind.near = 0.70, 0.33, 0.22, 40.0, 0.1
    in_front.x, in_front.y, in_front.size, in_front.turn, in_front.near = 0.83, 0.33, 0.255, 70.0, 0.9
    world.actors += [behind, in_front]
    landmarker = Blinking(world)
    tracker = FaceTracker(SimulatedDetector(world), landmarker, max_faces=8)
    for number in range(12):
        behind.x = min(0.70 + 0.015 * number, 0.802)
        landmarker.blinks = blinks if number == 8 else 0
        tracker.update(world.draw(), number * FRAME_NS)
        known = np.array(tracker.unplaced, np.float32).reshape(-1, 4)
        assert iou(np.array(world.box_of(in_front), np.float32), known).max(initial=0) > 0.9
    assert world.share_visible(behind) < FOUND, "else it is detected again, and nobody is taken for anybody"
    assert tracker.lost == (), "it is followed again"


@pytest.mark.parametrize(("hidden", "is_still_there"), [(0.7, True), (0.2, False)])
def test_a_face_without_landmarks_is_there_while_the_one_whose_were_found_there_is_mostly_hidden(
    hidden: float, is_still_there: bool
) -> None:
    """hidden: what the painter says of the one that is followed, from the first picture on."""
    world = World(np.random.default_rng(2))
    in_front, behind = (Actor.drawn(np.random.default_rng(number), is_target=True) for number in range(2))
    in_front.x, in_front.y, in_front.size, in_front.turn, in_front.near = 0.5, 0.33, 0.255, 62.0, 0.9
    behind.x, behind.y, behind.size, behind.turn, behind.near = 0.48, 0.33, 0.22, 25.0, 0.1
    behind.is_here = False
    world.actors += [in_front, behind]
    tracker = FaceTracker(SimulatedDetector(world), SimulatedLandmarker(world), max_faces=8)
    ages = []
    for number in range(70):
        behind.is_here = number >= 5
        tracks = tracker.update(world.draw(), number * FRAME_NS)
        for track in tracks:
            assert track.face.track_state is not None
            track.face.track_state.hidden = hidden
        ages.append(tracks[0].age if tracks else 0)
        known = np.array(tracker.unplaced, np.float32).reshape(-1, 4)
        is_known = iou(np.array(world.box_of(in_front), np.float32), known).max(initial=0) > 0.9
        assert is_known == (is_still_there or ages[-1] < 2)
    assert max(ages) > 5, "it was followed"
    assert world.share_visible(behind) < FOUND, "else it is detected itself"


def test_who_comes_between_two_pictures_over_a_followed_face_is_not_taken_for_it() -> None:
    """The followed face is half hidden then, and overlooked; the newcomer's box overlaps its landmarks."""

    class Overlooking(SimulatedDetector):
        """Sees the newcomer alone, once there."""

        def detect(self, image: Image) -> list[Detection]:
            behind.is_here = not newcomer.is_here
            found = super().detect(image)
            behind.is_here = True
            return found

    world = World(np.random.default_rng(2))
    behind, newcomer = (Actor.drawn(np.random.default_rng(number), is_target=True) for number in range(2))
    behind.x, behind.y, behind.size, behind.turn, behind.near = 0.34, 0.40, 0.24, 25.0, 0.1
    newcomer.x, newcomer.y, newcomer.size, newcomer.near, newcomer.is_here = 0.32, 0.30, 0.25, 0.9, False
    world.actors += [behind, newcomer]
    tracker = FaceTracker(Overlooking(world), SimulatedLandmarker(world), max_faces=8)
    for number in range(20):
        newcomer.is_here = number == 19
        tracks = tracker.update(world.draw(), number * FRAME_NS)
    place, followed = (np.array(world.box_of(actor), np.float32) for actor in (newcomer, behind))
    assert iou(place, followed[np.newaxis])[0] > SAME_FACE_IOU, "else it is not taken for it by its place"
    known = [*(box_of(track.face.points) for track in tracks), *tracker.unplaced]
    for face in (place, followed):
        assert iou(face, np.array(known, np.float32)).max() > 0.9


def test_landmarks_of_a_face_beside_it_do_not_explain_one_that_turns_in_a_moment() -> None:
    """What it turned from is forgotten at once; the other's landmarks overlap the narrow box by less than half."""
    world = World(np.random.default_rng(2))
    turning, beside = (Actor.drawn(np.random.default_rng(number), is_target=True) for number in range(2))
    turning.x, turning.y, turning.size, turning.near = 0.36, 0.33, 0.27, 0.9
    beside.x, beside.y, beside.size, beside.near, beside.is_here = 0.38, 0.33, 0.18, 0.1, False
    world.actors += [turning, beside]
    tracker = FaceTracker(SimulatedDetector(world), SimulatedLandmarker(world), max_faces=8)
    for number in range(12):
        turning.turn, beside.is_here = (0.0, False) if number < 1 else (66.0, True)
        tracks = tracker.update(world.draw(), number * FRAME_NS)
        place = np.array(world.box_of(turning), np.float32)
        known = np.array([*(box_of(t.face.points) for t in tracks), *tracker.unplaced], np.float32).reshape(-1, 4)
        assert iou(place, known).max(initial=0) > 0.9
