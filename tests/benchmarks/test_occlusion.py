"""What was drawn by hand before a face, and what a swap did to it; on made pictures."""

import numpy as np
import pytest

from benchmarks import occlusion
from benchmarks.scoring.annotated import FOLDER, Annotation, Shape, annotations_of, masks_of, unclear_of
from engines.image.geometry import transform_points
from engines.mesh.mesh_topology import mean_face
from engines.mesh.square import SQUARE_PX, face_square
from engines.swappers.mesh.swapper import MeshSwapper
from engines.types import FaceLandmarks, Image
from tests.engines.fake_compositor import compositor_of
from tests.engines.made_faces import everybody

FACE = FaceLandmarks((mean_face() * 80 + (150, 130, 0)).astype(np.float32), 1.0)
SIZE_HW = 300, 300
TEXT = """
[[frame]]
number = 7
in_front = [
    { what = "cup", points = [[140, 150], [170, 150], [170, 180], [140, 180]] },
    { what = "rim", width = 3, points = [[120, 130], [180, 130]] },
]
unclear = [{ what = "shadow", points = [[110, 90], [130, 90], [130, 110], [110, 110]] }]
"""


@pytest.fixture
def frame() -> Annotation:
    return annotations_of(TEXT)[7]


def grey(value: int) -> Image:
    return np.full((*SIZE_HW, 3), value, np.uint8)


def test_areas_are_filled_and_lines_have_their_width(frame: Annotation) -> None:
    assert np.count_nonzero(masks_of(frame, SIZE_HW, "cup")) == 31 * 31
    rim = masks_of(frame, SIZE_HW, "rim")
    assert np.flatnonzero(rim[:, 150]).tolist() == [129, 130, 131]
    assert not (masks_of(frame, SIZE_HW) & unclear_of(frame, SIZE_HW)).any()
    assert unclear_of(frame, SIZE_HW)[100, 120]


def test_the_mean_of_an_alpha_is_told_for_each_kind_and_for_the_face(frame: Annotation) -> None:
    alpha = np.where(masks_of(frame, SIZE_HW, "cup"), np.float32(0.25), np.float32(0.75))
    assert occlusion.shares_of(alpha, frame, FACE) == pytest.approx({"cup": 0.25, "rim": 0.75, "face": 0.75})


def test_where_alpha_says_nothing_nobody_is_asked(frame: Annotation) -> None:
    alpha, where = np.ones(SIZE_HW, np.float32), np.zeros(SIZE_HW, bool)
    assert occlusion.shares_of(alpha, frame, FACE, where) == {}
    where[:, :150] = True
    alpha[:, 150:] = 0
    assert occlusion.shares_of(alpha, frame, FACE, where) == {"cup": 1, "rim": 1, "face": 1}


def test_alpha_lies_on_the_picture_where_the_square_does() -> None:
    x, y = transform_points(FACE.points, face_square(FACE.points))[280, :2].round().astype(int)  # a cheek
    alpha = np.zeros((SQUARE_PX, SQUARE_PX), np.float32)
    alpha[y - 3 : y + 4, x - 3 : x + 4] = 1
    worn = MeshSwapper(compositor=compositor_of(alpha=alpha)).prepare(everybody(np.full((400, 400, 3), 150, np.uint8)))
    laid, where = occlusion.opacity_in(grey(90), *worn.opacity_on(grey(90), FACE))
    assert np.argwhere(laid > 0.5).mean(axis=0)[::-1] == pytest.approx(FACE.points[280, :2], abs=1.5)
    assert where[laid > 0.5].all()
    assert 0.1 < where.mean() < 0.5


def test_nobody_is_asked_near_things_nor_where_it_is_unclear(frame: Annotation) -> None:
    near = occlusion.near_things(frame, FACE, SIZE_HW)
    assert near[masks_of(frame, SIZE_HW)].all()
    assert near[unclear_of(frame, SIZE_HW)].all()
    wrong_there = near.astype(np.float32)
    assert occlusion.shares_of(wrong_there, frame, FACE)["face"] == 0


def test_a_thing_beside_the_face_is_left_out() -> None:
    beside = Annotation(0, (Shape("hand", np.array([(0, 0), (20, 0), (20, 20)], np.float32)),))
    assert set(occlusion.shares_of(np.ones(SIZE_HW), beside, FACE)) == {"face"}


def test_a_small_change_is_none_and_what_was_moved_is_not_new() -> None:
    before = grey(100)
    assert not occlusion.changed(before, grey(108)).any()
    assert occlusion.changed(before, grey(109)).all()
    before[100:120, 100:120] = 200
    moved = np.roll(before, 2, axis=1)
    assert occlusion.changed(before, moved).any()
    assert not occlusion.changed(before, moved, slack_px=2).any()


def test_means_are_over_the_frames_that_have_such_a_thing() -> None:
    rows = [
        {"alpha": {"cup": 0.1}, "changed": {"cup": 0.2, "face": 1.0}, "new": {}},
        {"alpha": {"cup": 0.3}, "changed": {"face": 0.5}, "new": {"face": 0.1}},
    ]
    expected = {"alpha": {"cup": 0.2}, "changed": {"cup": 0.2, "face": 0.75}, "new": {"face": 0.1}}
    assert occlusion.means(rows) == expected


def test_twenty_frames_are_annotated_and_each_has_something_in_front() -> None:
    frames = [frame for path in FOLDER.glob("*.toml") for frame in annotations_of(path.read_text()).values()]
    assert len(frames) == 20
    assert all(frame.in_front for frame in frames)
    assert {shape.what for frame in frames for shape in frame.in_front} == {"hair", "glasses", "faint rim"}
