import numpy as np
import pytest

from realtime.stream.badge import Badge

SIZES = [(640, 360), (1280, 720), (1920, 1080), (360, 640)]
GREYS = [0, 128, 255]


def stamped(size_wh: tuple[int, int], grey: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    canvas = np.full((size_wh[1], size_wh[0], 3), grey, np.uint8)
    Badge().stamp(canvas)
    return canvas


@pytest.mark.parametrize("size_wh", SIZES)
@pytest.mark.parametrize("grey", GREYS)
def test_the_letters_stand_out_on_any_ground(size_wh: tuple[int, int], grey: int) -> None:
    width, height = size_wh
    corner = stamped(size_wh, grey)[-height // 8 :, -width // 8 :]
    letters = corner == corner.max() if grey < 255 else corner > 200
    plate = np.median(corner[(corner != grey) & ~letters])
    assert corner.max() >= 240
    assert corner.max() - plate >= 100


@pytest.mark.parametrize("size_wh", SIZES)
def test_it_stays_small_and_in_the_bottom_right_corner(size_wh: tuple[int, int]) -> None:
    width, height = size_wh
    rows, columns = np.nonzero((stamped(size_wh, 128) != 128).any(axis=-1))
    assert rows.min() > 0.85 * height
    assert columns.min() > 0.85 * width
    assert 20 <= rows.max() - rows.min() + 1 <= 0.07 * max(height, 330)


@pytest.mark.parametrize("size_wh", [(1, 1), (7, 5), (24, 24), (300, 4)])
def test_a_frame_smaller_than_the_tag_is_stamped_without_an_error(size_wh: tuple[int, int]) -> None:
    assert stamped(size_wh, 128).shape == (size_wh[1], size_wh[0], 3)


def test_one_badge_serves_frames_of_changing_size() -> None:
    badge = Badge()
    for size_wh in [*SIZES, *SIZES]:
        canvas = np.full((size_wh[1], size_wh[0], 3), 90, np.uint8)
        badge.stamp(canvas)
        assert np.array_equal(canvas, stamped(size_wh, 90))
