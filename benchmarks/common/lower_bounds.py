"""Lower bounds: the part of the work that nobody can leave out, done alone.

Knows what is left when nothing is swapped; times nothing itself but whole videos.
"""

import shutil
import time
from fractions import Fraction
from typing import cast

import av
import numpy as np

from benchmarks.common.ab_timing import Side, per_go
from benchmarks.common.fixture import VIDEO_S, Fixture
from models.errors import UserError
from realtime.outputs.codecs import ENCODERS
from realtime.outputs.video_settings import DEFAULT_SETTINGS, PIXEL_FORMAT

BROWSER_S = 10


def transcode(fixture: Fixture, codec: str) -> tuple[Side, Side]:
    """Video to video. codec: of ENCODERS."""
    return lambda: fixture.swap_video(fixture.folder / "swapped.mp4", codec), lambda: bare_transcode(fixture, codec)


def bare_transcode(fixture: Fixture, codec: str) -> float:
    """Decode and encode with our encoder of that codec and its settings: ms a frame."""
    encoder = ENCODERS[codec]
    began_s, count = time.perf_counter(), 0
    with av.open(str(fixture.clip)) as source, av.open(str(fixture.folder / "bare.mp4"), "w") as sink:
        pictures = source.streams.video[0]
        pictures.thread_type = "AUTO"
        added = sink.add_stream(encoder, rate=pictures.average_rate, options=DEFAULT_SETTINGS[encoder])
        written = cast("av.VideoStream", added)
        written.codec_context.time_base = pictures.time_base or Fraction(1, 90_000)  # a coarser one rounds two to one
        written.width, written.height, written.pix_fmt = pictures.width, pictures.height, PIXEL_FORMAT
        for frame in source.decode(pictures):
            sink.mux(written.encode(frame))
            count += 1
        sink.mux(written.encode(None))
    return 1000 * (time.perf_counter() - began_s) / max(1, count)


def landmark_pass(fixture: Fixture) -> tuple[Side, Side]:
    """What a tracker that never detects costs."""
    landmarker, roi = fixture.equipment.engines.landmarker, fixture.roi
    return fixture.whole_frames(), per_go(lambda image: landmarker.locate(image, roi), fixture.frames)


def browser_echo(fixture: Fixture) -> tuple[Side, Side]:
    """p50 of what a person sees in Chromium. Raises ImportError and UserError."""
    from benchmarks.common.browser import CHROMIUM, as_camera  # noqa: PLC0415  needs the extra web and a browser
    from benchmarks.glass_to_glass import ECHO, LIVESWAP, contest  # noqa: PLC0415

    if CHROMIUM is None or shutil.which("ffmpeg") is None:
        raise UserError("Chromium or ffmpeg is not installed", remedy="apt install chromium ffmpeg")
    video = as_camera(fixture.clip, fixture.folder / "camera.mjpeg", VIDEO_S)

    def p50_ms(name: str) -> float:
        return float(np.median(contest(name, video, BROWSER_S)["ages"]))

    return lambda: p50_ms(LIVESWAP), lambda: p50_ms(ECHO)
