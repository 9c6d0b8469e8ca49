"""What is said of things before faces is what was counted."""

import cv2
import numpy as np
import pytest

from benchmarks.common.sheets import TILE_PX
from benchmarks.objects import LIGHTS, THINGS, in_light, judged, unpainted
from benchmarks.scoring import covers
from benchmarks.scoring.covered import (
    LEAST,
    Bare,
    Covered,
    Look,
    Mask,
    compared,
    face_in,
    looked,
    means,
    score_of,
    tracker_of,
)
from benchmarks.scoring.scores import outline_of
from engines.mesh.mesh_topology import mean_face
from engines.mesh.square import SQUARE_PX, face_square, scale_of
from engines.swappers.mesh.swapper import MeshFace, MeshSwapper
from engines.types import FaceLandmarks, Image
from models.store import ModelStore
from realtime.bench.equipment import Equipment
from realtime.face_engines import FaceEngines
from realtime.pictures.reading import read_image
from tests.engines.fake_compositor import compositor_of
from tests.engines.made_faces import everybody

FACE = FaceLandmarks((mean_face() * 80 + (160, 130, 0)).astype(np.float32), 1.0)
WHOLE = np.ones((SQUARE_PX, SQUARE_PX), bool)


def rows(low: float, high: float) -> Mask:
    """Of the square: what lies between two shares of its height."""
    mask = np.zeros_like(WHOLE)
    mask[round(low * SQUARE_PX) : round(high * SQUARE_PX)] = True
    return mask


def frame(kept: Mask, true: Mask) -> Covered:
    return Covered(np.where(kept, np.float32(0), np.float32(1)), true, WHOLE)


def grey() -> Image:
    return np.full((300, 320, 3), 120, np.uint8)


@pytest.fixture
def worn() -> MeshFace:
    """One who sees nothing in front of any face, but for the upper half of the square."""
    alpha = np.where(rows(0, 0.5), np.float32(0), np.float32(1))
    return MeshSwapper(compositor=compositor_of(alpha=alpha)).prepare(everybody(np.full((400, 400, 3), 150, np.uint8)))


def test_half_of_it_kept_and_half_of_what_is_kept() -> None:
    score = score_of("cup", "clip", [frame(rows(0.25, 0.5), rows(0.375, 0.625))])
    assert score.recall == score.precision == pytest.approx(0.5)
    assert score.overlap == pytest.approx(1 / 3)
    assert score.unseen == 0


def test_alpha_is_told_on_the_thing_and_beside_it_but_not_at_its_edge() -> None:
    true = rows(0.25, 0.5)
    near = rows(0.24, 0.51) & ~true
    alpha = np.where(true, 0.25, np.where(near, 0.0, 0.75)).astype(np.float32)
    score = score_of("cup", "clip", [Covered(alpha, true, WHOLE)])
    assert [score.on_thing, score.on_face] == pytest.approx([0.25, 0.75])


def test_frames_with_hardly_anything_before_the_face_are_not_asked_about() -> None:
    hardly = frame(rows(0.4, 0.6), rows(0.5, 0.5 + LEAST / 2))
    score = score_of("cup", "clip", [hardly, frame(rows(0.4, 0.6), rows(0.4, 0.6))])
    assert (score.frames, score.precision, score.recall) == (1, 1, 1)


def test_a_frame_in_which_nothing_was_kept_is_unseen() -> None:
    nothing, all_of_it = np.zeros_like(WHOLE), rows(0.4, 0.6)
    score = score_of("cup", "clip", [frame(nothing, all_of_it), frame(all_of_it, all_of_it)])
    assert score.unseen == score.recall == 0.5
    assert means([score])["precision"] == 1


def test_a_thing_that_never_comes_before_the_face_is_said() -> None:
    with pytest.raises(ValueError, match="never"):
        score_of("cup", "clip", [])


def test_what_a_swapper_leaves_out_is_a_share_of_the_face(worn: MeshFace) -> None:
    look = looked(worn, grey(), FACE)
    assert 0.3 < look.left_out < 0.7
    assert look.affine == pytest.approx(face_square(FACE.points))


def test_what_is_kept_without_the_thing_does_not_count_and_the_truth_lies_where_it_was_drawn(worn: MeshFace) -> None:
    look = looked(worn, grey(), FACE)
    truth = np.zeros(grey().shape[:2], np.float32)
    truth[:, : round(float(FACE.points[1, 0]))] = 1  # all left of the nose
    covered = compared(look, look, truth)
    assert not covered.kept.any()
    assert covered.face.any()
    assert not (covered.face & rows(0, 0.5)).any()
    assert np.count_nonzero(covered.true) == pytest.approx(0.5 * np.count_nonzero(covered.face), rel=0.1)
    assert covered.true[:, :55].any()
    assert not covered.true[:, 73:].any()


def test_the_bare_face_is_looked_for_where_it_was_in_the_picture() -> None:
    lower = FaceLandmarks(FACE.points + np.array([0, 20, 0], np.float32), 1.0)
    bare, look = (Look(np.ones_like(WHOLE, np.float32), WHOLE, face_square(each.points)) for each in (FACE, lower))
    seen = compared(bare, look, np.zeros(grey().shape[:2], np.float32)).face
    missing = 20 * scale_of(look.affine)
    assert np.flatnonzero(~seen.any(axis=1)).size == pytest.approx(missing, abs=2)
    assert not seen[-round(missing) + 2 :].any()


@pytest.mark.parametrize("share", covers.SHARES)
@pytest.mark.parametrize("side", covers.SIDES)
def test_a_cover_covers_as_much_of_the_face_as_asked(side: str, share: float) -> None:
    picture, opacity = covers.covering(grey(), FACE, covers.SIDES[side], share)
    within = cv2.fillConvexPoly(np.zeros(grey().shape[:2], np.uint8), outline_of(FACE), (1.0,)) > 0
    assert opacity[within].mean() == pytest.approx(share, abs=0.02)
    assert (picture[opacity == 0] == grey()[opacity == 0]).all()
    assert np.abs(picture[opacity == 1].mean(axis=0) - 120).max() < 25  # the colour of the skin


def test_a_cover_comes_nearer_and_rests_at_each_share() -> None:
    plan = covers.schedule(75)
    assert [share for share, _ in plan] == sorted(share for share, _ in plan)
    assert {share for share, rests in plan if rests} == set(covers.SHARES)
    assert all(plan.count((share, True)) == 15 for share in covers.SHARES)


def test_of_covers_the_mean_and_the_worst_are_told() -> None:
    well, badly = (score_of("", "clip", [frame(rows(0, end), rows(0, 0.3))]) for end in (0.3, 1))
    found = [covers.Cover(share, score, 0.5) for score in (well, badly) for share in covers.SHARES]
    assert covers.means(found)["70%"] == {"on_face": 0.5, "worst": 0, "recall": 1, "on_thing": 0, "followed": 0.5}


@pytest.fixture(scope="module")
def still(store: ModelStore) -> tuple[FaceEngines, list[Bare]]:
    """The portrait of the demo for a while, and one who is worn before it."""
    equipment = Equipment(store)
    picture, engines = read_image(equipment.target), equipment.engines
    face = face_in(tracker_of(engines), picture, 0)
    assert face is not None
    worn = MeshSwapper().prepare(engines.examiner.examine(read_image(equipment.source), "source"))
    return engines, [Bare(picture, face, worn, looked(worn, picture, face)) for _ in range(9)]


def test_a_microphone_is_kept_and_the_face_is_not(still: tuple[FaceEngines, list[Bare]]) -> None:
    engines, frames = still
    score, shown = judged(engines, THINGS[0], "still", frames, 3)
    assert score.frames == len(frames)
    assert score.on_thing < 0.5 < score.on_face
    assert shown.any()


def test_a_cover_is_judged_at_each_share(still: tuple[FaceEngines, list[Bare]]) -> None:
    found, tiles = covers.judged(still[0], "still", still[1], "below")
    assert [cover.share for cover in found] == list(covers.SHARES)
    assert {tile.shape for tile in tiles} == {(2 * TILE_PX, TILE_PX, 3)}
    assert "covered 70%: " in covers.in_words(found)


def test_in_the_light_it_was_filmed_in_nothing_more_stays_in_front(still: tuple[FaceEngines, list[Bare]]) -> None:
    assert unpainted(still[1], (0.0, 0.1, (1.0, 1.0, 1.0))) == 0
    darker = in_light(grey(), FACE, *LIGHTS["left half"])
    assert (darker[:, 0] < darker[:, -1]).all()
