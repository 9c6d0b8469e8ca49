"""Encoders of a live picture: each one at once, as good as the rate allows, and beginnings where they are asked for."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from aiortc import RTCRtpCodecParameters
from aiortc.codecs.h264 import h264_depayload
from aiortc.codecs.vpx import vp8_depayload

from engines.types import Image
from realtime.media.colour import BT601_NTSC, ToBgr, tags_of
from realtime.pictures.reading import read_image
from realtime.sources.synthetic import SyntheticSource
from realtime.web.broadcast import Shown
from realtime.web.decoder_queue import can_begin
from realtime.web.encoders import ENCODERS, LEAST_BITS_PER_S, Rate
from realtime.web.tracks import WRITTEN, VideoWriter

SIZE_WH, RATE = (640, 360), 30
DEPAYLOAD: dict[str, Callable[[bytes], bytes]] = {"video/vp8": vp8_depayload, "video/h264": h264_depayload}
DECODER = {"video/vp8": "libvpx", "video/h264": "h264"}
codecs = pytest.mark.parametrize("codec", sorted(ENCODERS))


@pytest.fixture
def pictures(model_file: Callable[[str], Path]) -> list[Image]:
    camera = SyntheticSource(read_image(model_file("hopper")), size_wh=SIZE_WH)
    return [camera.render(number) for number in range(45)]


def frames(pictures: list[Image]) -> Iterator[av.VideoFrame]:
    writer = VideoWriter()
    for number, picture in enumerate(pictures):
        yield writer(Shown(picture, number * 90_000 // RATE))


def bitstream(codec: str, payloads: list[bytes]) -> bytes:
    return b"".join(map(DEPAYLOAD[codec], payloads))


def decoded(codec: str, parts: list[bytes]) -> list[av.VideoFrame]:
    decoder: Any = av.CodecContext.create(DECODER[codec], "r")
    return [frame for part in parts for frame in decoder.decode(av.Packet(part))]


def likeness_db(one: av.VideoFrame, other: av.VideoFrame) -> float:
    difference = np.subtract(*(ToBgr(WRITTEN)(frame).astype(float) for frame in (one, other)))
    return float(10 * np.log10(255**2 / np.mean(difference**2)))


@codecs
def test_every_picture_comes_out_at_once_and_looks_like_what_went_in(codec: str, pictures: list[Image]) -> None:
    encoder = ENCODERS[codec]()
    coded = [encoder.encode(frame) for frame in frames(pictures)]
    assert [time for _, time in coded] == [number * 3000 for number in range(len(pictures))]
    assert all(payloads for payloads, _ in coded), "none is held back"
    parts = [bitstream(codec, payloads) for payloads, _ in coded]
    assert [number for number, part in enumerate(parts) if can_begin(RTCRtpCodecParameters(codec, 90_000), part)] == [0]
    seen = decoded(codec, parts)
    assert len(seen) == len(pictures)
    assert min(map(likeness_db, seen[5:], list(frames(pictures))[5:])) > 34


@codecs
def test_a_key_frame_that_was_asked_for_is_a_beginning(codec: str, pictures: list[Image]) -> None:
    encoder = ENCODERS[codec]()
    coded = [encoder.encode(frame, number == 20)[0] for number, frame in enumerate(frames(pictures))]
    late = decoded(codec, [bitstream(codec, payloads) for payloads in coded[20:]])
    assert len(late) == len(pictures) - 20
    assert likeness_db(late[0], next(frames(pictures[20:]))) > 32


@codecs
def test_the_rate_is_what_the_other_side_can_take(codec: str, pictures: list[Image]) -> None:
    encoder: Any = ENCODERS[codec]()
    noise = np.random.default_rng(1).integers(-20, 20, pictures[0].shape)
    busy = [np.clip(np.roll(noise, 7 * n, 1) + picture, 0, 255).astype(np.uint8) for n, picture in enumerate(pictures)]
    rates = []
    for wanted in (600_000, 250_000):
        encoder.target_bitrate = wanted
        sizes = [sum(map(len, encoder.encode(frame)[0])) for frame in frames(busy)]
        rates.append(8 * sum(sizes[15:]) * RATE / len(sizes[15:]))
    assert rates[0] == pytest.approx(600_000, rel=0.25)
    assert rates[1] == pytest.approx(250_000, rel=0.25)


def test_rate_changes_seldom_and_stays_within_what_helps() -> None:
    rate, pixels = Rate(), 1280 * 720
    most = rate.settle(pixels)
    assert 2_000_000 < most < 3_000_000
    answers = []
    for rate.wanted in (90_000_000, int(0.9 * most), int(0.5 * most), int(0.6 * most), int(0.8 * most), most, 1000):
        answers.append(round(rate.settle(pixels) / most, 2))
    assert answers == [1, 1, 0.5, 0.5, 0.8, 1, round(LEAST_BITS_PER_S / most, 2)]
    assert Rate().settle(64 * 64) == LEAST_BITS_PER_S


def test_h264_says_its_colours() -> None:
    coded = ENCODERS["video/h264"]().encode(next(frames([np.full((120, 240, 3), 90, np.uint8)])))[0]
    [seen] = decoded("video/h264", [bitstream("video/h264", coded)])
    assert replace(tags_of(seen), matrix=WRITTEN.matrix) == WRITTEN
    assert tags_of(seen).matrix == BT601_NTSC, "the same numbers as BT.601's other name"


def test_another_size_is_another_stream_of_its_own() -> None:
    encoder = ENCODERS["video/h264"]()
    small, large = (np.full((high, 2 * high, 3), 90, np.uint8) for high in (120, 240))
    coded = [encoder.encode(frame)[0] for frame in frames([small, small, large])]
    [seen] = decoded("video/h264", [bitstream("video/h264", coded[2])])
    assert (seen.width, seen.height) == large.shape[1::-1]
