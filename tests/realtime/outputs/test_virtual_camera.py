"""A video call never loses its camera: what the device gets, and when."""

import platform
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from engines.image.geometry import fit_into
from engines.types import Image
from realtime.errors import SinkError
from realtime.outputs import OutputOptions, open_sink, virtual
from realtime.outputs.virtual import VirtualCamera
from realtime.pictures.original import Original
from realtime.stream.privacy import draw_placeholder
from realtime.types import Outcome, ShownFrame, StreamInfo

INFO = StreamInfo("test", (64, 48), Fraction(100), live=True)
NO_DEVICE = RuntimeError("'v4l2loopback' backend: no device")


class FakeDevice:
    """Keeps what it is sent; fails when it is told to."""

    device = "fake0"

    def __init__(self) -> None:
        self.pictures: list[Image] = []
        self.gone = self.closed = self.stuck = False

    def send(self, frame: Image) -> None:
        if self.gone:
            raise RuntimeError("no such device")
        self.pictures.append(frame)

    def close(self) -> None:
        self.closed = True
        if self.stuck:
            raise OSError("no such device")


class Bench:
    """Devices as they are opened. broken: what opening fails with. door: opening waits until it is open."""

    def __init__(self) -> None:
        self.devices: list[FakeDevice] = []
        self.asked: list[tuple[str | None, tuple[int, int], float]] = []
        self.broken: Exception | None = None
        self.failed = 0
        self.door, self.at_the_door = threading.Event(), threading.Event()
        self.door.set()

    def open(self, where: str | None, size_wh: tuple[int, int], rate: float) -> FakeDevice:
        if self.broken is not None:
            self.failed += 1
            raise self.broken
        self.at_the_door.set()
        assert self.door.wait(10)
        self.asked.append((where, size_wh, rate))
        self.devices.append(FakeDevice())
        return self.devices[-1]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def shown(value: int, size_wh: tuple[int, int] = (64, 48)) -> ShownFrame:
    image = np.full((size_wh[1], size_wh[0], 3), value, np.uint8)
    return ShownFrame(image, value, time.monotonic_ns(), 0, Outcome.SWAPPED)


def until(true: Callable[[], bool], within_s: float = 3) -> None:
    deadline = time.monotonic() + within_s
    while not true() and time.monotonic() < deadline:
        time.sleep(0.005)
    assert true()


@pytest.mark.parametrize(
    ("where", "size_wh", "asked"),
    [
        ("virtual", None, (None, (64, 48), 60.0)),
        ("virtual:/dev/video10", (33, 21), ("/dev/video10", (32, 20), 60.0)),
        ("virtual:OBS Virtual Camera", None, ("OBS Virtual Camera", (64, 48), 60.0)),
    ],
)
def test_device_is_opened_once_with_an_even_size_and_a_rate(
    bench: Bench, where: str, size_wh: tuple[int, int] | None, asked: object
) -> None:
    VirtualCamera(where, INFO, size_wh=size_wh, opener=bench.open).close()
    assert bench.asked == [asked]


def test_words_come_first_then_every_picture_at_once_in_order(bench: Bench) -> None:
    camera = VirtualCamera("virtual", INFO, opener=bench.open)
    for value in (10, 20, 30):
        camera.send(shown(value))
    camera.close()
    values = [int(picture[0, 0, 0]) for picture in bench.devices[0].pictures]
    assert values[0] == draw_placeholder((64, 48), virtual.STARTING)[0, 0, 0]
    assert [value for value in values if value in {10, 20, 30}][:1] == [10]
    assert values == sorted(values[:1]) + sorted(values[1:])
    assert bench.devices[0].closed


def test_last_picture_is_sent_again_while_no_newer_one_comes_and_words_after_long(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(virtual, "STALE_S", 0.3)
    camera = VirtualCamera("virtual", INFO, opener=bench.open)
    repeats: list[int] = []
    camera.on_repeat = lambda: repeats.append(1)
    camera.send(shown(99))
    device = bench.devices[0]
    until(lambda: sum((picture == 99).all() for picture in device.pictures) >= 5)
    until(lambda: bool((device.pictures[-1] == draw_placeholder((64, 48), virtual.LOST)).all()))
    camera.send(shown(50))
    assert (device.pictures[-1] == 50).all()
    camera.close()
    assert len(repeats) >= 5


@pytest.mark.parametrize("error", [NO_DEVICE, FileNotFoundError("/sys/class/video4linux/video10/name")], ids=repr)
def test_device_that_goes_away_is_opened_again_and_shows_the_newest_picture(
    bench: Bench, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(virtual, "REOPEN_S", 0.01)
    camera = VirtualCamera("virtual", INFO, opener=bench.open)
    bench.broken = error
    bench.devices[0].gone = True
    camera.send(shown(10))
    assert bench.devices[0].closed
    camera.send(shown(20))  # nobody sees it, and nothing is raised
    until(lambda: bench.failed > 0)
    bench.broken = None
    until(lambda: len(bench.devices) == 2)
    until(lambda: bool((bench.devices[1].pictures[0] == 20).all()))
    assert camera.reopened == 1
    camera.close()


def test_device_that_is_being_opened_at_the_end_is_let_go(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virtual, "REOPEN_S", 0.01)
    monkeypatch.setattr(virtual, "LEAVE_S", 0.01)
    camera = VirtualCamera("virtual", INFO, opener=bench.open)
    bench.at_the_door.clear()
    bench.door.clear()
    bench.devices[0].gone = True
    camera.send(shown(10))
    assert bench.at_the_door.wait(10)
    camera.close()
    bench.door.set()
    until(lambda: len(bench.devices) == 2 and bench.devices[1].closed)
    assert bench.devices[1].pictures == []
    assert camera.reopened == 0


def test_device_that_does_not_even_close_is_opened_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virtual, "REOPEN_S", 0.01)
    camera = VirtualCamera("virtual", INFO, opener=bench.open)
    bench.devices[0].gone = bench.devices[0].stuck = True
    camera.send(shown(10))
    until(lambda: len(bench.devices) == 2)
    camera.close()


def test_without_a_device_there_is_an_error_with_the_command_for_this_system(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.broken = NO_DEVICE
    for system, words in (("Linux", "modprobe v4l2loopback"), ("Darwin", "OBS"), ("Windows", "UnityCapture")):
        monkeypatch.setattr(platform, "system", lambda system=system: system)
        with pytest.raises(SinkError, match="v4l2loopback' backend: no device") as caught:
            VirtualCamera("virtual", INFO, opener=bench.open)
        assert words in caught.value.remedy


def test_picture_is_letterboxed_and_never_stretched() -> None:
    image = np.full((100, 100, 3), 200, np.uint8)
    frame = fit_into(image, (160, 80))
    assert frame.shape == (80, 160, 3)
    assert (frame[:, :40] == 0).all()
    assert (frame[:, 40:120] == 200).all()
    assert fit_into(frame, (160, 80)) is frame


def test_pyvirtualcams_own_class_takes_our_pictures() -> None:
    """Stands for OBS on Windows and macOS: the real pyvirtualcam with a backend that writes nothing."""
    pyvirtualcam = pytest.importorskip("pyvirtualcam", reason="pyvirtualcam is not installed")
    sent: list[int] = []

    class Backend:
        def __init__(self, **asked: object) -> None:
            self.asked = asked

        def send(self, frame: Image) -> None:
            sent.append(int(frame[0]))

        def close(self) -> None: ...
        def device(self) -> str:
            return "LiveSwap test"

        def native_fourcc(self) -> None: ...

    before = dict(pyvirtualcam.camera.BACKENDS)
    pyvirtualcam.camera.BACKENDS.clear()
    pyvirtualcam.register_backend("test", Backend)
    try:
        camera = open_sink("virtual", INFO, OutputOptions())
        camera.send(shown(77))
        camera.close()
    finally:
        pyvirtualcam.camera.BACKENDS.clear()
        pyvirtualcam.camera.BACKENDS.update(before)
    assert camera.name == "virtual camera LiveSwap test"
    assert 77 in sent


def test_camera_that_shows_what_is_transparent_says_so_once(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    camera = VirtualCamera("virtual", INFO, opener=bench.open)
    frame = shown(90)
    seen = np.zeros((48, 64), np.uint8)
    for _ in range(3):
        camera.send(replace(frame, original=Original(frame.image, frame.image, None, seen)))
    camera.close()
    said = [record.getMessage() for record in caplog.records if "transparent" in record.getMessage()]
    assert len(said) == 1
    assert "what is transparent is white; files in .webm, .mov and .mkv keep it transparent" in said[0]
