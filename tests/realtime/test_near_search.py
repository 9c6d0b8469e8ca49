"""Small faces of large pictures are found from nearer, and patterns are not."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from engines.backends.litert import LiteRtSession
from engines.detectors.blazeface import BlazeFaceDetector
from engines.fakes import FakeDetector, picture_with_faces
from engines.landmarks import FaceMeshLandmarker
from engines.types import Detection, Image
from realtime.near_search import OVERLAP, SureOfSmall, detect_near, from_nearer, squares_of
from realtime.pictures import read_image
from realtime.search import FaceSearch
from realtime.tracking import FaceTracker

SMALLEST = 1 / 16


class FarSighted(FakeDetector):
    """As real detectors: sees nobody smaller than a sixteenth of the picture."""

    def detect(self, image: Image) -> list[Detection]:
        return [f for f in super().detect(image) if np.ptp(f.box_xyxy[::2]) >= SMALLEST * max(image.shape[:2])]


def lefts(found: list[Detection]) -> list[int]:
    return sorted(round(float(face.box_xyxy[0])) for face in found)


CROWD = picture_with_faces((1600, 900), [(200, 200, 200), (700, 500, 40), (1500, 100, 60), (1100, 850, 30)])


def test_a_new_picture_of_a_film_is_searched_for_small_faces_too() -> None:
    search = FaceSearch(FarSighted(), film=True)
    assert search.is_due(CROWD, [], 0, places=24)
    assert lefts(search.run(CROWD, 0)) == pytest.approx([100, 680, 1085, 1470], abs=2)


@pytest.mark.parametrize(("film", "places"), [(False, 24), (True, 1)], ids=["live", "enough are found"])
def test_nobody_is_looked_for_from_nearer(film: bool, places: int) -> None:
    search = FaceSearch(FarSighted(), film=film)
    assert search.is_due(CROWD, [], 0, places=places)
    assert lefts(search.run(CROWD, 0)) == pytest.approx([100], abs=2)


def test_somebody_small_who_comes_later_is_found_within_as_many_searches_as_there_are_squares() -> None:
    search = FaceSearch(FarSighted(), film=True)
    empty = picture_with_faces((1600, 900), [])
    search.is_due(empty, [], 0, places=24)
    assert search.run(empty, 0) == []
    for number in range(1, len(squares_of((1600, 900))) + 1):
        later = picture_with_faces((1600, 900), [(700, 500, 40)])
        if search.is_due(later, [], number * 40_000_000, places=24) and search.run(later, number * 40_000_000):
            return
    pytest.fail("nobody was found")


@pytest.mark.parametrize("size_wh", [(1600, 900), (900, 1600), (4000, 3000), (8000, 100), (515, 513)])
def test_every_place_of_a_picture_is_in_a_square_of_each_level_with_faces_there_whole(size_wh: tuple[int, int]) -> None:
    squares = squares_of(size_wh)
    for edge in {square.edge for square in squares}:
        face = int(OVERLAP * edge) - 2
        for x in range(0, max(1, size_wh[0] - face), max(1, edge // 7)):
            for y in range(0, max(1, size_wh[1] - face), max(1, edge // 7)):
                assert any(
                    s.left <= x
                    and s.top <= y
                    and x + face <= s.left + edge
                    and y + min(face, size_wh[1]) <= s.top + edge
                    for s in squares
                    if s.edge == edge
                )


def test_small_pictures_have_no_squares() -> None:
    assert squares_of((480, 360)) == []


def test_a_part_of_a_face_at_a_squares_border_is_left_to_the_square_that_holds_it_whole() -> None:
    [first, *_] = squares_of((1600, 900))
    picture = picture_with_faces((1600, 900), [(first.edge, 300, 100), (60, 60, 100)])
    assert lefts(detect_near(FarSighted(), picture, first)) == pytest.approx([10], abs=2)


def test_what_is_no_face_from_nearer_or_mirrored_is_none() -> None:
    class Pattern(FakeDetector):
        """Sees a face only left of the middle: not the same in a mirror."""

        def detect(self, image: Image) -> list[Detection]:
            return [face for face in super().detect(image) if face.box_xyxy[0] < 0.38 * image.shape[1]]

    picture = picture_with_faces((1600, 900), [(700, 500, 40)])
    [found] = FakeDetector().detect(picture)
    beside = Detection(found.box_xyxy + np.float32(8), found.keypoints, found.score)
    seen = from_nearer(FakeDetector(), picture, beside)
    assert seen is not None
    assert seen.box_xyxy == pytest.approx(found.box_xyxy, abs=1)
    assert seen.keypoints == pytest.approx(found.keypoints, abs=1)
    assert from_nearer(Pattern(), picture, beside) is None


def test_small_faces_of_turned_pictures_are_seen_from_nearer_or_are_none() -> None:
    class Afar(FakeDetector):
        """Sees in large pictures what is nobody from nearer."""

        def detect(self, image: Image) -> list[Detection]:
            return super().detect(image) if image.shape[1] >= 1600 else []

    picture = picture_with_faces((1600, 900), [(700, 500, 60), (300, 300, 200)])
    assert lefts(SureOfSmall(FakeDetector()).detect(picture)) == pytest.approx([200, 670], abs=1)
    assert lefts(SureOfSmall(Afar()).detect(picture)) == pytest.approx([200], abs=1)


def test_a_small_newcomer_seen_from_afar_gets_a_better_place() -> None:
    class Coarse(FakeDetector):
        """Puts faces of large pictures beside where they are."""

        def detect(self, image: Image) -> list[Detection]:
            off = np.float32(10 * (image.shape[1] >= 1600))
            return [Detection(f.box_xyxy + off, f.keypoints + off, f.score) for f in super().detect(image)]

    search, picture = FaceSearch(Coarse(), film=True), picture_with_faces((1600, 900), [(700, 500, 60)])
    search.is_due(picture, [], 0, places=1)
    [found] = search.run(picture, 0)
    assert found.box_xyxy == pytest.approx([670, 470, 730, 530], abs=1)


def test_every_small_face_of_a_large_photo_is_followed_and_noise_is_not(model_file: Callable[[str], Path]) -> None:
    detector = BlazeFaceDetector(LiteRtSession(model_file("face_detection_back")))
    landmarker = FaceMeshLandmarker(LiteRtSession(model_file("face_landmarks_detector")))
    noise = np.random.default_rng(5).integers(0, 255, (90, 160, 3), dtype=np.uint8)
    photo = np.asarray(cv2.resize(noise, (1600, 900), interpolation=cv2.INTER_CUBIC), np.uint8)
    tracker = FaceTracker(detector, landmarker, max_faces=24, film=True)
    assert tracker.update(photo, 0) == []
    people = [
        cv2.resize(read_image(model_file(name)), (120, 120), interpolation=cv2.INTER_AREA)
        for name in ("astronaut", "hopper")
    ]
    places = [(40, 30), (500, 200), (900, 60), (1400, 700), (220, 640), (1000, 500)]
    for number, (x, y) in enumerate(places):
        photo[y : y + 120, x : x + 120] = people[number % 2]
    tracks = FaceTracker(detector, landmarker, max_faces=24, film=True).update(photo, 0)
    middles = [track.face.points[:, :2].mean(axis=0) for track in tracks]
    assert len(tracks) == len(places)
    for x, y in places:
        assert sum(x < middle[0] < x + 120 and y < middle[1] < y + 120 for middle in middles) == 1
