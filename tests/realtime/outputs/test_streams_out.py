"""Streams out: real receivers on this machine, that come late, go away, hang or were never there."""

import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from realtime.errors import SinkError
from realtime.outputs import connection, open_sink, stream, uplink
from realtime.outputs.microphone import RATE, Block
from realtime.outputs.stream import StreamEncoder, StreamSink, bits_for
from realtime.pictures.original import Original
from realtime.sources import open_source
from realtime.types import FrameSink, Outcome, ShownFrame, StreamInfo
from tests.realtime.clips import Clip, write_clip
from tests.realtime.receivers import free_port, free_udp_port, receiver

LIVE = StreamInfo("test", (160, 90), Fraction(1, 4), live=True)
"""It is so slow that a test machine that pauses for seconds gives no reason to send a picture again."""
KEY = "live_geheim_123"
BEGAN_NS = 1_000_000_000_000


def picture(number: int, at_s: float, image: np.ndarray | None = None) -> ShownFrame:
    if image is None:
        image = np.full((90, 160, 3), number % 250, np.uint8)
    return ShownFrame(image, number, BEGAN_NS + round(at_s * 1e9), 0, Outcome.SWAPPED)


def send_live(sink: FrameSink, seconds: float, *, first: int = 0) -> None:
    """Ten pictures a second of stream time, as fast as they are taken."""
    for number in range(first, first + round(10 * seconds)):
        sink.send(picture(number, number / 10))
        time.sleep(0.01)


class Tone:
    """A microphone that hears a tone from the first picture on."""

    def __init__(self) -> None:
        self._next_ns = BEGAN_NS
        self.is_closed = False

    def take(self, until_ns: int) -> Iterator[Block]:
        while self._next_ns < until_ns:
            at_s = (self._next_ns - BEGAN_NS) / 1e9 + np.arange(480) / RATE
            yield Block(self._next_ns, (np.sin(2 * np.pi * 440 * at_s) * 9000).astype(np.int16))
            self._next_ns += 10_000_000

    def close(self) -> None:
        self.is_closed = True


def test_stream_has_a_key_frame_every_two_seconds_and_sound_as_long_as_the_picture() -> None:
    url = f"rtmp://127.0.0.1:{free_port()}/live/{KEY}"
    with receiver(url) as got:
        sink = open_sink(url, LIVE)
        send_live(sink, 3)
        sink.close()
        sink.close()
    assert sorted(got.codecs) == ["aac", "h264"]
    assert got.times_s == pytest.approx([number / 10 for number in range(30)], abs=0.002)
    assert got.keys_s == pytest.approx([0, 2], abs=0.002)
    assert got.sound_s == pytest.approx(3, abs=0.15)
    assert max(float(np.abs(piece).max()) for piece in got.sound) < 0.01


def test_transport_stream_reaches_a_receiver_over_udp() -> None:
    url = f"udp://127.0.0.1:{free_udp_port()}"
    with receiver(url, most_pictures=15, container="mpegts") as got:
        sink = open_sink(url, replace(LIVE, pixel_aspect=Fraction(2)))
        send_live(sink, 3)
        sink.close()
    assert {"aac", "h264"} <= set(got.codecs)
    assert got.size_wh == (320, 90)  # square pixels: platforms know no others
    assert np.diff(got.times_s) == pytest.approx(0.1, abs=0.002)


def test_stream_of_what_is_transparent_says_once_that_it_is_lost(caplog: pytest.LogCaptureFixture) -> None:
    sink = open_sink(f"udp://127.0.0.1:{free_udp_port()}", LIVE)
    for number in range(3):
        frame = picture(number, number / 10)
        seen = Original(frame.image, frame.image, None, np.zeros((90, 160), np.uint8), ground=0)
        sink.send(replace(frame, original=seen))
    sink.close()
    said = [record.getMessage() for record in caplog.records if "transparent" in record.getMessage()]
    assert len(said) == 1
    assert "what is transparent is black; files in .webm, .mov and .mkv keep it transparent" in said[0]


def test_microphone_is_heard_and_let_go_of() -> None:
    url, tone = f"rtmp://127.0.0.1:{free_port()}/live/{KEY}", Tone()
    with receiver(url) as got:
        sink = StreamSink(url, LIVE, microphone=tone)
        send_live(sink, 1.5)
        sink.close()
    heard = np.concatenate(got.sound)
    assert 0.2 < float(np.abs(heard[RATE // 2 : RATE]).max()) < 0.4
    assert tone.is_closed


def test_last_picture_is_sent_again_while_none_comes_and_then_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "STALE_S", 0.6)
    url = f"rtmp://127.0.0.1:{free_port()}/live/{KEY}"
    with receiver(url) as got:
        sink = open_sink(url, replace(LIVE, rate=Fraction(10)))
        sink.send(picture(0, 0))
        time.sleep(1)
        sink.close()
    assert len(got.times_s) >= 3
    assert got.times_s[-1] < 1.5
    assert got.sizes[0] > 3 * got.sizes[1]  # the same again
    assert max(got.sizes[2:]) > 3 * got.sizes[1]  # words


def test_video_is_streamed_at_its_own_pace_with_its_sound(tmp_path: Path) -> None:
    source = open_source(str(write_clip(tmp_path / "in.mp4", Clip(frames=45))))
    url = f"rtmp://127.0.0.1:{free_port()}/live/{KEY}"
    with receiver(url) as got:
        sink = open_sink(url, source.info)
        began_s = time.monotonic()
        for frame in source.frames():
            sink.send(ShownFrame(frame.image, frame.seq, frame.captured_ns, frame.pts, Outcome.SWAPPED))
        took_s = time.monotonic() - began_s
        sink.close()
    assert took_s > 1.4
    assert got.times_s == pytest.approx([number / 30 for number in range(45)], abs=0.005)
    heard = np.concatenate(got.sound)
    assert len(heard) / RATE == pytest.approx(1.5, abs=0.1)
    spectrum = np.abs(np.fft.rfft(heard[RATE // 4 : RATE // 4 + RATE]))
    assert np.argmax(spectrum) == pytest.approx(440, abs=2)


def test_receiver_that_comes_back_gets_the_stream_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(uplink, "FIRST_WAIT_S", 0.1)
    url = f"rtmp://127.0.0.1:{free_port()}/live/{KEY}"
    sent = 0

    def send_until(condition: object) -> None:
        nonlocal sent
        for _ in range(600):
            if condition():  # type: ignore[operator]
                return
            sink.send(picture(sent, sent / 10))
            sent += 1
            time.sleep(0.02)

    with receiver(url, most_pictures=5) as first:
        sink = open_sink(url, LIVE)
        send_until(first.ended.is_set)
    with receiver(url) as second:
        send_until(lambda: len(second.times_s) > 10)
        sink.close()
    assert second.keys_s[0] == second.times_s[0] == pytest.approx(0, abs=0.1)
    assert sorted(second.codecs) == ["aac", "h264"]
    assert "is lost" in caplog.text
    assert "is back" in caplog.text
    assert KEY not in caplog.text


NEVER_READS = "import sys, time; print('open', flush=True); time.sleep(60)"


def test_network_that_hangs_costs_pictures_but_never_time_nor_memory(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(uplink, "STALL_S", 0.5)
    monkeypatch.setattr(uplink, "END_S", 0.2)
    monkeypatch.setattr(connection, "command_for", lambda _address: [sys.executable, "-c", NEVER_READS])
    sink = StreamSink("udp://127.0.0.1:9", LIVE)
    noise = np.random.default_rng(1)
    took_s = []
    for number in range(150):
        image = noise.integers(0, 255, (90, 160, 3), np.uint8)
        began_s = time.monotonic()
        sink.send(picture(number, number / 10, image))
        took_s.append(time.monotonic() - began_s)
        time.sleep(0.01)
    began_s = time.monotonic()
    sink.close()
    assert sorted(took_s)[-10] < 0.3  # the slowest few may have waited for a busy test machine
    assert time.monotonic() - began_s < 3
    assert "is lost (it took nothing for 0.5 s)" in caplog.text
    assert "pictures did not reach udp://127.0.0.1:9" in caplog.text


REFUSED = {
    "nobody there": (f"rtmp://127.0.0.1:9/live/{KEY}", "cannot be reached: Connection refused"),
    "unknown scheme": (f"gopher://ann:{KEY}@127.0.0.1/x", "nothing is sent by gopher://"),
}


@pytest.mark.parametrize(("where", "reason"), REFUSED.values(), ids=REFUSED)
def test_stream_that_cannot_be_is_refused_before_any_work_without_its_key(where: str, reason: str) -> None:
    with pytest.raises(SinkError, match=reason) as raised:
        open_sink(where, LIVE)
    assert KEY not in str(raised.value) + raised.value.remedy
    assert raised.value.remedy


def test_picture_that_would_be_gone_at_once_is_refused() -> None:
    with pytest.raises(SinkError, match="is one picture") as raised:
        open_sink(f"rtmp://127.0.0.1:9/live/{KEY}", replace(LIVE, is_still=True))
    assert "--duration" in raised.value.remedy


def test_srt_without_the_command_that_speaks_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "ffmpeg_command", lambda: None)
    with pytest.raises(SinkError, match="srt needs the ffmpeg command") as raised:
        open_sink(f"srt://127.0.0.1:9?passphrase={KEY}", LIVE)
    assert "apt install ffmpeg" in raised.value.remedy
    assert KEY not in str(raised.value)


def test_stream_takes_the_bits_that_were_asked_for() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (180, 320, 3), np.uint8)
    info = replace(LIVE, size_wh=(320, 180), rate=Fraction(10))
    spent = {}
    for bits in (150_000, 600_000):
        encoder = StreamEncoder("mpegts", info, bits)
        items = [encoder.encode(np.roll(noise, 7 * n, 1), n / 10, np.zeros((0, 2), np.int16)) for n in range(40)]
        spent[bits] = sum(item.packet.size for pieces in items for item in pieces) * 8 / 4
    assert spent[150_000] < spent[600_000] < 900_000


@pytest.mark.parametrize(
    ("size_wh", "rate", "bits"),
    [
        ((1280, 720), 30, 3_000_000),
        ((1920, 1080), 30, 5_500_000),
        ((1920, 1080), 60, 6_000_000),
        ((160, 90), 10, 400_000),
    ],
)
def test_larger_streams_get_more_bits_within_what_platforms_take(
    size_wh: tuple[int, int], rate: int, bits: int
) -> None:
    assert bits_for(size_wh, Fraction(rate)) == pytest.approx(bits, rel=0.02)
