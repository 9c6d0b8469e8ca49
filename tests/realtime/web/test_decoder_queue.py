"""What waits for the decoder: little, and after a jam it begins where a decoder can."""

import threading

import pytest
from aiortc import RTCRtpCodecParameters
from aiortc.jitterbuffer import JitterFrame

from realtime.web.decoder_queue import ASK_AGAIN_S, MOST, DecoderQueue, Task, can_begin

VP8 = RTCRtpCodecParameters("video/VP8", 90_000)
H264 = RTCRtpCodecParameters("video/H264", 90_000)
KEY, DELTA = b"\0key", b"\1delta"


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def vp8(data: bytes, number: int) -> Task:
    return VP8, JitterFrame(data, number)


def numbers_in(waiting: DecoderQueue) -> list[int]:
    found = []
    while not waiting.empty():
        task = waiting.get()
        assert task is not None
        found.append(task[1].timestamp)
    return found


def test_a_jam_is_left_out_up_to_the_next_key_frame() -> None:
    ask = threading.Event()
    waiting = DecoderQueue(ask, Clock())
    for number in range(MOST + 3):
        waiting.put(vp8(DELTA, number))
    assert ask.is_set()
    assert numbers_in(waiting) == list(range(MOST))
    for number, data in enumerate((DELTA, DELTA, KEY, DELTA), 20):
        waiting.put(vp8(data, number))
    assert numbers_in(waiting) == [22, 23]


def test_a_key_frame_that_finds_no_room_is_left_out_too() -> None:
    waiting = DecoderQueue(threading.Event(), Clock())
    for number in range(MOST):
        waiting.put(vp8(DELTA, number))
    waiting.put(vp8(KEY, 10))
    assert numbers_in(waiting) == list(range(MOST))
    waiting.put(vp8(DELTA, 11))
    assert numbers_in(waiting) == []


def test_it_is_not_asked_at_every_packet() -> None:
    ask, clock = threading.Event(), Clock()
    waiting = DecoderQueue(ask, clock)
    asked = []
    for number in range(MOST + 60):
        waiting.put(vp8(DELTA, number))
        clock.now_s += 1 / 30
        asked.append(ask.is_set())
        ask.clear()
    assert sum(asked) == pytest.approx(60 / 30 / ASK_AGAIN_S, abs=1)


def test_the_end_comes_in_whatever_waits() -> None:
    waiting = DecoderQueue(threading.Event())
    for number in range(MOST + 1):
        waiting.put(vp8(DELTA, number))
    waiting.put(None)
    assert [waiting.get() for _ in range(MOST + 1)][-1] is None


@pytest.mark.parametrize(
    ("codec", "data", "begins"),
    [
        (VP8, KEY, True),
        (VP8, DELTA, False),
        (VP8, b"", False),
        (H264, b"\0\0\0\1\x67sps\0\0\0\1\x68pps\0\0\1\x65slice", True),
        (H264, b"\0\0\0\1\x41slice", False),
        (H264, b"", False),
    ],
)
def test_beginnings_are_known(codec: RTCRtpCodecParameters, data: bytes, begins: bool) -> None:
    assert can_begin(codec, data) is begins
