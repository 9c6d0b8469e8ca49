"""The iris in an open eye: given another colour; lashes, white and reflections stay."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engines.mesh.mesh_topology import eye_rims
from engines.swappers.mesh.eyes import EyeColour
from engines.swappers.mesh.iris import Iris, as_eyes_are, colour_of, darkest, iris_in, recoloured
from engines.swappers.mesh.swapper import MeshSwapper
from engines.types import FaceLandmarks, Image, Points, SourcePhoto
from tests.engines.made_faces import dome, mean_at

WIDTH, HEIGHT, RADIUS = 60, 28, 12
BLUE, WHITE, LID = (120, 95, 70), (200, 205, 210), (90, 110, 150)
RIM = np.array(
    [[30 + WIDTH / 2 * np.cos(a), 20 + HEIGHT / 2 * np.sin(a)] for a in np.linspace(0, 2 * np.pi, 16, endpoint=False)],
    np.float32,
) + np.float32(4)


def eye(iris_x: float = 34, lashes: bool = True) -> Image:
    """An open eye of WIDTH px: white, blue iris with a pupil and a reflection, dark lashes over it."""
    image = np.full((48, 68, 3), LID, np.uint8)
    cv2.fillPoly(image, [RIM.astype(np.int32)], WHITE)
    centre, radius = (round(iris_x), 24), RADIUS
    cv2.circle(image, centre, round(radius), BLUE, -1, cv2.LINE_AA)
    cv2.circle(image, centre, round(radius / 3), (15, 15, 15), -1, cv2.LINE_AA)
    cv2.circle(image, (centre[0] + 4, 20), 2, (255, 255, 255), -1)
    if lashes:
        cv2.ellipse(image, (34, 24), (30, 14), 0, 190, 350, (25, 25, 30), 3)
    return image


def iris_at(x: float, radius: float = RADIUS) -> Points:
    """Its middle, and four points of its edge."""
    return np.array([[x, 24], [x + radius, 24], [x, 24 - radius], [x - radius, 24], [x, 24 + radius]], np.float32)


def open_eye(x: float = 34) -> Iris:
    found = iris_in(eye(x), RIM, iris_at(x))
    assert found is not None
    return found


@pytest.mark.parametrize("x", [22, 34, 46])
def test_as_much_of_the_iris_is_seen_as_the_lids_leave(x: float) -> None:
    iris = open_eye(x)
    assert (iris.centre[0], iris.radius) == pytest.approx((x, RADIUS))
    shown = (iris.visible > 0.5) & (iris.distances < 1)
    assert 0.5 * np.pi * RADIUS**2 < shown.sum() <= 1.05 * np.pi * RADIUS**2


def test_in_a_closed_a_tiny_and_an_averted_eye_it_is_not() -> None:
    closed = RIM.copy()
    closed[:, 1] = 24 + (closed[:, 1] - 24) * 0.1
    assert iris_in(eye(), closed, iris_at(34)) is None
    assert iris_in(eye()[::8, ::8].copy(), RIM / np.float32(8), iris_at(34) / np.float32(8)) is None
    assert iris_in(eye(), RIM, iris_at(66)) is None


def test_a_lid_whose_opening_is_misjudged_is_not_painted() -> None:
    assert iris_in(np.full((48, 68, 3), LID, np.uint8), RIM, iris_at(34)) is None


def turned_to(picture: Image, iris: Iris, colour: NDArray[np.float32]) -> Image:
    own = colour_of(picture, iris)
    assert own is not None
    return recoloured(picture, iris, colour / own, darkest(picture, iris))


def test_it_takes_another_colour_and_nothing_else_changes() -> None:
    before = eye()
    found = open_eye()
    brown = np.array([0.15, 0.3, 0.45], np.float32)
    after = turned_to(before, found, brown)
    blue, green, red = after[24, 28].astype(int)  # between pupil and edge
    assert red > green > blue
    assert np.abs(after.astype(int) - before)[found.distances > 1.1].max() == 0
    assert (after[20, 38] > 245).all()
    assert after[24, 34].max() < 40
    again = colour_of(after, found)
    assert again is not None
    assert again / again.sum() == pytest.approx(brown / brown.sum(), abs=0.05)


def test_in_haze_no_iris_is_darker_than_the_pupil_was() -> None:
    """Behind a glass that shines an iris is paler than it is: made as much darker, it would be a black hole."""
    dark, (light, hazy) = np.array([0.05, 0.06, 0.08], np.float32), (eye(), (eye() * 0.4 + 50).astype(np.uint8))
    found = open_eye()
    ring = (found.distances > 0.5) & (found.distances < 0.75) & (found.visible > 0.9)
    for picture, least in ((light, 20), (hazy, 45)):
        after = turned_to(picture, found, dark)
        assert least < np.median(after[ring]) < np.median(picture[ring])
    assert darkest(light, found) < 0.3
    assert darkest(hazy, found) > 0.6


def test_the_same_iris_in_warm_light_has_the_same_colour() -> None:
    found = open_eye()
    warm = (eye() * np.array([0.6, 0.8, 1.0])).astype(np.uint8)
    plain, lit = colour_of(eye(), found), colour_of(warm, found)
    assert plain is not None
    assert lit == pytest.approx(plain, abs=0.06)


def with_eyes(colour: tuple[int, int, int]) -> tuple[Image, FaceLandmarks]:
    """A large face whose two eyes are open, with irises of this colour."""
    points = mean_at((300, 260), 260)
    picture, irises = np.full((520, 600, 3), LID, np.uint8), []
    for rim in eye_rims():
        opening = points[rim, :2]
        middle = (opening.min(axis=0) + opening.max(axis=0)) / 2
        centre, radius = middle.round().astype(int), round(float(np.ptp(opening[:, 1])) * 0.45)
        cv2.fillPoly(picture, [opening.round().astype(np.int32)], WHITE)
        cv2.circle(picture, (int(centre[0]), int(centre[1])), radius, colour, -1, cv2.LINE_AA)
        spokes = np.array([[0, 0], [1, 0], [0, -1], [-1, 0], [0, 1]]) * radius
        irises.append(np.column_stack([spokes + centre, np.zeros(5)]))
    return picture, FaceLandmarks(points, 1.0, np.concatenate(irises).astype(np.float32))


def eyes_of(photo: SourcePhoto) -> EyeColour:
    colour = EyeColour.of(photo)
    assert colour is not None
    return colour


@pytest.mark.parametrize("offset", [(0, 0), (-60, -40)])
def test_both_eyes_take_the_sources_colour_and_nothing_else_changes(offset: tuple[int, int]) -> None:
    brown, (picture, face) = (40, 75, 115), with_eyes(BLUE)
    colour = eyes_of(SourcePhoto("brown", *with_eyes(brown)))
    shift = np.array(offset, np.float32)
    part = picture[-offset[1] :, -offset[0] :].copy()
    after = colour.on(part, face, shift)
    assert face.irises is not None
    for x, y in face.irises[[1, 6], :2] * 0.4 + face.irises[[0, 5], :2] * 0.6 + shift:
        blue, green, red = after[round(float(y)), round(float(x))].astype(int)
        assert red > green > blue
    changed = np.argwhere((after != part).any(axis=2))[:, ::-1] - shift
    apart = np.min([np.linalg.norm(changed - iris, axis=1) for iris in face.irises[[0, 5], :2]], axis=0)
    assert apart.max() < 1.2 * np.linalg.norm(face.irises[1] - face.irises[0])


def test_one_eye_alone_is_not_recoloured() -> None:
    picture, face = with_eyes(BLUE)
    brown, here = eyes_of(SourcePhoto("brown", *with_eyes((40, 75, 115)))), np.zeros(2, np.float32)
    assert (brown.on(picture, face, here) != picture).any()
    winking = picture.copy()
    winking[:, :300] = LID
    assert (brown.on(winking, face, here) == winking).all()


def test_eyes_whose_irises_are_not_known_are_left_as_they_are() -> None:
    picture, face = with_eyes(BLUE)
    colour = eyes_of(SourcePhoto("brown", *with_eyes((40, 75, 115))))
    unknown = FaceLandmarks(face.points, 1.0)
    assert (colour.on(picture, unknown, np.zeros(2, np.float32)) == picture).all()


def test_a_photo_without_visible_eyes_leaves_them_as_they_are_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    points: Points = dome((100, 100), 160)
    photo = SourcePhoto("blind.jpg", np.full((200, 200, 3), 140, np.uint8), FaceLandmarks(points, 1.0))
    MeshSwapper(iris="wearer").prepare(photo)
    assert not caplog.records
    assert EyeColour.of(photo) is None
    MeshSwapper(iris="source").prepare(photo)
    assert "no iris can be made out in blind.jpg" in caplog.text


def test_a_purple_iris_is_the_light_and_a_brown_or_blue_one_is_as_it_is() -> None:
    purple, brown, blue = (
        np.array(bgr, np.float32) for bgr in ([0.4, 0.2, 0.35], [0.15, 0.3, 0.45], [0.57, 0.55, 0.4])
    )
    assert as_eyes_are(purple)[1] > 0.3
    assert as_eyes_are(brown) == pytest.approx(brown)
    assert as_eyes_are(blue) == pytest.approx(blue)


def test_the_colour_goes_with_the_eye_as_it_closes_and_does_not_jump() -> None:
    opened, brown = [], np.array([0.1, 0.2, 0.4], np.float32)
    for share in np.linspace(1, 0.2, 81):
        lids = RIM.copy()
        lids[:, 1] = 24 + (lids[:, 1] - 24) * np.float32(share)
        found = iris_in(eye(lashes=False), lids, iris_at(34))
        opened.append(0.0 if found is None else found.open)
    assert opened[0] == 1 > opened[-1] == 0
    assert np.diff(opened).max() <= 0
    assert any(0 < share < 1 for share in opened)
    half = replace(open_eye(), open=0.5)
    plain, some, most = (
        turned_to(eye(), iris, brown)[24, 28].astype(int) for iris in (replace(half, open=0.0), half, open_eye())
    )
    assert (plain == eye()[24, 28]).all()
    assert some == pytest.approx((plain + most) / 2, abs=2)
