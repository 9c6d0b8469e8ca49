"""A mask for neural swappers out of what the mesh swapper sees: free skin, and what is before it."""

import numpy as np
import pytest

from engines.geometry import moved
from engines.mesh_topology import mean_face, triangles
from engines.swappers import in_front as in_front_module
from engines.swappers.in_front import InFront
from engines.swappers.raster import vertex_facing
from engines.types import FaceLandmarks, Image
from engines.wearer import Wearer
from tests.engines import test_glasses
from tests.engines.test_mesh_swapper import dome

SKIN = np.array([110, 130, 170])


@pytest.fixture(scope="module")
def in_front() -> InFront:
    return InFront()


@pytest.fixture
def face() -> FaceLandmarks:
    return FaceLandmarks(dome((128, 128), 220), 1.0)


@pytest.fixture
def crop() -> Image:
    return np.tile(SKIN, (256, 256, 1)).astype(np.uint8)


def test_a_free_face_may_be_painted_everywhere(in_front: InFront, crop: Image, face: FaceLandmarks) -> None:
    assert (in_front.of(crop, face) == 1).all()


def test_a_cup_before_the_chin_stays_in_front(in_front: InFront, crop: Image, face: FaceLandmarks) -> None:
    crop[190:, 98:158] = (235, 235, 235)
    mask = in_front.of(crop, face)
    assert mask.shape == (256, 256)
    assert mask[196:225, 104:152].max() < 0.2
    assert mask[:180].min() > 0.95


@pytest.mark.parametrize("colour", [(36, 36, 38), (160, 60, 20), (200, 205, 208)], ids=["black", "blue", "white"])
def test_a_thing_over_lips_and_chin_is_neither_painted_nor_taken_for_the_skins_light(
    in_front: InFront, crop: Image, face: FaceLandmarks, colour: tuple[int, int, int]
) -> None:
    facing = vertex_facing(face.points, triangles())
    free = in_front.skin_of(crop, face, facing).light
    crop[165:, 106:150] = colour
    found = in_front.skin_of(crop, face, facing)
    assert found.hidden is not None
    covered = in_front.layout.at_landmarks(found.hidden)
    x, y = face.points[:, :2].T
    inside = (x > 112) & (x < 144) & (y > 172) & (y < 230)
    assert covered[inside].mean() > 0.8
    assert covered[(y < 155) | (x < 95) | (x > 160)].max() < 0.1
    assert np.abs(found.light - free).max() < 12


@pytest.mark.parametrize(
    "light", [(0.6, 0.5, 0.46), (0.45, 0.58, 0.65), (0.35, 0.35, 0.35)], ids=["cool", "warm", "dark"]
)
def test_one_side_in_another_light_is_skin(
    in_front: InFront, crop: Image, face: FaceLandmarks, light: tuple[float, float, float]
) -> None:
    dark = np.clip((140 - np.arange(256)) / 24, 0, 1)[np.newaxis, :, np.newaxis]
    assert (in_front.of((crop * (1 - dark * (1 - np.array(light)))).astype(np.uint8), face) == 1).all()


def test_folds_are_part_of_the_light(in_front: InFront, crop: Image, face: FaceLandmarks) -> None:
    folds = (np.arange(256) // 8 % 3 == 0)[:, np.newaxis, np.newaxis]
    wrinkled = np.where(folds, crop * [0.5, 0.6, 0.75], crop).astype(np.uint8)
    seen = in_front.skin_of(wrinkled, face, vertex_facing(face.points, triangles()))
    assert seen.light.mean(axis=0) == pytest.approx(wrinkled[40:216, 60:196].mean(axis=(0, 1)), rel=0.04)


def test_what_is_hidden_is_found_again_to_the_pixel_though_few_triangles_are_painted(
    in_front: InFront, crop: Image, face: FaceLandmarks, monkeypatch: pytest.MonkeyPatch
) -> None:
    crop[150:, 60:90] = (30, 30, 30)
    few = in_front.of(crop, face)
    monkeypatch.setattr(in_front_module, "TRIANGLES", 501)
    assert few.min() < 0.1
    assert (in_front.of(crop, face) == few).all()


def test_glasses_are_left_to_the_network(in_front: InFront) -> None:
    points = np.asarray(mean_face() * 110 + [200, 150, 0], np.float32)
    worn = test_glasses.with_rims(np.tile(SKIN.astype(np.uint8), (320, 400, 1)), points, (235, 235, 240))
    assert in_front.of(worn, FaceLandmarks(points, 1.0))[140:160, 160:240].min() > 0.95


def test_a_face_half_out_of_the_crop_is_no_mistake(in_front: InFront, crop: Image, face: FaceLandmarks) -> None:
    beside = moved(face, np.array([[1.0, 0, 130], [0, 1, 0]]))
    assert beside.points[:, 0].max() > 300
    mask = in_front.of(crop, beside)
    assert np.isfinite(mask).all()
    assert 0 <= mask.min() <= mask.max() <= 1


def test_noise_of_the_light_on_somebody_in_view_is_held_still_and_a_change_followed(
    in_front: InFront, crop: Image, face: FaceLandmarks
) -> None:
    noise, facing = np.random.default_rng(0), vertex_facing(face.points, triangles())

    def light_of(face: FaceLandmarks, level: float) -> float:
        return float(in_front.skin_of((crop * level).astype(np.uint8), face, facing).light.mean())

    followed = FaceLandmarks(face.points, 1.0, wearer=Wearer())
    levels = 0.8 + noise.normal(0, 0.005, 40)
    alone, steadied = ([light_of(who, level) for level in levels] for who in (face, followed))
    assert np.abs(np.diff(steadied)).mean() < 0.5 * np.abs(np.diff(alone)).mean()
    assert light_of(followed, 0.5) == pytest.approx(light_of(face, 0.5), abs=0.5)
