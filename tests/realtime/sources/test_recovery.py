"""Cameras that go and come back, and what is said of bad pictures."""

import threading
import time
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pytest

from realtime.errors import SourceError
from realtime.sources.camera_list import CameraListing, camera_called
from realtime.sources.health import PATIENCE_NS, PictureHealth
from realtime.sources.recovery import RecoveringSource, State
from realtime.types import Frame, StreamInfo


class FakeCamera:
    """Gives some pictures, then is lost; or waits until it is closed."""

    def __init__(self, pictures: int, size_wh: tuple[int, int] = (64, 48), *, ends: bool = False) -> None:
        self.info = StreamInfo("fake", size_wh, Fraction(30), live=True)
        self._pictures, self._ends = pictures, ends
        self.closed = threading.Event()

    def frames(self) -> Iterator[Frame]:
        width, height = self.info.size_wh
        for number in range(self._pictures):
            yield Frame(np.full((height, width, 3), number, np.uint8), number, time.monotonic_ns(), number)
        if not self._ends:
            raise SourceError("camera fake was lost", remedy="plug it in")

    def close(self) -> None:
        self.closed.set()


class Port:
    """Where cameras are plugged in; None: nothing is there at that try."""

    def __init__(self, *cameras: FakeCamera | None) -> None:
        self._cameras = list(cameras)
        self.tries = 0

    def open(self) -> FakeCamera:
        self.tries += 1
        camera = self._cameras.pop(0) if self._cameras else None
        if camera is None:
            raise SourceError("camera fake does not open", remedy="plug it in")
        return camera


def test_stream_goes_on_where_it_stopped_when_the_camera_is_back() -> None:
    port = Port(FakeCamera(3), None, FakeCamera(2), FakeCamera(1, ends=True))
    source = RecoveringSource(port.open)
    frames = list(source.frames())
    assert [frame.seq for frame in frames] == list(range(6))
    assert [frame.pts for frame in frames] == sorted(frame.pts for frame in frames)
    assert port.tries == 4


def test_camera_that_comes_back_with_another_size_is_fitted_into_the_first_ones() -> None:
    source = RecoveringSource(Port(FakeCamera(1), FakeCamera(1, (320, 480), ends=True)).open)
    assert {frame.image.shape for frame in source.frames()} == {(48, 64, 3)}


def test_loss_is_given_up_after_the_time_that_was_set_with_its_own_error() -> None:
    source = RecoveringSource(Port(FakeCamera(2)).open, give_up_s=0.5)
    began = time.monotonic()
    with pytest.raises(SourceError, match="camera fake was lost"):
        list(source.frames())
    assert 0.5 <= time.monotonic() - began < 2
    assert source.state is State.LOST


def test_closing_ends_the_wait_for_a_lost_camera_at_once() -> None:
    source = RecoveringSource(Port(FakeCamera(1)).open, give_up_s=None)
    threading.Timer(0.4, source.close).start()
    began = time.monotonic()
    assert len(list(source.frames())) == 1
    assert time.monotonic() - began < 1


def test_recovery_is_quicker_than_two_seconds_however_long_it_was_away() -> None:
    port = Port(FakeCamera(1), *[None] * 6, FakeCamera(1, ends=True))
    came = [(frame.seq, time.monotonic()) for frame in RecoveringSource(port.open).frames()]
    # six tries found nothing: 0.2 + 0.4 + 0.5 * 5 s, and the next one is at most half a second away
    assert came[1][1] - came[0][1] < 4
    assert port.tries == 8


def test_first_opening_fails_with_its_own_error() -> None:
    with pytest.raises(SourceError, match="does not open"):
        RecoveringSource(Port().open)


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("HD Webcam", "/dev/video2"),
        ("hd webcam", "/dev/video2"),
        ("logi", "/dev/video4"),
        ("cam", None),
        ("none", None),
    ],
)
def test_camera_is_found_by_its_name_or_an_unmistakable_part_of_it(name: str, where: str | None) -> None:
    cameras = [
        CameraListing("/dev/video0", "HD Webcam 2"),
        CameraListing("/dev/video2", "HD Webcam"),
        CameraListing("/dev/video4", "Logitech Cam"),
    ]
    found = camera_called(name, cameras)
    assert (found.where if found else None) == where


@pytest.mark.parametrize(("kind", "words"), [("black", "cover closed"), ("frozen", "again and again")])
def test_bad_picture_is_said_once_and_its_end_too(kind: str, words: str, caplog: pytest.LogCaptureFixture) -> None:
    watch, rng = PictureHealth("camera 0"), np.random.default_rng(0)
    still = rng.integers(0, 255, (480, 640, 3)).astype(np.uint8)
    for step in range(80):
        dark = rng.integers(0, 4, (480, 640, 3)).astype(np.uint8)
        watch.look(dark if kind == "black" else still, step * PATIENCE_NS // 30)
    assert len(caplog.records) == 1
    assert words in caplog.text
    watch.look(rng.integers(0, 255, (480, 640, 3)).astype(np.uint8), 10 * PATIENCE_NS)
    assert f"is no longer {kind}" in caplog.text


def test_noisy_picture_of_a_still_scene_is_not_called_frozen(caplog: pytest.LogCaptureFixture) -> None:
    watch, rng = PictureHealth("camera 0"), np.random.default_rng(0)
    scene = rng.integers(20, 200, (480, 640, 3))
    for step in range(90):
        noisy = scene + rng.integers(-1, 2, scene.shape)
        watch.look(noisy.astype(np.uint8), step * PATIENCE_NS // 30)
    assert caplog.text == ""
