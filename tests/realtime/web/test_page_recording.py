"""What the page records: an MP4 as any player takes it, with sound, a length and the mark, and no time code."""

from pathlib import Path

import av
import numpy as np
import pytest
from playwright.sync_api import Page

from benchmarks.common.browser import CHROMIUM
from realtime.provenance.words import COMMENT
from realtime.web.server_process import ServerProcess
from tests.realtime.web.browsing import await_that, start

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt install chromium")

RECORDED_S = 3.0
SWAPS = "liveswap.state?.outcomes.swapped > 5 && liveswap.numbers?.glass"


def recorded(page: Page, to: Path) -> Path:
    """Press Record, wait, press it again: the file that is offered."""
    page.click("#record")
    await_that(page, "record.getAttribute('aria-pressed') == 'true'")
    page.wait_for_timeout(RECORDED_S * 1000)
    with page.expect_download() as download:
        page.click("#record")
    video = to / download.value.suggested_filename
    download.value.save_as(video)
    return video


@pytest.mark.parametrize("transport", ["rtc", "socket"])
def test_recording_is_a_marked_mp4_with_sound_and_a_length(
    page: Page, server: ServerProcess, tmp_path: Path, transport: str
) -> None:
    page.goto(server.url)
    page.select_option("#microphone", "")
    start(page, server.url, transport)
    await_that(page, SWAPS, 40)
    video = recorded(page, tmp_path)
    assert video.suffix == ".mp4"
    with av.open(str(video)) as container:
        assert container.metadata["comment"] == COMMENT
        assert container.streams.video[0].codec_context.name in {"h264", "vp9", "av1"}
        assert container.duration is not None
        lengths = {stream.type: float((stream.duration or 0) * (stream.time_base or 0)) for stream in container.streams}
        assert lengths.keys() == {"video", "audio"}
        assert container.duration / av.time_base == pytest.approx(RECORDED_S, abs=1.5)
        assert lengths["audio"] == pytest.approx(lengths["video"], abs=0.6)
        pictures = [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]
        container.seek(0)
        sound = np.concatenate([frame.to_ndarray().ravel() for frame in container.decode(audio=0)])
    assert len(pictures) > 5 * RECORDED_S
    assert pictures[-1].shape == (360, 640, 3)
    assert pictures[-1][:12, :12].mean() < 100, "the white cell that begins the time code, where the scene is dark"
    assert np.abs(sound.astype(np.float64)).max() > 0.01 * (1 if sound.dtype.kind == "f" else 32768), "it is silent"
