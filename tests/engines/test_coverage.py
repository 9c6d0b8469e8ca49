"""How much of a face was painted is told from its pixels: who does nothing, or moves the wearer, is found out."""

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engines.alignment import align, five_points
from engines.geometry import eye_distance
from engines.masks import box_mask
from engines.swappers.atlas import Layout
from engines.swappers.coverage import coverage_of
from engines.swappers.crop_paste import AS_IT_IS, lay_on
from engines.swappers.mesh import MeshFace, MeshSwapper
from engines.swappers.shape import ShapeTransfer
from engines.swappers.texture import Texture
from engines.tensors import aligned_crop
from engines.types import Coverage, FaceLandmarks, Image, Points, SourcePhoto
from tests.engines.fake_compositor import compositor_of
from tests.engines.made_faces import everybody, layers_on, mean_at
from tests.engines.moving import textured

FACE = FaceLandmarks(mean_at((320, 240), 110), 1.0)


def skin(seed: int, tone: tuple[int, int, int], size_wh: tuple[int, int] = (640, 480)) -> Image:
    """A picture of this colour, blotched and grained like skin, and lit from the left."""
    blotches = (textured(size_wh, grain_px=1.5, seed=seed).astype(np.float32) - 128) * 0.15
    light = np.linspace(1.2, 0.8, size_wh[0], dtype=np.float32)[np.newaxis, :, np.newaxis]
    return np.asarray(np.clip((np.array(tone, np.float32) + blotches) * light, 0, 255), np.uint8)


def wearer() -> Image:
    """With brows, eyes and lips, and the grain of a camera. A new array."""
    return made_wearer().copy()


@cache
def made_wearer() -> Image:
    return with_features(skin(0, (140, 160, 200)), FACE.points)


def with_features(picture: Image, points: Points) -> Image:
    for landmarks, colour in (((70, 63, 105, 66, 107), 50), ((336, 296, 334, 293, 300), 50), ((61, 0, 291, 17), 90)):
        outline = points[list(landmarks), :2].round().astype(np.int32)
        cv2.polylines(picture, [outline], False, (colour, colour, colour + 30), 4, cv2.LINE_AA)
    return picture


def other_proportions() -> Points:
    """A face with a wider nose and a higher mouth than everybody's."""
    points = mean_at((320, 240), 110)
    unit = eye_distance(points)
    near_nose = np.linalg.norm(points - points[1], axis=1) < 0.35 * unit
    points[near_nose, 0] = 320 + 1.5 * (points[near_nose, 0] - 320)
    near_mouth = np.linalg.norm(points - points[13], axis=1) < 0.45 * unit
    points[near_mouth, 1] -= 0.08 * unit
    return points


@cache
def another_person() -> SourcePhoto:
    points = other_proportions()
    return SourcePhoto("another", with_features(skin(7, (60, 80, 120)), points), FaceLandmarks(points, 1.0))


def through_a_crop(canvas: Image, face: FaceLandmarks, size: int, change: Callable[[Image], Image]) -> Coverage:
    """What a network's swapper does that makes `change` of its crop."""
    affine = align(five_points(face), "ffhq_512", size)
    crop = aligned_crop(canvas, affine, size)
    picture = np.dstack([change(crop).astype(np.float32), box_mask(size)])
    return lay_on(canvas, (crop, affine), picture.astype(np.float32), face, AS_IT_IS)


def all_transparent(canvas: Image, face: FaceLandmarks) -> Coverage:
    swapper = MeshSwapper(compositor=compositor_of(alpha=0.0))
    return swapper.prepare(everybody(skin(7, (60, 80, 120)))).paint(canvas, face)


def warp_only(canvas: Image, face: FaceLandmarks) -> Coverage:
    before = canvas.copy()
    told = MeshSwapper(compositor=compositor_of(alpha=0.0)).prepare(another_person()).paint(canvas, face)
    assert (canvas != before).any()  # it did move something
    return told


def own_skin(canvas: Image, face: FaceLandmarks) -> Coverage:
    """The wearer's own face, laid on it as it is: a photo that is prepared is put in usual light, which changes it."""
    layout = Layout.of(1.4 * eye_distance(face.points))
    flat = layout.unroll(canvas, face.points)
    own = Texture(np.dstack([flat.image, flat.seen * np.float32(255)]), layout.points, layout.unit)
    return MeshFace([own], ShapeTransfer([face.points], 0.0), None, compositor_of(), 0.5).paint(canvas, face)


def nothing_at_all(canvas: Image, face: FaceLandmarks) -> Coverage:
    return coverage_of(canvas, layers_on(canvas, face.points, another_person()), 0.0)


def given_back(canvas: Image, face: FaceLandmarks) -> Coverage:
    return through_a_crop(canvas, face, 256, lambda crop: crop)


IDLE = [nothing_at_all, all_transparent, warp_only, own_skin, given_back]


@pytest.mark.parametrize("paint", IDLE, ids=[paint.__name__ for paint in IDLE])
def test_who_paints_nothing_of_the_source_covers_next_to_nothing(
    paint: Callable[[Image, FaceLandmarks], Coverage],
) -> None:
    assert paint(wearer(), FACE).painted < 0.1


@pytest.mark.parametrize("size_px", [40, 110, 180])
@pytest.mark.parametrize("strength", [0.0, 0.5, 1.0])
def test_a_whole_swap_onto_another_skin_covers_the_face(size_px: float, strength: float) -> None:
    face = FaceLandmarks(mean_at((320, 240), size_px), 1.0)
    swapper = MeshSwapper(strength=strength, compositor=compositor_of())
    told = swapper.prepare(another_person()).paint(with_features(skin(0, (140, 160, 200)), face.points), face)
    assert told.painted > 0.8
    assert told.occluded < 0.05


def test_a_networks_face_covers_it_too() -> None:
    told = through_a_crop(wearer(), FACE, 256, lambda crop: (crop * 0.6).astype(np.uint8))
    assert told.painted > 0.8
    assert told.occluded == pytest.approx(0, abs=0.01)


def half(of_left: float) -> NDArray[np.float32]:
    alpha = np.ones((128, 128), np.float32)
    alpha[:, :64] = of_left
    return alpha


def test_of_a_half_covered_face_half_is_painted_and_half_is_told_to_be_occluded() -> None:
    told = MeshSwapper(compositor=compositor_of(alpha=half(0.0))).prepare(another_person()).paint(wearer(), FACE)
    assert told.painted == pytest.approx(0.5, abs=0.1)
    assert told.occluded == pytest.approx(0.5, abs=0.1)
    assert 0.85 < told.painted + told.occluded <= 1.02


def test_what_a_network_claims_to_have_painted_counts_only_where_it_is_seen() -> None:
    """Alpha says all of it; half of the pixels say otherwise."""

    def half_done(crop: Image) -> Image:
        made = crop.copy()
        made[:, 128:] = (made[:, 128:] * 0.5).astype(np.uint8)
        return made

    told = through_a_crop(wearer(), FACE, 256, half_done)
    assert told.painted == pytest.approx(0.5, abs=0.12)
    assert told.occluded == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("x", [0, 40, 600, 640])
def test_a_face_half_out_of_the_picture_is_measured_on_what_is_inside(x: int) -> None:
    face = FaceLandmarks(mean_at((x, 240), 110), 1.0)
    assert MeshSwapper(compositor=compositor_of()).prepare(another_person()).paint(wearer(), face).painted > 0.75
    assert (
        MeshSwapper(compositor=compositor_of(alpha=0.0)).prepare(another_person()).paint(wearer(), face).painted < 0.1
    )


@pytest.mark.parametrize("centre", [(-400, 240), (2000, 240), (320, -400)])
def test_of_a_face_out_of_the_picture_nothing_is_painted(centre: tuple[int, int]) -> None:
    face, canvas = FaceLandmarks(mean_at(centre, 110), 1.0), wearer()
    assert MeshSwapper(compositor=compositor_of()).prepare(another_person()).paint(canvas, face) == Coverage(0.0)
    assert through_a_crop(canvas, face, 256, lambda crop: crop) == Coverage(0.0)
    assert (canvas == wearer()).all()


@pytest.mark.parametrize(("painted", "occluded"), [(-0.01, 0), (1.01, 0), (0, -0.01), (0, 1.01), (float("nan"), 0)])
def test_shares_out_of_range_are_refused(painted: float, occluded: float) -> None:
    with pytest.raises(ValueError, match="shares from 0 to 1"):
        Coverage(painted, occluded)
