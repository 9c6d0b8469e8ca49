"""What the page records: an MP4 as any player takes it, with sound, a length and the mark, and no time code."""

import os
import signal
from pathlib import Path

import av
import numpy as np
import pytest
from av.container import InputContainer
from playwright.sync_api import Page

from benchmarks.common.browser import CHROMIUM
from realtime.provenance.words import COMMENT
from realtime.web.server_process import ServerProcess
from tests.realtime.web.browsing import await_that, start

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt install chromium")

RECORDED_S, STOPPED_S = 3.0, 1.5
SWAPS = "liveswap.state?.outcomes.swapped > 5 && liveswap.numbers?.glass"


def recorded(page: Page, to: Path, stopping: int | None = None) -> Path:
    """Press Record, wait, press it again: the file that is offered. stopping: a process that is stopped at the end."""
    page.click("#record")
    await_that(page, "record.getAttribute('aria-pressed') == 'true'")
    page.wait_for_timeout((RECORDED_S - STOPPED_S) * 1000)
    if stopping is not None:
        os.kill(stopping, signal.SIGSTOP)
    page.wait_for_timeout(STOPPED_S * 1000)
    with page.expect_download() as download:
        page.click("#record")
    video = to / download.value.suggested_filename
    download.value.save_as(video)
    return video


def lengths_of(container: InputContainer) -> dict[str, float]:
    """Of its streams, s."""
    return {stream.type: float((stream.duration or 0) * (stream.time_base or 0)) for stream in container.streams}


@pytest.mark.parametrize("transport", ["rtc", "socket"])
def test_recording_is_a_marked_mp4_with_sound_and_a_length(
    page: Page, server: ServerProcess, tmp_path: Path, transport: str
) -> None:
    page.goto(server.url)
    page.select_option("#microphone", "")
    start(page, server.url, transport)
    await_that(page, SWAPS, 40)
    before = page.evaluate("liveswap.state.outcomes.swapped")
    video = recorded(page, tmp_path)
    swapped = page.evaluate("liveswap.state.outcomes.swapped") - before
    assert video.suffix == ".mp4"
    with av.open(str(video)) as container:
        assert container.metadata["comment"] == COMMENT
        assert container.streams.video[0].codec_context.name in {"h264", "vp9", "av1"}
        assert container.duration is not None
        lengths = lengths_of(container)
        assert lengths.keys() == {"video", "audio"}
        assert container.duration / av.time_base == pytest.approx(RECORDED_S, abs=1.5)
        assert lengths["audio"] == pytest.approx(lengths["video"], abs=0.6)
        pictures = [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]
        container.seek(0)
        sound = np.concatenate([frame.to_ndarray().ravel() for frame in container.decode(audio=0)])
    assert len(pictures) > min(5 * RECORDED_S, 0.5 * swapped) > 0, "a busy machine swaps few"
    assert pictures[-1].shape == (360, 640, 3)
    assert pictures[-1][:12, :12].mean() < 100, "the white cell that begins the time code, where the scene is dark"
    assert np.abs(sound.astype(np.float64)).max() > 0.01 * (1 if sound.dtype.kind == "f" else 32768), "it is silent"


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="processes cannot be stopped here")
def test_recording_whose_pictures_stop_shows_the_last_one_as_long_as_sound_is_heard(
    page: Page, server: ServerProcess, tmp_path: Path
) -> None:
    page.goto(server.url)
    page.select_option("#microphone", "")
    start(page, server.url, "socket")
    await_that(page, SWAPS, 40)
    try:
        video = recorded(page, tmp_path, stopping=server.process.pid)
    finally:
        server.process.send_signal(signal.SIGCONT)
    with av.open(str(video)) as container:
        lengths = lengths_of(container)
        longest = max(float((packet.duration or 0) * packet.time_base) for packet in container.demux(video=0))
    assert lengths["video"] == pytest.approx(lengths["audio"], abs=0.4)
    assert longest > STOPPED_S / 2, "pictures came all the time"
