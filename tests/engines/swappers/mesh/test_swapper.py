"""The mesh swapper on made faces: where it paints, what it leaves alone, how it takes on the target's light."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engines.compositor.network import Compositor
from engines.image.geometry import box_of
from engines.mesh.mesh_topology import eye_rims, face_oval, inner_lips
from engines.swappers.mesh.swapper import MeshSwapper
from engines.track_state import TrackState
from engines.types import Coverage, FaceLandmarks, Image, Points, SourcePhoto
from tests.engines.fake_compositor import FixedNetwork, SparingSources, TowardsTheTarget, compositor_of, fields
from tests.engines.made_faces import dome, everybody, mean_at, photo, striped
from tests.engines.moving import textured


@pytest.fixture
def target() -> FaceLandmarks:
    return FaceLandmarks(dome((160, 120), 150), 1.0)


def plain(level: int) -> SourcePhoto:
    """Everybody's proportions, in one grey: nothing of the target moves."""
    return everybody(np.full((400, 400, 3), level, np.uint8))


def opaque() -> MeshSwapper:
    """The source's texture in the target's coarse light."""
    return MeshSwapper(compositor=compositor_of())


def shadow(picture: Image, until_x: int, level: float) -> Image:
    shaded = picture.copy()
    shaded[:, :until_x] = (shaded[:, :until_x] * level).astype(np.uint8)
    return shaded


@pytest.mark.smoke
@pytest.mark.parametrize(
    "compositor", [None, compositor_of(), SparingSources(TowardsTheTarget())], ids=["ours", "a", "b"]
)
def test_no_pixel_outside_the_face_changes(target: FaceLandmarks, compositor: Compositor | None) -> None:
    before = striped()
    after = before.copy()
    MeshSwapper(compositor=compositor).prepare(photo(150)).paint(after, target)
    x1, y1, x2, y2 = box_of(target.points)
    ys, xs = np.nonzero((before != after).any(axis=2))
    assert len(xs) > 5000
    assert x1 <= xs.min() <= xs.max() <= x2
    assert y1 <= ys.min() <= ys.max() <= y2
    outline = cv2.convexHull(target.points[face_oval(), :2])
    farthest = min(cv2.pointPolygonTest(outline, (float(x), float(y)), True) for x, y in zip(xs, ys, strict=True))
    assert farthest > -0.75


def test_inside_of_eyes_and_mouth_stays_the_targets(target: FaceLandmarks) -> None:
    before = striped()
    after = before.copy()
    opaque().prepare(plain(150)).paint(after, target)
    for loop in (inner_lips(), *eye_rims()):
        x, y = target.points[loop, :2].mean(axis=0).round().astype(int)
        assert (after[y, x] == before[y, x]).all()


def test_a_source_that_is_nowhere_opaque_and_moves_nothing_leaves_every_pixel(target: FaceLandmarks) -> None:
    after = striped()
    told = MeshSwapper(compositor=compositor_of(alpha=0.0)).prepare(plain(150)).paint(after, target)
    assert (after == striped()).all()
    assert told == Coverage(0.0, 1.0)


def test_texture_of_the_source_replaces_the_targets(target: FaceLandmarks) -> None:
    after = striped()
    opaque().prepare(plain(150)).paint(after, target)
    cheek = after[125:140, 190:205].astype(int)  # inside the mesh, beside the mouth
    for axis in (0, 1):  # stripes are steps of 9
        assert np.abs(np.diff(cheek, axis=axis)).max() <= 2


@pytest.mark.parametrize("brightness", [60, 110, 180])
@pytest.mark.parametrize("source", [90, 160])
def test_painted_face_takes_on_the_targets_brightness(target: FaceLandmarks, brightness: int, source: int) -> None:
    frame = np.full((240, 320, 3), brightness, np.uint8)
    opaque().prepare(plain(source)).paint(frame, target)
    cheek = frame[125:140, 190:205].astype(int)  # inside the mesh, beside the mouth
    assert np.abs(cheek.mean(axis=2) - brightness).max() <= 0.05 * brightness  # a cheek is round,
    assert (
        np.abs(cheek - brightness).max() <= 0.1 * brightness
    )  # and rosier than a nose: so a photo of one grey is worn
    assert abs(float(np.median(frame)) - brightness) <= 1


def test_side_light_of_the_target_is_kept_and_that_of_the_source_is_not(target: FaceLandmarks) -> None:
    across = np.linspace(1.3, 0.7, 320)[np.newaxis, :, np.newaxis]
    even = np.full((240, 320, 3), 128, np.uint8)
    lit_from_left = (even * across).astype(np.uint8)
    source = photo(128)
    shaded = (source.image * np.linspace(1.3, 0.7, 200)[np.newaxis, :, np.newaxis]).astype(np.uint8)
    side_lit = replace(source, image=shaded)
    for frame in (even, lit_from_left):
        after = frame.copy()
        opaque().prepare(side_lit).paint(after, target)
        for x in (110, 160, 200):
            patch = np.s_[130:150, x : x + 20]
            assert after[patch].mean() == pytest.approx(frame[patch].mean(), rel=0.06)  # the source's own spans 30 %


@pytest.mark.parametrize("edge", [0.3, 0.5, 0.7])
@pytest.mark.parametrize("level", [0.3, 0.5])
def test_a_hard_shadow_over_the_target_unmasks_nobody(target: FaceLandmarks, edge: float, level: float) -> None:
    x1, _, x2, _ = box_of(target.points)
    before = shadow(striped(), int(x1 + edge * (x2 - x1)), level)
    after = before.copy()
    opaque().prepare(photo(150)).paint(after, target)
    cheeks = np.s_[120:150, 105:215]
    assert (after[cheeks] == before[cheeks]).all(axis=2).mean() < 0.1


@pytest.mark.parametrize("x", [0, 320])
def test_target_half_out_of_the_picture_is_painted_on_the_half_that_is_in_it(x: int) -> None:
    frame = striped()
    told = opaque().prepare(photo(150)).paint(frame, FaceLandmarks(dome((x, 120), 150), 1.0))
    other_side = np.s_[:, 200:] if x == 0 else np.s_[:, :120]
    assert (frame[other_side] == striped()[other_side]).all()
    assert (frame != striped()).any()
    assert told.painted > 0.5


@pytest.mark.parametrize("centre", [(-300, 120), (900, 120), (160, -300), (160, 700)])
def test_a_face_wholly_out_of_the_picture_changes_nothing(centre: tuple[int, int]) -> None:
    frame = striped()
    told = MeshSwapper().prepare(photo(150)).paint(frame, FaceLandmarks(dome(centre, 150), 1.0))
    assert (frame == striped()).all()
    assert told == Coverage(0.0)


def test_eyes_and_mouth_move_with_the_sources_proportions(target: FaceLandmarks) -> None:
    lowered = photo(150)
    low = np.hypot(*(lowered.face.points[:, :2] - lowered.face.points[inner_lips(), :2].mean(axis=0)).T) < 45
    lowered.face.points[low, 1] += 12
    frame = np.full((240, 320, 3), 128, np.uint8)
    x, y = target.points[inner_lips(), :2].mean(axis=0).round().astype(int)
    frame[y - 3 : y + 4, x - 3 : x + 4] = (0, 0, 255)  # something red in the mouth
    as_it_is, moved = frame.copy(), frame.copy()
    opaque().prepare(photo(150)).paint(as_it_is, target)
    opaque().prepare(lowered).paint(moved, target)

    def height_of_red(picture: Image) -> float:
        reds = (picture[..., 2] > 200) & (picture[..., 1] < 60)
        return float(np.nonzero(reds)[0].mean())

    assert height_of_red(moved) > height_of_red(as_it_is) + 1


def test_what_is_in_front_of_the_face_is_not_painted_over(target: FaceLandmarks) -> None:
    alpha = np.ones((128, 128), np.float32)
    alpha[76:] = 0  # a hand before the mouth and the chin
    after = striped()
    told = MeshSwapper(compositor=compositor_of(alpha=alpha)).prepare(plain(150)).paint(after, target)
    assert (after[150:] == striped()[150:]).all()
    assert (after[90:110, 110:210] != striped()[90:110, 110:210]).any(axis=2).mean() > 0.5
    assert told.occluded == pytest.approx(0.35, abs=0.1)


def grain_of(picture: NDArray[np.uint8]) -> float:
    return float(np.square(cv2.Laplacian(picture.astype(np.float32), cv2.CV_32F)).mean())


def grained(size_wh: tuple[int, int]) -> Image:
    """Light and dark as skin has it: more than that of a source is not worn."""
    grain = (textured(size_wh, grain_px=1)[..., :1].astype(np.float32) - 128) / 4
    return np.repeat((120 + grain).astype(np.uint8), 3, axis=2)


@pytest.mark.parametrize("own", [0.0, 1.0])
def test_a_painted_skin_is_as_grained_as_the_one_it_is_made_of(own: float) -> None:
    """However coarse the network's square is: on a face three times as large as the network sees it."""
    face = FaceLandmarks(mean_at((300, 240), 150), 1.0)
    frame = grained((600, 500))
    source = everybody(np.full((600, 600, 3), 120, np.uint8) if own else grained((600, 600)), 150)
    after = frame.copy()
    MeshSwapper(compositor=compositor_of(own=own, detail=1 - own)).prepare(source).paint(after, face)
    cheek = np.s_[280:310, 230:260]
    assert (after[cheek] != frame[cheek]).any()
    assert 0.5 < grain_of(after[cheek]) / grain_of(frame[cheek]) < 1.3


def seen_bare(points: Points) -> FaceLandmarks:
    """A face of which it is known that nothing is in front."""
    return FaceLandmarks(points, 1.0, track_state=TrackState(in_front=np.zeros(852, np.float32)))


def test_several_faces_go_in_one_run_and_look_as_they_do_alone() -> None:
    network = TowardsTheTarget(0.3, faces=-1)
    swapper = MeshSwapper(compositor=SparingSources(network))
    worn = [swapper.prepare(photo(level)) for level in (90, 150)]
    faces = [seen_bare(dome((x, 120), 100)) for x in (80, 240)]
    assert worn[0].batch is worn[1].batch is not None
    together, alone = striped(), striped()
    told = worn[0].paint_together(together, list(zip(faces, worn, strict=True)))
    assert network.runs == [2]
    faces = [seen_bare(face.points) for face in faces]
    told_alone = [prepared.paint(alone, face) for face, prepared in zip(faces, worn, strict=True)]
    assert (together == alone).all()
    assert told == told_alone


def test_a_network_that_takes_one_face_is_asked_for_each() -> None:
    network = FixedNetwork(fields())
    worn = MeshSwapper(compositor=SparingSources(network)).prepare(photo(150))
    assert worn.batch is None
    faces = [seen_bare(dome((x, 120), 100)) for x in (80, 900, 240)]
    told = worn.paint_together(striped(), [(face, worn) for face in faces])
    assert network.runs == [1, 1]
    assert [coverage.painted > 0.5 for coverage in told] == [True, False, True]


def test_a_still_face_does_not_shimmer_though_the_network_does(target: FaceLandmarks) -> None:
    class Shimmering(FixedNetwork):
        def of(self, layers: NDArray[np.float32]) -> NDArray[np.float32]:
            return fields(gain=1 + 0.1 * (-1) ** len(self.runs)) + 0 * layers[:1]

    def flicker(followed: bool) -> float:
        worn = MeshSwapper(strength=0, compositor=Compositor(Shimmering(fields()))).prepare(plain(150))
        frames, face = [], seen_bare(target.points)
        for _ in range(12):
            frames.append(np.full((240, 320, 3), 120, np.uint8))
            worn.paint(frames[-1], face if followed else seen_bare(target.points))
        return float(np.abs(np.diff(np.array(frames[4:], np.float32), axis=0)).mean())

    assert flicker(followed=True) < 0.4 * flicker(followed=False)
