"""Faces at the picture's edge are found by their mirror images, which are nobody."""

import numpy as np
import pytest

from engines.fakes import FakeDetector, picture_with_faces
from engines.types import Detection, Image, Points
from realtime.tracking.face_search import SURE_DETECTION, FaceSearch


class Whole(FakeDetector):
    """Sees nobody who is not at least as wide as high."""

    def detect(self, image: Image) -> list[Detection]:
        sizes = ((found, found.box_xyxy[2:] - found.box_xyxy[:2]) for found in super().detect(image))
        return [found for found, (width, height) in sizes if width > 0.9 * height]


@pytest.mark.parametrize("video", [False, True])
def test_a_face_of_which_half_is_beyond_the_edge_is_found_once(video: bool) -> None:
    picture = picture_with_faces((640, 360), [(10, 180, 80), (560, 180, 100)])
    boxes = [found.box_xyxy for found in FaceSearch(Whole(), video=video).run(picture, 0)]
    assert len(boxes) == 2
    assert any(box == pytest.approx([510, 130, 610, 230], abs=4) for box in boxes)
    assert any(box[0] < 0 and box[2] == pytest.approx(50, abs=4) for box in boxes)


def test_mirror_images_of_whole_faces_are_nobody() -> None:
    picture = picture_with_faces((640, 360), [(60, 180, 80), (580, 300, 80)])
    search = FaceSearch(FakeDetector())
    boxes = np.array([found.box_xyxy for found in search.run(picture, 0)])
    assert sorted(boxes[:, 0].tolist()) == pytest.approx([20, 540], abs=3)


def test_who_comes_in_is_looked_for_at_that_edge_from_nearer() -> None:
    """Of this detector's faces: too small for it in the whole picture, which is 800 px wide with what is mirrored."""

    class Near(Whole):
        def detect(self, image: Image) -> list[Detection]:
            return super().detect(image) if image.shape[1] < 500 else []

    search, empty = FaceSearch(Near()), picture_with_faces((640, 360), [(300, 180, 60)])
    followed = [np.array([270, 150, 330, 210], np.float32)]
    for number in range(4):
        assert not search.is_due(empty, followed, number) or search.run(empty, number) == []
    comes_in = picture_with_faces((640, 360), [(300, 180, 60), (620, 180, 80)])
    assert search.is_due(comes_in, followed, 4)
    [found] = search.run(comes_in, 4)
    assert found.box_xyxy[0] == pytest.approx(580, abs=3)
    assert found.box_xyxy[2] > 640


def settled(search: FaceSearch, picture: Image, followed: list[Points], pictures: int) -> int:
    """Show it so many of the same picture, 30 a second. Returns the time of the next one, ns."""
    for number in range(pictures):
        if search.is_due(picture, followed, number * 33_333_333):
            search.run(picture, number * 33_333_333)
    return pictures * 33_333_333


def test_who_comes_in_from_both_sides_is_found_in_the_same_picture() -> None:
    search, empty = FaceSearch(Whole()), picture_with_faces((640, 360), [(300, 180, 60)])
    followed = [np.array([270, 150, 330, 210], np.float32)]
    at_ns = settled(search, empty, followed, pictures=9)
    both = picture_with_faces((640, 360), [(300, 180, 60), (12, 100, 70), (628, 250, 70)])
    assert search.is_due(both, followed, at_ns)
    boxes = np.array([found.box_xyxy for found in search.run(both, at_ns)])
    assert np.count_nonzero(boxes[:, 0] < 0) == 1, "who is cut off by the left edge"
    assert np.count_nonzero(boxes[:, 2] > 640) == 1, "and by the right one"


def test_who_appears_at_the_edge_and_is_too_large_for_its_strip_is_found_at_once() -> None:
    search, still = FaceSearch(FakeDetector()), picture_with_faces((640, 360), [(300, 180, 60)])
    followed = [np.array([270, 150, 330, 210], np.float32)]
    at_ns = settled(search, still, followed, pictures=12)
    appears = picture_with_faces((640, 360), [(300, 180, 60), (59, 180, 117)])
    assert search.is_due(appears, followed, at_ns)
    assert any(found.box_xyxy[0] < 10 for found in search.run(appears, at_ns))


class Counted(FakeDetector):
    """Remembers how wide and high each picture was."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[tuple[int, int]] = []

    def detect(self, image: Image) -> list[Detection]:
        self.sizes.append((image.shape[1], image.shape[0]))
        return super().detect(image)


def test_where_something_stirs_inside_every_picture_is_searched_whole_and_the_edge_that_stirs_now_and_then() -> None:
    """Somebody may turn aside and show who was behind them, or come out from behind a face, in any picture."""
    detector = Counted()
    search, followed = FaceSearch(detector), [np.array([270, 150, 330, 210], np.float32)]
    searched_whole = []
    for number in range(40):
        picture = picture_with_faces((640, 360), [(300, 180, 60)])
        if number >= 20:  # something goes up and down in the middle and at the left edge
            top = 40 + 60 * (number % 3)
            picture[top : top + 90, 180:240] = picture[top : top + 90, :50] = (30, 200, 30)
        if number == 20:
            detector.sizes.clear()
        before = len(detector.sizes)
        if search.is_due(picture, followed, number * 33_333_333):
            search.run(picture, number * 33_333_333)
        searched_whole.append(any(width > 640 for width, _ in detector.sizes[before:]))
    assert all(searched_whole[20:])
    assert 24 <= len(detector.sizes) <= 27


@pytest.mark.parametrize(("step", "searches"), [(0, 0), (1, 2), (2, 2), (5, 3)])
def test_behind_a_face_that_moves_on_is_searched_although_nothing_else_changes(step: int, searches: int) -> None:
    """Six pictures after a search, less than a period. step: px a picture, of a face of 60."""
    search, picture, number = FaceSearch(FakeDetector()), picture_with_faces((640, 360), [(300, 180, 60)]), 0

    def is_searched(left: int) -> bool:
        nonlocal number
        number += 1
        is_due = search.is_due(picture, [np.array([left, 150, left + 60, 210], np.float32)], number * 33_000_000)
        if is_due:
            search.run(picture, number * 33_000_000)
        return is_due

    settled = [is_searched(270) for _ in range(20)]
    assert not all(settled[-7:])
    while not is_searched(270):
        pass
    assert sum(is_searched(270 + moved * step) for moved in range(1, 7)) == searches


def test_who_appears_is_looked_for_at_once_although_an_edge_stirs_too() -> None:
    detector = Counted()
    search, followed = FaceSearch(detector), [np.array([270, 150, 330, 210], np.float32)]
    for number in range(40):
        search.is_due(picture_with_faces((640, 360), [(300, 180, 60)]), followed, number * 33_333_333)
        search.run(picture_with_faces((640, 360), [(300, 180, 60)]), number * 33_333_333)
    still = picture_with_faces((640, 360), [(300, 180, 60)])
    for number in range(40, 43):
        search.is_due(still, followed, number * 33_333_333)
    appears = picture_with_faces((640, 360), [(300, 180, 60), (160, 180, 80)])
    appears[:90, :50] = (30, 200, 30)
    assert search.is_due(appears, followed, 43 * 33_333_333)
    assert len(search.run(appears, 43 * 33_333_333)) == 2


@pytest.mark.parametrize("stirs", ["inside", "at an edge"])
def test_a_search_that_failed_is_due_until_it_succeeds(stirs: str) -> None:
    class Failing(FakeDetector):
        fails = False

        def detect(self, image: Image) -> list[Detection]:
            if self.fails:
                raise RuntimeError("lost")
            return super().detect(image)

    detector = Failing()
    search, followed = FaceSearch(detector), [np.array([270, 150, 330, 210], np.float32)]
    picture = picture_with_faces((640, 360), [(300, 180, 60)])
    for number in range(20):
        if search.is_due(picture, followed, number * 33_333_333):
            search.run(picture, number * 33_333_333)
    assert not search.is_due(picture, followed, 20 * 33_333_333)
    picture[100:190, slice(440, 520) if stirs == "inside" else slice(0, 60)] = (30, 200, 30)
    detector.fails = True
    for number in range(21, 31):  # longer than a changed picture is looked at again
        assert search.is_due(picture, followed, number * 33_333_333)
        with pytest.raises(RuntimeError, match="lost"):
            search.run(picture, number * 33_333_333)


@pytest.mark.parametrize(("score", "cut", "is_near", "is_unmirrored", "is_face"), [
    (0.9, False, False, False, True),
    (0.55, False, True, True, False),
    (0.55, True, True, False, True),
    (0.9, True, False, False, False),
    (0.9, True, False, True, True),
])  # fmt: skip
def test_a_face_without_landmarks_at_the_edge_must_be_seen_once_more_from_nearer_or_without_its_mirror_image(
    score: float, cut: bool, is_near: bool, is_unmirrored: bool, is_face: bool
) -> None:
    box = np.array([-20, 100, 60, 180] if cut else [100, 100, 180, 180], np.float32)

    class Nearer(FakeDetector):
        def detect(self, image: Image) -> list[Detection]:
            """In a square of 1.6 x 80 px, of which the face is the middle; or in the whole picture."""
            if image.shape == picture.shape:
                return [detection(box, 0.6)] if is_unmirrored else []
            assert image.shape[:2] == (128, 128)
            return [detection(np.array([24, 24, 104, 104], np.float32), 0.6 if is_near else SURE_DETECTION - 0.01)]

    search = FaceSearch(Nearer())
    picture = picture_with_faces((640, 360), [])
    assert search.is_face(picture, detection(box, score)) is is_face


def detection(box: Points, score: float) -> Detection:
    return Detection(box, np.zeros((6, 2), np.float32), score)


def test_a_pattern_that_looks_like_hundreds_of_faces_does_not_stop_a_video() -> None:
    class Everywhere(FakeDetector):
        def detect(self, image: Image) -> list[Detection]:
            self.runs += 1
            corners = np.mgrid[0 : image.shape[1] - 20 : 20, 0 : image.shape[0] - 20 : 20].reshape(2, -1).T
            return [detection(np.array([x, y, x + 16, y + 16], np.float32), 0.9) for x, y in corners]

    detector = Everywhere()
    search, picture = FaceSearch(detector, video=True), picture_with_faces((640, 360), [])
    assert search.is_due(picture, [], 0)
    assert len(search.run(picture, 0)) > 300
    first = detector.runs
    assert search.is_due(picture, [], 33_333_333)
    search.run(picture, 33_333_333)
    assert first <= 2 * 64 + 30
    assert detector.runs - first <= 2 * 8 + 10
