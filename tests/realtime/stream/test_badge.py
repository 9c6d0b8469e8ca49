"""The badge: readable on any ground, on the face it speaks of, and never over eyes and mouths."""

import logging

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engines.image.geometry import box_of, transform_points
from engines.mesh import mesh_topology
from engines.types import Image, Points
from realtime.disclosure import BadgeLanguage, Disclosure
from realtime.stream.badge import MIN_HEIGHT_PX, WORDS, Badge, words_in
from realtime.stream.badge_place import FaceInView
from realtime.stream.label import draw_label, undrawable, wrapped

SIZES = [(640, 360), (1280, 720), (1920, 1080), (360, 640)]
GREY = 128
FRAME_WH = (1280, 720)
RNG = np.random.default_rng(7)
GROUNDS = {
    "white": np.full((80, 700, 3), 255, np.uint8),
    "black": np.zeros((80, 700, 3), np.uint8),
    "noise": RNG.integers(0, 256, (80, 700, 3)).astype(np.uint8),
    "light skin": np.full((80, 700, 3), (180, 205, 240), np.uint8),
    "dark skin": np.full((80, 700, 3), (50, 70, 110), np.uint8),
    "stripes": np.tile(np.repeat(np.array([0, 255], np.uint8), 2), (3, 80, 175)).transpose(1, 2, 0).copy(),
}


def mesh(left: float, top: float, height: float, turned: float = 0.0, open_by: float = 0.0) -> Points:
    """The mean face, (468, 3) px, in a box at (left, top). turned: degrees. open_by: jaw and lower lip / height."""
    flat = mesh_topology.mean_face()[:, :2].astype(np.float64)
    low, high = flat.min(axis=0), flat.max(axis=0)
    points = (flat - low) / (high[1] - low[1])
    points[:, 1] += open_by * np.clip((points[:, 1] - 0.75) / 0.1, 0, 1)
    middle = np.asarray(cv2.getRotationMatrix2D((0.4, 0.5), turned, 1.0), np.float64)
    points = transform_points(points, middle) * height + (left, top)
    return np.column_stack([points, np.zeros(len(points))]).astype(np.float32)


def shown(*faces: Points, told: Disclosure = Disclosure(), badge: Badge | None = None) -> NDArray[np.bool_]:  # noqa: B008
    """Where a grey picture is drawn on."""
    canvas = np.full((*FRAME_WH[::-1], 3), GREY, np.uint8)
    badge = badge or Badge()
    badge.look_at([FaceInView.of(number, points) for number, points in enumerate(faces)], told)
    badge.stamp(canvas)
    return np.asarray((canvas != GREY).any(axis=2))


def box_drawn(drawn: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero(drawn)
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


def luminance(image: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Relative, of sRGB, as WCAG 2 has it."""
    share = image[..., ::-1] / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]))


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("words", [*dict.fromkeys(WORDS.values()), "Synthetic face, 人脸由人工智能合成"])
@pytest.mark.parametrize("height", [MIN_HEIGHT_PX, 22, 36])
def test_the_darkest_stroke_stands_out_from_the_lightest_plate_around_it(ground: str, words: str, height: int) -> None:
    label = draw_label(words, height)
    canvas: Image = GROUNDS[ground].copy()
    label.stamp(canvas, 4, 4)
    seen = luminance(canvas)[4 : 4 + height, 4 : 4 + label.size_wh[0]]
    inked = label.ink[..., 0] / (255 * 256)
    strokes, plate = inked > 0.8, inked == 0
    inner = np.zeros_like(plate)
    inner[2:-2, 4:-4] = True  # beside the round corners
    around = cv2.dilate(strokes.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert strokes.sum() > 0.05 * strokes.size
    assert (seen[strokes].min() + 0.05) / (seen[plate & inner & around].max() + 0.05) >= 4.5


@pytest.mark.parametrize("language", BadgeLanguage)
def test_this_opencv_has_the_letters(language: BadgeLanguage) -> None:
    assert words_in(language) == WORDS[language]
    assert draw_label(WORDS[language], 22).ink.any()


def test_letters_that_are_missing_are_named_and_the_badge_is_then_english_and_says_so(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert undrawable("Müller, Ψ, Ж, 漢字, ひらがな, 한글?") == []
    assert undrawable("a😀b\u202edअא\udc80") == ["😀", "\u202e", "अ", "א", "\udc80"]
    monkeypatch.setitem(WORDS, BadgeLanguage.DE, "😀")
    words_in.cache_clear()
    with caplog.at_level(logging.WARNING):
        assert words_in(BadgeLanguage.DE) == "AI"
    words_in.cache_clear()
    assert "in English" in caplog.text


@pytest.mark.parametrize("turned", [0, 30, -30, 90, -90, 180])
@pytest.mark.parametrize("height", [40, 90, 200, 500])
@pytest.mark.parametrize("words", ["en", "zh"])
def test_on_the_face_but_not_on_eyes_and_mouth(turned: float, height: float, words: str) -> None:
    points = mesh(500, 100, height, turned)
    drawn = shown(points, told=Disclosure(language=BadgeLanguage(words)))
    for part in (*mesh_topology.eye_rims(), mesh_topology.OUTER_LIPS):
        x1, y1, x2, y2 = np.rint(box_of(points[part])).astype(int)
        assert not drawn[y1:y2, x1:x2].any()
    x1, y1, x2, y2 = box_of(points)
    left, top, right, bottom = box_drawn(drawn)
    reach = MIN_HEIGHT_PX + 2 if height < 100 else 2  # a small face has no room in itself: directly at it
    assert y1 - reach <= top < bottom <= y2 + reach
    assert right - left <= 65 or (x1 - 2 <= left < right <= x2 + 2)


def test_a_crop_to_the_face_keeps_it_whole() -> None:
    points = mesh(500, 100, 200)
    x1, y1, x2, y2 = np.rint(box_of(points)).astype(int)
    drawn = shown(points)
    assert drawn[y1:y2, x1:x2].sum() == drawn.sum() > 400


def test_each_face_has_its_own_and_none_covers_another_one_or_its_features() -> None:
    faces = [mesh(200, 200, 150), mesh(330, 250, 150), mesh(800, 100, 260)]
    drawn = shown(*faces)
    count, _ = cv2.connectedComponents(drawn.astype(np.uint8))
    assert count == 1 + len(faces)
    for points in faces:
        for part in (*mesh_topology.eye_rims(), mesh_topology.OUTER_LIPS):
            x1, y1, x2, y2 = np.rint(box_of(points[part])).astype(int)
            assert not drawn[y1:y2, x1:x2].any()


def test_it_stays_while_the_face_talks_and_trembles_and_goes_along_when_it_moves() -> None:
    badge, rng, places = Badge(), np.random.default_rng(1), []
    for number in range(60):
        points = mesh(500, 100, 220, open_by=0.08 * (number % 6) / 5)
        points[:, :2] += rng.normal(0, 0.3, 2)
        places.append(box_drawn(shown(points, badge=badge)))
    still = np.array(places[30:])  # it takes a second to learn where the chin is on average
    assert np.ptp(still, axis=0).max() <= 3
    chins = [box_of(mesh(500, 100, 220, open_by=0.08 * each / 5))[3] for each in range(6)]
    assert np.ptp(chins) > 10, "the chin itself goes further"
    moved = [box_drawn(shown(mesh(500 + 10 * number, 100, 220), badge=badge)) for number in range(20)]
    assert 180 <= moved[-1][0] - still[-1][0] <= 195


def test_it_keeps_its_size_while_the_face_comes_a_little_nearer() -> None:
    badge = Badge()
    heights = [box_drawn(shown(mesh(500, 100, size), badge=badge)) for size in (220, 226, 232, 238, 232, 226)]
    assert len({bottom - top for _, top, _, bottom in heights}) == 1


def test_it_is_mirrored_with_the_picture_and_stays_on_the_face_at_half_the_size() -> None:
    points = mesh(100, 100, 220)
    mirrored = FaceInView.of(1, points, mirrored_in=FRAME_WH[0])
    assert mirrored.box[0] == pytest.approx(FRAME_WH[0] - 1 - box_of(points)[2])
    half = np.asarray((points + 0.5) / 2 - 0.5, np.float32)
    assert FaceInView.of(1, half, 2.0).box == pytest.approx(box_of(points), abs=1e-3)


@pytest.mark.parametrize("size_wh", SIZES)
def test_without_a_face_it_is_small_and_in_the_bottom_right_corner(size_wh: tuple[int, int]) -> None:
    width, height = size_wh
    canvas = np.full((height, width, 3), GREY, np.uint8)
    Badge().stamp(canvas)
    left, top, _, bottom = box_drawn((canvas != GREY).any(axis=2))
    assert top > 0.85 * height
    assert left > 0.85 * width
    assert 20 <= bottom - top <= 0.07 * max(height, 330)


def test_a_face_without_room_has_it_in_the_corner() -> None:
    huge = mesh(-3000, -4200, 9000)
    left, top, _, _ = box_drawn(shown(huge))
    assert left > 0.85 * FRAME_WH[0]
    assert top > 0.85 * FRAME_WH[1]


@pytest.mark.parametrize("size_wh", [(1, 1), (7, 5), (24, 24), (300, 4)])
def test_a_frame_smaller_than_the_tag_is_stamped_without_an_error(size_wh: tuple[int, int]) -> None:
    canvas = np.full((size_wh[1], size_wh[0], 3), GREY, np.uint8)
    badge = Badge()
    badge.look_at([FaceInView.of(1, mesh(0, 0, 20))], Disclosure(caption="A caption"))
    badge.stamp(canvas)
    assert (canvas != GREY).any() or size_wh == (1, 1), "corners of a plate are round"


def test_a_caption_is_below_or_above_where_it_would_hide_a_mouth_and_is_there_without_the_badge() -> None:
    told = Disclosure(caption="A film with another face", no_badge="it says so")
    _, top, _, bottom = box_drawn(shown(mesh(500, 100, 220), told=told))
    assert FRAME_WH[1] * 0.9 < top < bottom < FRAME_WH[1]
    near = mesh(300, -70, 1000)
    x1, y1, x2, y2 = np.rint(box_of(near[mesh_topology.OUTER_LIPS])).astype(int)
    assert y1 < FRAME_WH[1] - 20 < y2, "the mouth is where the caption would be"
    drawn = shown(near, told=told)
    assert not drawn[y1:y2, x1:x2].any()
    assert drawn[: FRAME_WH[1] // 10].any()


def test_a_long_caption_takes_several_lines_between_words() -> None:
    words = "All faces in this film were replaced with the consent of their owners"
    lines = wrapped(words, 20, 300)
    assert " ".join(lines) == words
    assert max(draw_label(line, 20).size_wh[0] for line in lines) <= 300
    assert (
        "".join(wrapped("本片中所有人脸均由人工智能合成并已取得本人同意", 20, 150))
        == "本片中所有人脸均由人工智能合成并已取得本人同意"
    )


def test_no_badge_leaves_the_picture_as_it_is() -> None:
    assert not shown(mesh(500, 100, 220), told=Disclosure(no_badge="a test")).any()
