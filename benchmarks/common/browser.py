"""Headless Chromium with a video for a camera, for what is measured and tested in a browser.

Knows Chromium's switches; knows no page.
"""

import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
from playwright.sync_api import Browser, Playwright

from engines.types import Image

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
    "--use-fake-device-for-media-stream",
)
ALLOWED, DENIED = "--use-fake-ui-for-media-stream", "--deny-permission-prompts"
CAMERA_RATE = "30"


@contextmanager
def browsing(playwright: Playwright, video: Path | None = None, *, camera: str = ALLOWED) -> Iterator[Browser]:
    """A browser in the block. video: MJPEG, what its camera shows again and again. camera: ALLOWED or DENIED."""
    shows = [f"--use-file-for-fake-video-capture={video}"] if video else []
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, camera, *shows])
    yield browser
    browser.close()


def write_camera(path: Path, pictures: Iterable[Image]) -> Path:
    """Pictures of one size as a video for `browsing`. At half a camera's rate: a page, a browser and a server do
    everything for every picture, and what is tested or shown needs no more of them."""
    with path.open("wb") as video:
        for number, picture in enumerate(pictures):
            if number == 0:
                video.write(b"YUV4MPEG2 W%d H%d F15:1 Ip A1:1 C420jpeg\n" % picture.shape[1::-1])
            video.write(b"FRAME\n" + cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420).tobytes())
    return path


def as_camera(clip: Path, video: Path, seconds: float) -> Path:
    """The beginning of a clip as a video for `browsing`. Needs ffmpeg."""
    options = ["-t", str(seconds), "-r", CAMERA_RATE, "-c:v", "mjpeg", "-q:v", "3", "-an", str(video)]
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(clip), *options], check=True)
    return video
