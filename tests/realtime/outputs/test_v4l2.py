"""Real V4L2 devices: a webcam that can be unplugged (vivid) and a v4l2loopback device, read back by another process.

They run wherever those drivers are; ../shared/tools/v4l2-vm/run boots a Linux that has them:

    ../shared/tools/v4l2-vm/run .venv/bin/pytest -m v4l2 tests/realtime/outputs/test_v4l2.py
"""

import os
import shutil
import subprocess
import sys
import threading
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from engines.types import Image
from realtime.outputs.virtual import VirtualCamera
from realtime.sources.camera import CameraSource
from realtime.sources.camera_list import list_cameras, list_virtual_cameras
from realtime.sources.recovery import RecoveringSource
from realtime.types import Frame, Outcome, ShownFrame, StreamInfo

VIVID = Path("/sys/bus/platform/drivers/vivid")
LOOPBACKS = list_virtual_cameras()
pytestmark = [
    pytest.mark.v4l2,
    pytest.mark.skipif(not (VIVID.is_dir() and LOOPBACKS), reason="no vivid webcam and v4l2loopback device here"),
]
SIZE_WH = (320, 240)
READER = """
import sys, cv2, numpy as np
capture = cv2.VideoCapture(sys.argv[1], cv2.CAP_V4L2)
pictures = []
for _ in range(int(sys.argv[2])):
    ok, image = capture.read()
    if ok:
        pictures.append(image)
np.save(sys.argv[3], np.stack(pictures))
"""


def read_back(device: str, count: int, path: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", READER, device, str(count), str(path)])


def bars() -> Image:
    """Red, green, blue and grey from left to right, the top half darker: mirrored, turned or swapped shows."""
    colours = np.array([[40, 40, 200], [40, 200, 40], [200, 40, 40], [128, 128, 128]], np.uint8)
    row = np.repeat(colours, SIZE_WH[0] // 4, axis=0)
    image = np.repeat(row[np.newaxis], SIZE_WH[1], axis=0)
    image[: SIZE_WH[1] // 2] //= 2
    return np.ascontiguousarray(image)


def shown(image: Image, seq: int) -> ShownFrame:
    return ShownFrame(image, seq, time.monotonic_ns(), seq, Outcome.SWAPPED)


def test_picture_that_was_sent_is_the_one_that_another_program_reads(tmp_path: Path) -> None:
    device = LOOPBACKS[0].where
    camera = VirtualCamera(f"virtual:{device}", StreamInfo("test", SIZE_WH, Fraction(10), live=True))
    stop = threading.Event()

    def keep_sending() -> None:
        for seq in range(10_000):
            if stop.wait(0.1):
                return
            camera.send(shown(bars(), seq))

    sender = threading.Thread(target=keep_sending)
    sender.start()
    try:
        assert read_back(device, 5, tmp_path / "read.npy").wait(timeout=200) == 0
    finally:
        stop.set()
        sender.join()
        camera.close()
    picture = np.load(tmp_path / "read.npy")[-1]
    assert picture.shape == bars().shape
    for x in (40, 120, 200, 280):
        for y in (60, 180):
            assert picture[y, x].astype(int) == pytest.approx(bars()[y, x], abs=4)


def test_reader_that_is_killed_costs_the_device_nothing(tmp_path: Path) -> None:
    device = LOOPBACKS[0].where
    camera = VirtualCamera(f"virtual:{device}", StreamInfo("test", SIZE_WH, Fraction(10), live=True))
    reader = read_back(device, 10_000, tmp_path / "never.npy")
    for seq in range(30):
        camera.send(shown(bars(), seq))
        time.sleep(0.05)
        if seq == 15:
            reader.kill()
            reader.wait()
    assert camera.reopened == 0
    camera.close()


@pytest.mark.skipif(shutil.which("rmmod") is None or os.getuid() != 0, reason="needs rmmod and root")
def test_device_cannot_be_removed_while_it_is_in_use() -> None:
    camera = VirtualCamera(f"virtual:{LOOPBACKS[0].where}", StreamInfo("test", SIZE_WH, Fraction(10), live=True))
    try:
        refused = subprocess.run(["rmmod", "v4l2loopback"], capture_output=True, text=True, check=False)
        assert refused.returncode != 0
        assert "in use" in refused.stderr
        camera.send(shown(bars(), 0))
        assert camera.reopened == 0
    finally:
        camera.close()


def test_own_output_is_never_offered_as_a_camera() -> None:
    outputs = {camera.where for camera in LOOPBACKS}
    inputs = {camera.where for camera in list_cameras()}
    assert inputs
    assert not inputs & outputs
    assert all(camera.formats for camera in list_cameras())


def test_webcam_that_is_unplugged_while_it_streams_is_in_use_again_within_two_seconds() -> None:
    where = list_cameras()[0].where
    source = RecoveringSource(lambda: CameraSource(where, size_wh=SIZE_WH), give_up_s=None)
    frames: list[Frame] = []
    reader = threading.Thread(target=lambda: frames.extend(source.frames()))
    reader.start()

    def wait_for(count: int, limit_s: float) -> float:
        began = time.monotonic()
        while len(frames) < count and time.monotonic() - began < limit_s:
            time.sleep(0.02)
        return time.monotonic() - began

    wait_for(5, 60)
    (VIVID / "unbind").write_text("vivid.0")
    time.sleep(3)
    lost = len(frames)
    (VIVID / "bind").write_text("vivid.0")
    recovered_s = wait_for(lost + 1, 30)
    source.close()
    reader.join(timeout=10)
    assert lost >= 5
    assert recovered_s < 2, f"{recovered_s:.2f} s"
    assert [frame.seq for frame in frames] == list(range(len(frames)))
