"""Sound beside a live picture stays in step with it: whatever the sound card's clock, jitter and gaps do."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest

from models.errors import UserError
from models.store import ModelStore
from realtime.app import build_run
from realtime.config import RunConfig
from realtime.errors import SinkError
from realtime.outputs import microphone as microphones
from realtime.outputs.live_sound import Alignment, stretched
from realtime.outputs.microphone import RATE, Block, Microphone
from realtime.outputs.recorder import EncoderOptions, VideoRecorder
from realtime.types import Outcome, ShownFrame, StreamInfo

NS = 1_000_000_000
ZERO_NS = 5_000 * NS
BLOCK = 600
CLICK_S = 1.0
NEVER = (0.0, 0.0)


def clicks(at_s: np.ndarray) -> np.ndarray:
    """A click of 2 ms at every whole second of the true time."""
    return np.where(at_s % CLICK_S < 0.002, 20_000, 0).astype(np.int16)


def is_white(frame: av.VideoFrame) -> bool:
    return bool(frame.to_ndarray(format="gray").mean() > 128)


class FakeMicrophone:
    """Hears `clicks`, by a sound card that runs `ppm` too fast. gap_s: (from, to), when nothing is heard."""

    def __init__(
        self, *, ppm: float = 0, jitter_ms: float = 0, early_s: float = 0, gap_s: tuple[float, float] = (0, 0)
    ) -> None:
        self._rate = RATE * (1 + ppm / 1e6)
        self._jitter = np.random.default_rng(1).uniform(-jitter_ms, jitter_ms, 100_000) / 1000
        self._early_s, self._gap_s, self._count = early_s, gap_s, 0
        self.closed = False

    def take(self, until_ns: int) -> Iterator[Block]:
        while True:
            first_s = self._count * BLOCK / self._rate - self._early_s
            heard_ns = ZERO_NS + int((first_s + self._jitter[self._count]) * NS)
            if heard_ns >= until_ns:
                return
            self._count += 1
            if not self._gap_s[0] <= first_s < self._gap_s[1]:
                yield Block(heard_ns, clicks(first_s + np.arange(BLOCK) / self._rate + 1000))

    def close(self) -> None:
        self.closed = True


HARD = {
    "good": FakeMicrophone(),
    "fast": FakeMicrophone(ppm=300),
    "slow": FakeMicrophone(ppm=-300),
    "jittery": FakeMicrophone(jitter_ms=8),
    "opened before the picture": FakeMicrophone(early_s=1.3),
    "opened after it": FakeMicrophone(early_s=-0.7),
    "silent for a while": FakeMicrophone(gap_s=(3.2, 5.7)),
    "all of it": FakeMicrophone(ppm=200, jitter_ms=8, early_s=0.4, gap_s=(8.2, 9.7)),
}


@pytest.mark.parametrize("codec", ["nonsense", "vp8"], ids=["unknown", "not in an mp4"])
def test_recording_that_does_not_begin_lets_go_of_the_microphone(tmp_path: Path, codec: str) -> None:
    info, microphone = StreamInfo("test", (64, 48), Fraction(30), live=True), FakeMicrophone()
    theirs = tmp_path / "out.mp4.part"
    theirs.write_text("of another run")
    with pytest.raises(SinkError):
        VideoRecorder(tmp_path / "out.mp4", info, EncoderOptions(codec=codec), microphone=microphone)
    assert microphone.closed
    assert theirs.exists()


def test_microphone_that_does_not_start_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []

    def start() -> None:
        raise ValueError("device is busy")

    stream = SimpleNamespace(start=start, close=lambda: closed.append(True))
    library = SimpleNamespace(PortAudioError=OSError, RawInputStream=lambda **_: stream, query_devices=list)
    monkeypatch.setattr(microphones, "_library", lambda: library)
    with pytest.raises(SinkError, match="device is busy"):
        Microphone()
    assert closed == [True]


@pytest.mark.parametrize("microphone", HARD.values(), ids=HARD)
def test_every_click_is_where_the_picture_was(microphone: FakeMicrophone) -> None:
    alignment = Alignment(ZERO_NS)
    sound = np.concatenate([alignment.place(block) for block in microphone.take(ZERO_NS + 60 * NS)])
    starts = np.flatnonzero((sound[1:] > 10_000) & (sound[:-1] <= 10_000)) / RATE
    off_ms = (starts - np.round(starts)) * 1000
    assert len(starts) >= 55
    assert np.abs(off_ms).max() < 10  # 45 is what people notice (ITU-R BT.1359)


def test_drift_that_is_not_made_good_would_be_seen() -> None:
    """The measure above can fail: without stretching, a fast clock is 18 ms off after a minute."""
    sound = np.concatenate([block.samples for block in FakeMicrophone(ppm=300).take(ZERO_NS + 60 * NS)])
    starts = np.flatnonzero((sound[1:] > 10_000) & (sound[:-1] <= 10_000)) / RATE
    assert abs((starts - np.round(starts))[-1]) > 0.015


def test_stretching_keeps_a_tone() -> None:
    tone = np.rint(10_000 * np.sin(np.arange(BLOCK) / 20)).astype(np.int16)
    longer = stretched(tone, BLOCK + 3)
    assert len(longer) == BLOCK + 3
    assert (longer[0], longer[-1]) == (tone[0], tone[-1])
    assert np.abs(longer).max() <= 10_000


@pytest.mark.parametrize(("ending", "codec"), [(".mp4", "aac"), (".mkv", "aac"), (".webm", "opus")])
def test_recording_has_flash_and_click_at_the_same_time(tmp_path: Path, ending: str, codec: str) -> None:
    """A white frame at every whole second, as the click is."""
    info = StreamInfo("camera", (64, 48), Fraction(30), live=True)
    microphone = FakeMicrophone(ppm=200, jitter_ms=5, early_s=0.5)
    recorder = VideoRecorder(tmp_path / f"out{ending}", info, EncoderOptions(), microphone=microphone)
    for seq in range(30 * 8):
        image = np.full((48, 64, 3), 255 if seq % 30 == 0 else 0, np.uint8)
        captured_ns = ZERO_NS + seq * NS // 30
        recorder.send(ShownFrame(image, seq, captured_ns, seq * 3000, Outcome.SWAPPED))
    recorder.close()
    assert microphone.closed
    with av.open(str(tmp_path / f"out{ending}")) as video:
        flashes = [float(frame.time or 0) for frame in video.decode(video=0) if is_white(frame)]
    with av.open(str(tmp_path / f"out{ending}")) as video:
        assert codec in video.streams.audio[0].codec_context.codec.canonical_name
        loud = [
            float(frame.time or 0) + int(np.argmax(level)) / frame.rate
            for frame in video.decode(audio=0)
            if (level := np.abs(frame.to_ndarray()[0].astype(float))).max() > 0.3
        ]
    first_of_each = [time for index, time in enumerate(loud) if index == 0 or time - loud[index - 1] > 0.5]
    assert len(flashes) == 8
    assert first_of_each[-6:] == pytest.approx(flashes[-6:], abs=0.02)


@pytest.mark.parametrize("is_live", [False, True], ids=["a video", "no recording"])
def test_microphone_that_would_record_nothing_is_refused(
    is_live: bool, video: Path, portrait: Path, tmp_path: Path
) -> None:
    where, out = ("test", "null") if is_live else (str(video), str(tmp_path / "out.mp4"))
    config = RunConfig(faces_from=(portrait,), input=where, outputs=(out,), microphone="default")
    with pytest.raises(UserError, match="no output is a recording" if is_live else "live pictures"):
        build_run(config, ModelStore())
