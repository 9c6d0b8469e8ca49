"""aiortc's internals: ours are in their place, and when an aiortc has other ones, what is different is named."""

import datetime as dt
import queue
import time
from collections.abc import Callable
from typing import Any

import aiortc
import pytest
from aioice import turn
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpTransceiver, clock, rtcrtpreceiver, rtcrtpsender
from aiortc.codecs import get_encoder
from aiortc.codecs.h264 import H264Encoder
from aiortc.jitterbuffer import JitterBuffer
from aiortc.rate import RateCounter

from benchmarks.common.fake_server import Served
from realtime.web import aiortc_patches
from realtime.web.aiortc_patches import (
    ATTRIBUTES,
    CALLS,
    DECODER_QUEUE,
    ENCODER,
    JITTER_BUFFER,
    AiortcChangedError,
    changed_parts,
    make_live,
    require_known_aiortc,
    use_steady_clock,
)
from realtime.web.decoder_queue import DecoderQueue
from realtime.web.decoders import bounded_decoder
from realtime.web.encoders import ENCODERS
from realtime.web.jitter import MarkerJitterBuffer
from tests.realtime.web.served import run, serving


async def with_transceiver(test: Callable[[RTCRtpTransceiver], Any]) -> Any:
    """What the test says of a negotiated transceiver for video."""
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    peer.addTransceiver("video")
    await peer.setLocalDescription(await peer.createOffer())
    try:
        return test(peer.getTransceivers()[0])
    finally:
        await peer.close()


def test_this_aiortc_is_the_one_that_the_patches_were_written_for() -> None:
    """When this fails, the list says which parts of aiortc changed: look at each, then at pyproject.toml."""
    assert run(lambda: with_transceiver(changed_parts)) == []


def test_ours_are_in_their_place() -> None:
    def test(transceiver: RTCRtpTransceiver) -> None:
        codec = transceiver._codecs[0]
        make_live(transceiver, "v=0\r\n")
        receiver, sender = vars(transceiver.receiver), vars(transceiver.sender)
        assert type(receiver[JITTER_BUFFER]) is MarkerJitterBuffer
        assert type(receiver[DECODER_QUEUE]) is DecoderQueue
        assert type(sender[ENCODER]) is ENCODERS[codec.mimeType.lower()]
        assert isinstance(sender[ENCODER], type(get_encoder(codec))), "the attributes that aiortc sets are there"
        assert vars(rtcrtpreceiver)["get_decoder"] is bounded_decoder
        with pytest.raises(AiortcChangedError, match="has no JitterBuffer"):
            make_live(transceiver, "v=0\r\n")

    run(lambda: with_transceiver(test))


def test_connections_do_not_see_the_wall_s_clock_set(monkeypatch: pytest.MonkeyPatch) -> None:
    use_steady_clock()
    timed = (rtcrtpreceiver, rtcrtpsender, turn)
    before_ms, before_s = clock.current_ms(), [module.time.time() for module in timed]
    days_later_s = time.time() + 2 * 24 * 3600
    monkeypatch.setattr(time, "time", lambda: days_later_s)
    assert clock.current_ms() - before_ms < 60_000
    assert [module.time.time() - at_s < 60 for module, at_s in zip(timed, before_s, strict=True)] == [True] * 3
    assert abs(clock.current_datetime() - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1), "it began right"


def test_connection_that_was_stopped_for_a_night_goes_on_at_once() -> None:
    use_steady_clock()
    counter, began_ms, night_ms = RateCounter(window_size=1000), 1_000_000, 24 * 3600 * 1000
    counter.add(500, began_ms)
    counter.add(500, began_ms + 100)
    assert counter.rate(began_ms + 100) == round(8000 * 1000 / 101), "as aiortc counts"
    assert counter.rate(began_ms + 1099) == round(8000 * 500 / 1000), "the first is out of its window"
    began_s = time.process_time()
    counter.add(700, began_ms + night_ms)
    counter.add(300, began_ms + night_ms + 99)
    assert counter.rate(began_ms + night_ms + 99) == 8000 * 1000 // 100
    assert time.process_time() - began_s < 1, "it does not count a night's milliseconds"


def moved(monkeypatch: pytest.MonkeyPatch, name: str, attribute: str) -> None:
    """As if aiortc kept it somewhere else."""
    kind = ATTRIBUTES[name][attribute]
    monkeypatch.setitem(ATTRIBUTES, name, {f"{attribute}_elsewhere": kind})


@pytest.mark.parametrize(
    ("name", "attribute"), [(name, attribute) for name in ATTRIBUTES for attribute in ATTRIBUTES[name]]
)
def test_attribute_that_moved_is_named(monkeypatch: pytest.MonkeyPatch, name: str, attribute: str) -> None:
    moved(monkeypatch, name, attribute)
    [said] = run(lambda: with_transceiver(changed_parts))
    assert said.startswith(f"its {name} has no ")
    assert said.endswith(f"{attribute}_elsewhere")


def test_attribute_that_became_another_thing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ATTRIBUTES, "receiver", {DECODER_QUEUE: queue.SimpleQueue})
    assert run(lambda: with_transceiver(changed_parts)) == [f"its receiver has no SimpleQueue in {DECODER_QUEUE}"]


def test_call_that_is_gone_or_takes_something_else_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(JitterBuffer, "remove", lambda _self, _first, _last: None)
    monkeypatch.delattr(H264Encoder, "_split_bitstream")
    assert run(lambda: with_transceiver(changed_parts)) == [
        "JitterBuffer has no remove(self, count)",
        "H264Encoder has no _split_bitstream(buf)",
    ]
    assert len(CALLS) > 2


def test_server_with_another_aiortc_does_not_start_and_says_which_one_to_take(monkeypatch: pytest.MonkeyPatch) -> None:
    moved(monkeypatch, "receiver", JITTER_BUFFER)
    with pytest.raises(AiortcChangedError) as raised:
        run(require_known_aiortc)
    assert aiortc.__version__ in str(raised.value)
    assert "_elsewhere" in str(raised.value)
    assert raised.value.remedy == f"pip install 'aiortc{aiortc_patches.KNOWN}'"


def test_visitor_is_not_blamed_for_another_aiortc(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(aiortc_patches, "JITTER_BUFFER", "_elsewhere")

    async def test(server: Served) -> None:
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        peer.addTransceiver("video")
        await peer.setLocalDescription(await peer.createOffer())
        offer, headers = peer.localDescription.sdp, {"Content-Type": "application/sdp"}
        async with server.client.post("/session", data=offer, headers=headers) as answer:
            assert answer.status == 500
            assert "pip install" in (await answer.json())["hint"]
        await peer.close()

    serving(test, tmp_path)
