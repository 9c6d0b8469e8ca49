from pathlib import Path

import cv2
import numpy as np
import pytest

from engines.types import Image
from realtime.choices import Strangers, WhenLost
from realtime.fakes import raw_picture, shows_secret
from realtime.stream.badge import Badge
from realtime.stream.live_settings import LiveSettings
from realtime.stream.privacy import BLUR_CELLS, HOLD_NS, FrameStatus, PrivacyGate, PrivacyPolicy, blur, draw_placeholder
from realtime.types import Frame, Outcome, ShownFrame

MEDIA = Path(__file__).parents[4] / "shared" / "media"
SIZES = [(1, 1), (2, 40), (64, 48), (641, 359), (1280, 720), (720, 1280)]
MS = 1_000_000


class Viewer:
    """Shows frames through a gate and keeps the time."""

    def __init__(self, asked: WhenLost | None, *, live: bool = True) -> None:
        self._gate = PrivacyGate(PrivacyPolicy.choose(asked, live=live))
        self._seq = 0

    def sees(self, status: FrameStatus, at_ms: int, size_wh: tuple[int, int] = (64, 48)) -> ShownFrame:
        image = raw_picture(self._seq, size_wh)
        if status is FrameStatus.SWAPPED:
            image[8:40, 16:48] = (10, 200, 10)
        frame = Frame(image, self._seq, captured_ns=at_ms * MS, pts=self._seq)
        self._seq += 1
        return self._gate.show(frame, status, at_ns=at_ms * MS)


@pytest.mark.parametrize(
    ("asked", "live", "no_face", "failed"),
    [
        (None, True, WhenLost.HOLD, WhenLost.HOLD),
        (None, False, WhenLost.PASS, WhenLost.HOLD),
        *((wish, live, wish, wish) for wish in WhenLost for live in (True, False)),
    ],
)
def test_the_policy_is_the_row_of_the_table(
    asked: WhenLost | None, live: bool, no_face: WhenLost, failed: WhenLost
) -> None:
    assert PrivacyPolicy.choose(asked, live=live) == PrivacyPolicy(no_face, failed)


@pytest.mark.parametrize(
    ("asked", "live", "mapped", "becomes"),
    [
        (None, True, False, Strangers.BLUR),
        (None, False, False, Strangers.LEAVE),
        (None, True, True, Strangers.BLUR),
        (None, False, True, Strangers.BLUR),
        *((wish, live, mapped, wish) for wish in Strangers for live in (True, False) for mapped in (True, False)),
    ],
)
def test_what_becomes_of_strangers_is_the_row_of_the_table(
    asked: Strangers | None, live: bool, mapped: bool, becomes: Strangers
) -> None:
    assert Strangers.choose(asked, live=live, mapped=mapped) is becomes


@pytest.mark.smoke
@pytest.mark.parametrize("asked", [None, WhenLost.HOLD, WhenLost.BLUR, WhenLost.SLATE])
@pytest.mark.parametrize("status", [FrameStatus.NO_FACE, FrameStatus.DOUBTFUL, FrameStatus.FAILED])
@pytest.mark.parametrize("swapped_before", [True, False])
def test_live_no_accident_shows_the_target(asked: WhenLost | None, status: FrameStatus, swapped_before: bool) -> None:
    viewer = Viewer(asked)
    if swapped_before:
        viewer.sees(FrameStatus.SWAPPED, 0)
    for at_ms in range(0, 2_000, 33):
        assert not shows_secret(viewer.sees(status, at_ms).image)


@pytest.mark.parametrize("live", [True, False])
@pytest.mark.parametrize(
    ("status", "outcome"), [(FrameStatus.NO_FACE, Outcome.NO_FACE), (FrameStatus.FAILED, Outcome.FAILED)]
)
def test_the_target_is_shown_when_a_person_asked_for_it(live: bool, status: FrameStatus, outcome: Outcome) -> None:
    shown = Viewer(WhenLost.PASS, live=live).sees(status, 0)
    assert shows_secret(shown.image)
    assert shown.outcome is outcome


def test_in_a_file_a_scene_passes_but_a_failure_is_withheld() -> None:
    viewer = Viewer(None, live=False)
    scene, failure = viewer.sees(FrameStatus.NO_FACE, 0), viewer.sees(FrameStatus.FAILED, 33)
    assert (scene.outcome, shows_secret(scene.image)) == (Outcome.NO_FACE, True)
    assert (failure.outcome, shows_secret(failure.image)) == (Outcome.FAILED, False)


def test_a_lost_face_holds_the_last_swapped_picture_for_half_a_second_and_is_then_blurred() -> None:
    viewer = Viewer(None)
    swapped = viewer.sees(FrameStatus.SWAPPED, 1_000)
    held = viewer.sees(FrameStatus.NO_FACE, 1_000 + HOLD_NS // MS)
    after = viewer.sees(FrameStatus.NO_FACE, 1_001 + HOLD_NS // MS)
    assert held.image is swapped.image, "held pictures are shared, not copied"
    assert np.array_equal(after.image, blur(raw_picture(2)))
    assert [held.outcome, after.outcome] == [Outcome.WITHHELD, Outcome.WITHHELD]


def test_time_goes_on_while_a_picture_is_held() -> None:
    viewer = Viewer(None)
    viewer.sees(FrameStatus.SWAPPED, 1_000)
    held = viewer.sees(FrameStatus.NO_FACE, 1_100)
    assert (held.seq, held.pts, held.captured_ns) == (1, 1, 1_100 * MS)


@pytest.mark.parametrize(
    ("at_ms", "size_wh"), [(1_100, (80, 60)), (900, (64, 48))], ids=["the size changed", "time ran backwards"]
)
def test_a_picture_that_does_not_fit_is_not_held(at_ms: int, size_wh: tuple[int, int]) -> None:
    viewer = Viewer(WhenLost.HOLD)
    swapped = viewer.sees(FrameStatus.SWAPPED, 1_000)
    shown = viewer.sees(FrameStatus.NO_FACE, at_ms, size_wh)
    assert shown.image is not swapped.image
    assert shown.image.shape == (size_wh[1], size_wh[0], 3)
    assert not shows_secret(shown.image)


@pytest.mark.parametrize("asked", list(WhenLost))
@pytest.mark.parametrize("status", list(FrameStatus))
def test_every_picture_that_leaves_is_read_only(asked: WhenLost, status: FrameStatus) -> None:
    assert not Viewer(asked).sees(status, 0).image.flags.writeable


def test_only_pictures_with_a_swapped_face_carry_the_mark() -> None:
    gate = PrivacyGate(PrivacyPolicy.choose(WhenLost.HOLD, live=True), mark=Badge().stamp)

    def show(status: FrameStatus, at_ms: int) -> ShownFrame:
        return gate.show(Frame(np.full((360, 640, 3), 90, np.uint8), 0, at_ms * MS, 0), status, at_ms * MS)

    pictures = [
        show(FrameStatus.NO_FACE, 0),
        show(FrameStatus.SWAPPED, 1),
        show(FrameStatus.FAILED, 2),
        show(FrameStatus.FAILED, 900),
    ]
    assert [bool((shown.image > 200).any()) for shown in pictures] == [False, True, True, False]


@pytest.mark.parametrize("size_wh", SIZES)
def test_blur_and_slate_work_at_any_size(size_wh: tuple[int, int]) -> None:
    picture = np.full((size_wh[1], size_wh[0], 3), 77, np.uint8)
    for shown in (blur(picture), draw_placeholder(size_wh)):
        assert shown.shape == picture.shape
        assert shown.dtype == np.uint8


@pytest.mark.parametrize("size_wh", [(320, 200), (1280, 720)])
def test_the_words_of_the_slate_can_be_seen_and_fit(size_wh: tuple[int, int]) -> None:
    slate = draw_placeholder(size_wh)
    rows, columns = np.nonzero(slate.max(axis=-1) > 150)
    assert np.ptp(columns) > 0.4 * size_wh[0]
    assert min(rows.min(), columns.min()) > 0
    assert rows.max() < size_wh[1] - 1
    assert columns.max() < size_wh[0] - 1


def test_only_the_mean_of_each_cell_survives_the_blur() -> None:
    """Whatever is moved about inside the cells leaves no trace, so no sharpening can bring it back."""
    rng = np.random.default_rng(5)
    cell = 80
    picture = rng.integers(0, 256, (4 * cell, BLUR_CELLS * cell, 3), np.uint8)
    shuffled = picture.copy()
    for top in range(0, picture.shape[0], cell):
        for left in range(0, picture.shape[1], cell):
            pixels = shuffled[top : top + cell, left : left + cell].reshape(-1, 3)
            shuffled[top : top + cell, left : left + cell] = rng.permutation(pixels).reshape(cell, cell, 3)
    assert not np.array_equal(picture, shuffled)
    assert np.array_equal(blur(picture), blur(shuffled))


@pytest.mark.media
@pytest.mark.parametrize("photo", sorted(MEDIA.glob("**/*.jpg"))[:4] or [None], ids=lambda path: path and path.stem)
def test_nothing_finer_than_the_cells_is_left_of_a_real_face(photo: Path | None) -> None:
    if photo is None:
        pytest.skip(f"no photos in {MEDIA}")
    picture = np.asarray(cv2.imread(str(photo)), np.uint8)
    assert share_of_detail(picture) > 1e-3, "there was nothing to lose"
    assert share_of_detail(blur(picture)) < 1e-3


def share_of_detail(picture: Image) -> float:
    """Share of the contrast that is finer than two cells of a blur; a window hides the edges of the picture."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float64)
    rows, columns = grey.shape
    power = np.abs(np.fft.fft2((grey - grey.mean()) * np.outer(np.hanning(rows), np.hanning(columns)))) ** 2
    cycles = np.hypot(np.fft.fftfreq(rows, 1 / rows)[:, None], np.fft.fftfreq(columns, 1 / columns))
    return float(power[cycles > 2 * BLUR_CELLS].sum() / power.sum())


@pytest.mark.parametrize("live", [True, False])
@pytest.mark.parametrize("started", [None, *WhenLost])
@pytest.mark.parametrize("typed", [None, *WhenLost])
def test_a_doubt_is_the_row_of_the_table(live: bool, started: WhenLost | None, typed: WhenLost | None) -> None:
    """started: `--when-lost` of the command; typed: of `ctl`, which counts for more."""
    asked = typed or started or (WhenLost.HOLD if live else WhenLost.PASS)
    gate = PrivacyGate(PrivacyPolicy.choose(started, live=live))
    doubtful = raw_picture(0)
    frame = Frame(doubtful.copy(), 0, 0, 0)
    shown = gate.show(frame, FrameStatus.DOUBTFUL, 0, LiveSettings(when_lost=typed))
    expected = {WhenLost.PASS: doubtful, WhenLost.SLATE: draw_placeholder((64, 48))}.get(asked, blur(doubtful))
    assert np.array_equal(shown.image, expected)
    assert shown.outcome is (Outcome.SWAPPED if asked is WhenLost.PASS else Outcome.WITHHELD)


def test_a_doubtful_picture_that_passes_is_marked_but_is_never_held_for_another_one_s_sake() -> None:
    """Held would be: somebody bare in it, long after a person took "pass" back."""
    marked: list[Image] = []
    gate = PrivacyGate(PrivacyPolicy.choose(None, live=True), mark=marked.append)

    def show(status: FrameStatus, typed: WhenLost, at_ms: int) -> ShownFrame:
        frame = Frame(raw_picture(0), 0, at_ms * MS, 0)
        return gate.show(frame, status, at_ms * MS, LiveSettings(when_lost=typed))

    doubtful = show(FrameStatus.DOUBTFUL, WhenLost.PASS, 0)
    assert [image is doubtful.image for image in marked] == [True]
    assert not shows_secret(show(FrameStatus.NO_FACE, WhenLost.HOLD, 10).image)
