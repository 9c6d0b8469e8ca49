"""Faces at the picture's edge are found by their mirror images, which are nobody."""

import numpy as np
import pytest

from engines.fakes import FakeDetector, picture_with_faces
from engines.types import Detection, Image
from realtime.search import FaceSearch


class Whole(FakeDetector):
    """Sees nobody who is not at least as wide as high."""

    def detect(self, image: Image) -> list[Detection]:
        sizes = ((found, found.box_xyxy[2:] - found.box_xyxy[:2]) for found in super().detect(image))
        return [found for found, (width, height) in sizes if width > 0.9 * height]


@pytest.mark.parametrize("film", [False, True])
def test_a_face_of_which_half_is_beyond_the_edge_is_found_once(film: bool) -> None:
    picture = picture_with_faces((640, 360), [(10, 180, 80), (560, 180, 100)])
    boxes = [found.box_xyxy for found in FaceSearch(Whole(), film=film).run(picture, 0)]
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
