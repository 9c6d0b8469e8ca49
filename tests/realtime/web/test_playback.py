"""Videos play in a browser: to their end, as long as they are, and with the sound that belongs to them."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from playwright.sync_api import Playwright

from benchmarks.common.browser import CHROMIUM, browsing
from tests.realtime.outputs.test_recorder import copy
from tests.realtime.segments.halves import copy_in_halves
from tests.realtime.sounds import Samples, Video, likeness, resampled, write_video

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt install chromium")

RATE_HZ = 16_000
SECURE = "http://localhost/"
"""Where a page may have audio worklets. Nothing is served there: the browser is told what it reads."""
EAR = """registerProcessor('ear', class extends AudioWorkletProcessor {
  constructor() {
    super();
    this.heard = [];
    this.port.onmessage = () => { this.port.postMessage(this.heard); this.heard = null; };
  }
  process([[left]]) {
    if (left) this.heard?.push(...left);
    return this.heard !== null;
  }
});"""
"""Keeps what comes by, in the thread that makes the sound: a busy page cannot make it miss any."""
PLAY_ALL = """async ([videos, rate, ear]) => {
  const context = new AudioContext({sampleRate: rate, latencyHint: 'playback'});
  await context.audioWorklet.addModule(URL.createObjectURL(new Blob([ear], {type: 'text/javascript'})));
  while (context.currentTime < 0.1) await new Promise(done => setTimeout(done, 10));
  return Promise.all(videos.map(async coded => {
    const video = document.createElement('video');
    const content = Uint8Array.from(atob(coded), letter => letter.charCodeAt(0));
    video.src = URL.createObjectURL(new Blob([content]));
    const tap = new AudioWorkletNode(context, 'ear', {channelCount: 2, channelCountMode: 'explicit'});
    context.createMediaElementSource(video).connect(tap).connect(context.destination);
    const ended = await new Promise(done => {
      video.onended = () => done('ended');
      video.onerror = () => done(video.error.message);
      setTimeout(() => done(`still at ${video.currentTime} s`), 20000);
      video.play().catch(error => done(error.message));
    });
    const heard = await new Promise(done => {
      tap.port.onmessage = event => done(event.data);
      tap.port.postMessage('ended');
    });
    const shown = video.getVideoPlaybackQuality().totalVideoFrames;
    return {ended, duration: video.duration, coded: video.webkitAudioDecodedByteCount, shown, heard};
  }));
}"""
VIDEOS = {
    "h264 and PCM": ("in.mov", Video(audio="pcm_s16le"), "out.mp4"),
    "broadcast": ("in.ts", Video(audio="mp2", starts_s=100), "out.mp4"),
    "transport stream, copied": ("in.ts", Video(starts_s=100), "out.mp4"),
    "windows": ("in.wmv", Video(video="wmv2", audio="wmav2", rate=44_100), "out.mp4"),
    "telephone": ("in.mov", Video(audio="pcm_mulaw", rate=8_000, layout="mono"), "out.mp4"),
    "surround": ("in.mkv", Video(audio="ac3", layout="5.1(side)"), "out.mp4"),
    "mp3": ("in.mp4", Video(audio="libmp3lame"), "out.mp4"),
    "sound begins late": ("in.mp4", Video(sound_from_s=0.7), "out.mp4"),
    "holes in copied sound": ("in.mp4", Video(holes=((0.5, 0.9), (1.2, 1.6))), "out.mp4"),
    "holes in converted sound": ("in.mkv", Video(audio="mp2", holes=((0.5, 0.9), (1.2, 1.6))), "out.mp4"),
    "opus": ("in.webm", Video(video="libvpx", audio="libopus"), "out.webm"),
    "opus to mov": ("in.webm", Video(video="libvpx", audio="libopus"), "out.mov"),
    "joined of two": ("in.mp4", Video(), "out.mp4"),
    "surround to webm": ("in.mkv", Video(audio="ac3", layout="5.1(side)"), "out.webm"),
}
BESIDE = 0.707
"""What a browser adds of the centre and the left surround channel to the left one (Web Audio, 4.5.2)."""


@dataclass(frozen=True)
class Played:
    """What the browser did with a video. heard: (samples,) at RATE_HZ, of its left channel."""

    ended: str
    duration: float
    coded: int
    shown: int
    heard: list[float]


@pytest.fixture(scope="module")
def played(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Played]]:
    """All videos, played side by side."""
    contents = []
    for name, (source, video, target) in VIDEOS.items():
        folder = tmp_path_factory.mktemp("video")
        bring = copy_in_halves if "joined" in name else copy
        bring(write_video(folder / source, video), folder / target)
        contents.append(base64.b64encode((folder / target).read_bytes()).decode())
    with browsing(playwright) as browser:
        page = browser.new_page()
        page.route(SECURE, lambda route: route.fulfill(body="", content_type="text/html"))
        page.goto(SECURE)
        found = page.evaluate(PLAY_ALL, [contents, RATE_HZ, EAR])
        yield {name: Played(**each) for name, each in zip(VIDEOS, found, strict=True)}


@pytest.mark.parametrize("name", VIDEOS)
def test_video_plays_to_its_end_with_its_sound(played: dict[str, Played], name: str) -> None:
    found, video = played[name], VIDEOS[name][1]
    assert found.ended == "ended"
    assert found.duration == pytest.approx(video.seconds, abs=0.05)
    assert found.shown == video.seconds * 25
    assert found.coded > 1000
    like = likeness(resampled(np.array([found.heard], np.float32), RATE_HZ)[0], as_left(video.samples))
    assert like.correlation > 0.9


def as_left(samples: Samples) -> Samples:
    """The left of two loudspeakers."""
    if len(samples) < 6:
        return np.asarray(samples[0])
    left, _right, centre, _low, beside, _other = samples
    return np.asarray(left + BESIDE * (centre + beside), np.float32)
