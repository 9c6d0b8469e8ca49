"""The screen as a source, on an X server of its own (Xvfb) where there is one."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from fractions import Fraction
from itertools import islice

import pytest

from realtime.errors import SourceError
from realtime.sources import SourceOptions, open_source
from realtime.sources.screen import find_area

BLUE_BGR = (200, 60, 20)
needs_x = pytest.mark.skipif(
    shutil.which("Xvfb") is None or shutil.which("xsetroot") is None,
    reason="needs Xvfb and xsetroot (apt-get install xvfb x11-xserver-utils)",
)


@pytest.fixture
def desktop(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A desktop of 640x480 that is all blue."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "640x480x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as told:
        monkeypatch.setenv("DISPLAY", f":{told.readline().strip()}")
    monkeypatch.delenv("XDG_SESSION_TYPE", raising=False)
    blue, green, red = BLUE_BGR
    subprocess.run(["xsetroot", "-solid", f"#{red:02x}{green:02x}{blue:02x}"], check=True)
    yield
    server.terminate()
    server.wait()


@needs_x
@pytest.mark.usefixtures("desktop")
@pytest.mark.parametrize(
    ("where", "size_wh"), [("screen", (640, 480)), ("screen:1", (640, 480)), ("screen:100,50,320x200", (320, 200))]
)
def test_screen_gives_what_is_on_it(where: str, size_wh: tuple[int, int]) -> None:
    source = open_source(where)
    frames = list(islice(source.frames(), 3))
    source.close()
    assert source.info.live
    assert source.info.size_wh == size_wh
    assert [frame.image.shape for frame in frames] == [(size_wh[1], size_wh[0], 3)] * 3
    assert all(tuple(frame.image[7, 9]) == BLUE_BGR for frame in frames)


@needs_x
@pytest.mark.usefixtures("desktop")
def test_screen_keeps_its_rate_and_fits_the_size_asked_for() -> None:
    source = open_source("screen", SourceOptions(size_wh=(320, 180), rate=Fraction(20)))
    began_s = time.monotonic()
    frames = list(islice(source.frames(), 11))
    assert time.monotonic() - began_s > 0.45
    assert frames[0].image.shape == (180, 320, 3)
    assert tuple(frames[0].image[0, 0]) == (0, 0, 0)  # the bars beside a 4:3 picture
    assert tuple(frames[0].image[90, 160]) == BLUE_BGR


@needs_x
@pytest.mark.usefixtures("desktop")
@pytest.mark.parametrize("where", ["screen:2", "screen:0", "screen:600,0,100x100", "screen:0,0,4x4", "screen:left"])
def test_what_is_not_on_the_desktop_is_refused(where: str) -> None:
    with pytest.raises(SourceError) as refused:
        open_source(where)
    assert refused.value.remedy


def test_wayland_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_SESSION_TYPE", "wayland")
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(SourceError, match="Wayland"):
        find_area("screen")


@pytest.mark.skipif(sys.platform != "linux", reason="X11 only")
def test_no_desktop_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("XDG_SESSION_TYPE", raising=False)
    with pytest.raises(SourceError, match="screen cannot be read"):
        find_area("screen")
