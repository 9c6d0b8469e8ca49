"""Cameras, real and synthetic."""

import os
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from realtime.errors import SourceError
from realtime.media.timecode import read_timecode
from realtime.sources import SourceOptions, camera, open_source
from realtime.sources.camera import FAILED_GRABS, CameraSource, open_capture
from realtime.sources.camera_list import CameraListing, list_cameras, list_virtual_cameras
from realtime.sources.health import RateHealth
from realtime.sources.synthetic import SyntheticSource


class FakeCapture:
    """A camera that gives `works` pictures and then none. It has one size, whatever is asked."""

    def __init__(self, works: int = 10**9, *, opens: bool = True, hiccup_at: int | None = None) -> None:
        self.works, self.opens, self.hiccup_at = works, opens, hiccup_at
        self.asked: dict[int, float] = {}
        self.grabs = 0
        self.released = False

    def isOpened(self) -> bool:  # noqa: N802  OpenCV's name
        return self.opens

    def set(self, prop: int, value: float) -> bool:
        self.asked[prop] = value
        return False

    def get(self, prop: int) -> float:
        return {cv2.CAP_PROP_FRAME_WIDTH: 640, cv2.CAP_PROP_FRAME_HEIGHT: 480, cv2.CAP_PROP_FPS: 0}.get(prop, 0)

    def grab(self) -> bool:
        self.grabs += 1
        return self.grabs <= self.works and self.grabs != self.hiccup_at

    def retrieve(self) -> tuple[bool, Any]:
        return True, np.full((480, 640, 3), self.grabs % 256, np.uint8)

    def release(self) -> None:
        self.released = True


def opener_of(capture: FakeCapture) -> Callable[[str, int], FakeCapture]:
    return lambda _where, _backend: capture


def test_camera_is_asked_for_mjpg_size_and_rate_and_says_what_it_gives() -> None:
    capture = FakeCapture()
    source = CameraSource("0", size_wh=(1920, 1080), rate=Fraction(60), opener=opener_of(capture))
    assert capture.asked[cv2.CAP_PROP_FOURCC] == cv2.VideoWriter.fourcc(*"MJPG")
    assert (capture.asked[cv2.CAP_PROP_FRAME_WIDTH], capture.asked[cv2.CAP_PROP_FPS]) == (1920, 60)
    assert (source.info.size_wh, source.info.live) == ((640, 480), True)


def test_camera_that_gives_another_size_than_was_named_says_so(caplog: pytest.LogCaptureFixture) -> None:
    CameraSource("0", opener=opener_of(FakeCapture()))
    assert caplog.records == []  # nobody named a size
    CameraSource("0", size_wh=(1920, 1080), opener=opener_of(FakeCapture()))
    assert "asked for MJPG 1920x1080 at 30 a second, given ? 640x480" in caplog.text


def test_each_backend_is_tried_and_every_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera, "BACKENDS", {sys.platform: {"DSHOW": cv2.CAP_DSHOW, "MSMF": cv2.CAP_MSMF}})
    tried: list[int] = []

    def opener(_where: str, backend: int) -> FakeCapture:
        tried.append(backend)
        return FakeCapture(opens=backend == cv2.CAP_MSMF)

    CameraSource("0", opener=opener)
    assert tried == [cv2.CAP_DSHOW, cv2.CAP_MSMF]
    with pytest.raises(SourceError, match=r"DSHOW: .*; MSMF: "):
        CameraSource("0", opener=opener_of(FakeCapture(opens=False)))


@pytest.mark.parametrize(("period_ms", "said"), [(33, False), (66, True)])
def test_camera_that_is_slower_than_it_promised_is_noticed_once(
    period_ms: int, said: bool, caplog: pytest.LogCaptureFixture
) -> None:
    watch = RateHealth("camera 0", Fraction(30))
    for number in range(1000):
        watch.note(number * period_ms * 1_000_000)
    assert len(caplog.records) == said
    assert ("15.2 pictures a second, not 30" in caplog.text) == said


def test_camera_frames_are_numbered_and_stamped_when_grabbed() -> None:
    source = CameraSource("0", opener=opener_of(FakeCapture(hiccup_at=3)))
    before = time.monotonic_ns()
    frames = list(islice(source.frames(), 5))
    assert [frame.seq for frame in frames] == list(range(5))
    assert before <= frames[0].captured_ns <= frames[-1].captured_ns <= time.monotonic_ns()
    assert frames[2].image[0, 0, 0] == 4  # one grab failed in between: no frame was made up for it


def test_camera_that_stops_giving_pictures_is_lost_and_released() -> None:
    capture = FakeCapture(works=5)
    frames = CameraSource("0", opener=opener_of(capture)).frames()
    assert len(list(islice(frames, 5))) == 5
    with pytest.raises(SourceError, match="lost"):
        next(frames)
    assert capture.grabs == 5 + FAILED_GRABS
    assert capture.released


def test_closing_ends_the_frames() -> None:
    capture = FakeCapture()
    source = CameraSource("0", opener=opener_of(capture))
    frames = source.frames()
    next(frames)
    source.close()
    assert list(frames) == []
    assert capture.released


def test_pulled_cable_is_known_after_seconds_not_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenCV reads its limit from the environment, when the first V4L2 camera opens."""
    monkeypatch.delenv("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", raising=False)
    open_capture("97", cv2.CAP_V4L2).release()
    assert int(os.environ["OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT"]) * FAILED_GRABS <= 10


@pytest.mark.parametrize("where", ["97", "/dev/video97"])
def test_camera_that_is_not_there_is_an_error_that_says_what_is(where: str) -> None:
    with pytest.raises(SourceError, match="does not open") as raised:
        open_source(where)
    assert "No such file" in str(raised.value)
    assert raised.value.remedy


def test_cameras_are_listed_once_each_by_name(tmp_path: Path) -> None:
    for node, name, index in (("video0", "Webcam", 0), ("video1", "Webcam", 1), ("video10", "Second", 0)):
        (tmp_path / node).mkdir()
        (tmp_path / node / "name").write_text(f"{name}\n")
        (tmp_path / node / "index").write_text(f"{index}\n")
    listed = [(camera.where, camera.name) for camera in list_cameras(tmp_path)]
    assert listed == [("/dev/video0", "Webcam"), ("/dev/video10", "Second")]


@pytest.mark.parametrize(("parent", "ask"), [("usb", list_cameras), ("virtual", list_virtual_cameras)])
def test_device_that_goes_while_it_is_listed_is_left_out(
    tmp_path: Path, parent: str, ask: Callable[[Path], list[CameraListing]]
) -> None:
    """It ended a call that waits for its camera for ever: every try to open it lists the cameras for the hint."""
    for node, content in (("video0", None), ("video1", b"Caf\xe9\n"), ("video2", b"Webcam\n")):
        (tmp_path / parent / node).mkdir(parents=True)
        if content is not None:
            (tmp_path / parent / node / "name").write_bytes(content)
    assert [camera.name for camera in ask(tmp_path / parent)] == ["Caf\N{REPLACEMENT CHARACTER}", "Webcam"]


@pytest.fixture
def portrait() -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
    return np.random.default_rng(3).integers(0, 255, (100, 100, 3), np.uint8)


def test_synthetic_camera_shows_the_same_motion_each_time(portrait: Any) -> None:
    one, two = (SyntheticSource(portrait, size_wh=(320, 180)) for _ in range(2))
    assert (one.render(70) == two.render(70)).all()
    assert (one.render(70) != one.render(71)).any()
    assert one.render(0).shape == (180, 320, 3)


def test_synthetic_camera_keeps_its_rate_and_carries_the_time(portrait: Any) -> None:
    source = SyntheticSource(portrait, size_wh=(640, 360), rate=Fraction(50))
    began = time.monotonic()
    frames = list(islice(source.frames(), 25))
    elapsed = time.monotonic() - began
    assert frames[-1].seq / 50 == pytest.approx(elapsed, abs=0.2)
    for frame in frames:
        stamped = read_timecode(frame.image)
        assert stamped is not None
        assert 0 <= frame.captured_ns - stamped < 1_000_000


def test_synthetic_camera_that_is_late_skips_numbers_instead_of_bunching(portrait: Any) -> None:
    source = SyntheticSource(portrait, size_wh=(320, 180), rate=Fraction(100))
    frames = source.frames()
    first = next(frames).seq
    time.sleep(0.2)
    next(frames)  # was due long ago
    late = next(frames)
    assert late.seq - first >= 18
    source.close()
    assert list(frames) == []


def test_plain_synthetic_camera_shows_nothing_but_the_picture(portrait: Any) -> None:
    plain, timed = (
        open_source(where, SourceOptions(size_wh=(320, 180), test_picture=lambda: portrait))
        for where in ("test:plain", "test")
    )
    first, stamped = next(iter(plain.frames())), next(iter(timed.frames()))
    assert (first.image == SyntheticSource(portrait, size_wh=(320, 180)).render(first.seq)).all()
    assert (read_timecode(first.image), read_timecode(stamped.image) is None) == (None, False)


@pytest.mark.parametrize("size_wh", [(320, 180), (180, 320), (64, 48)])
@pytest.mark.parametrize("shape", [(100, 100, 3), (60, 200, 3), (200, 60, 3)])
def test_synthetic_camera_shows_no_edge_where_the_picture_ends(
    size_wh: tuple[int, int], shape: tuple[int, int, int]
) -> None:
    camera = SyntheticSource(np.full(shape, 90, np.uint8), size_wh=size_wh)
    assert all((camera.render(number) == 90).all() for number in range(0, 300, 7))


def test_synthetic_camera_without_its_picture_says_how_to_get_it() -> None:
    with pytest.raises(SourceError) as raised:
        open_source("test", SourceOptions())
    assert "liveswap models pull" in raised.value.remedy
