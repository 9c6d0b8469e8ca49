"""Parts of ours in aiortc's objects, which offer no place for them: every private name that is relied on.

They are put in only where the part to be replaced is as expected, and `changed_parts` says which no longer is. Knows
aiortc's internals; what the parts do is the business of the modules they come from.
"""

import inspect
import queue
import threading
from types import NoneType
from typing import Any

import aiortc
from aioice import turn
from aiortc import (
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCRtpSender,
    RTCRtpTransceiver,
    clock,
    rtcrtpreceiver,
    rtcrtpsender,
)
from aiortc.codecs.h264 import H264Decoder, H264Encoder
from aiortc.codecs.vpx import Vp8Decoder, Vp8Encoder
from aiortc.jitterbuffer import JitterBuffer
from aiortc.rate import RateCounter
from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters
from aiortc.rtp import HeaderExtensionsMap
from aiortc.sdp import SessionDescription

from realtime.web.auth import RefusedError
from realtime.web.decoder_queue import DecoderQueue
from realtime.web.decoders import bounded_decoder
from realtime.web.encoders import ENCODERS
from realtime.web.jitter import MarkerJitterBuffer
from realtime.web.playout_delay import URI, NoPlayoutDelay
from realtime.web.steady_clock import SteadyClock

KNOWN = ">=1.16,<1.17"
"""As in pyproject.toml."""
JITTER_BUFFER, DECODER_QUEUE = "_RTCRtpReceiver__jitter_buffer", "_RTCRtpReceiver__decoder_queue"
DECODER_ERROR = "_RTCRtpReceiver__decoder_error"
ENCODER, EXTENSIONS_MAP = "_RTCRtpSender__encoder", "_RTCRtpSender__rtp_header_extensions_map"
ATTRIBUTES: dict[str, dict[str, type]] = {
    "receiver": {JITTER_BUFFER: JitterBuffer, DECODER_QUEUE: queue.Queue, DECODER_ERROR: threading.Event},
    "sender": {ENCODER: NoneType, EXTENSIONS_MAP: HeaderExtensionsMap},
    "transceiver": {"_codecs": list, "_headerExtensions": list},
    "jitter buffer": {"_packets": list, "_origin": NoneType},
    "rate counter": {"_origin_ms": NoneType, "_window_size": int},
    "decoder of H.264": {"codec": object},
    "decoder of VP8": {"codec": object},
}
"""What an object holds at first, exactly; `object` is anything."""
CALLS: dict[tuple[Any, str], tuple[str, ...]] = {
    (JitterBuffer, "add"): ("self", "packet"),
    (JitterBuffer, "remove"): ("self", "count"),
    (JitterBuffer, "_remove_frame"): ("self", "sequence_number"),
    (H264Encoder, "_split_bitstream"): ("buf",),
    (H264Encoder, "_packetize"): ("packages",),
    (Vp8Encoder, "_packetize"): ("buffer", "picture_id"),
    (HeaderExtensionsMap, "configure"): ("self", "parameters"),
    (HeaderExtensionsMap, "set"): ("self", "values"),
    (rtcrtpreceiver, "get_decoder"): ("codec",),
    (rtcrtpreceiver, "decoder_worker"): ("loop", "input_q", "output_q", "decode_error"),
    (clock, "current_datetime"): (),
    (RateCounter, "_erase_old"): ("self", "now_ms"),
    (RateCounter, "reset"): ("self",),
}
"""What is overridden or called, with its parameters."""
TIMED = rtcrtpreceiver, rtcrtpsender, turn
"""Modules that tell how long something took by the wall's clock: they ask `time` for nothing but its `time`."""
STEADY = SteadyClock()
CREEP: Any = vars(RateCounter).get("_erase_old")
"""By each millisecond; None where this aiortc has none, which `changed_parts` says."""


class AiortcChangedError(RefusedError):
    """This aiortc is another one than ours was written for. parts: what differs."""

    def __init__(self, parts: list[str]) -> None:
        problem = f"aiortc {aiortc.__version__} is not as liveswap knows it: {'; '.join(parts)}"
        super().__init__(500, problem, remedy=f"pip install 'aiortc{KNOWN}'")


def make_live(transceiver: RTCRtpTransceiver, offer: str) -> None:
    """What makes a video conversation of aiortc's quick, sharp and bounded; between the offer and the answer.

    Raises AiortcChangedError.
    """
    use_marker_jitter_buffer(transceiver.receiver)
    use_short_decoder_queue(transceiver.receiver)
    use_bounded_decoders()
    use_steady_clock()
    ask_for_no_playout_delay(transceiver, offer)
    use_live_encoder(transceiver)


def use_marker_jitter_buffer(receiver: RTCRtpReceiver) -> None:
    """Have a video receiver hand frames on at the marker bit. Before the first packet. Raises AiortcChangedError."""
    _inside(receiver, JITTER_BUFFER, JitterBuffer)[JITTER_BUFFER] = MarkerJitterBuffer()


def use_short_decoder_queue(receiver: RTCRtpReceiver) -> None:
    """Have a video receiver's decoder keep up. Before the first packet. Raises AiortcChangedError."""
    ask = _inside(receiver, DECODER_ERROR, threading.Event)[DECODER_ERROR]
    _inside(receiver, DECODER_QUEUE, queue.Queue)[DECODER_QUEUE] = DecoderQueue(ask)


def use_bounded_decoders() -> None:
    """Have all receivers of this process refuse pictures that are too large, before they are decoded."""
    vars(rtcrtpreceiver)["get_decoder"] = bounded_decoder


def use_steady_clock() -> None:
    """Have all connections of this process tell how long something took by a clock that is not set.

    With the wall's one, an hour forward stopped the event loop for 4 s, which is how long it takes a counter of bits to
    go on by each millisecond; and what was to be sent again later was not sent before that clock was there again.
    """
    vars(clock)["current_datetime"] = STEADY.now
    for module in TIMED:
        vars(module)["time"] = STEADY
    setattr(RateCounter, "_erase_old", _leap)  # noqa: B010  a private name


def ask_for_no_playout_delay(transceiver: RTCRtpTransceiver, offer: str) -> None:
    """Ask the other side to show what this transceiver sends without waiting, if it offers that.

    Between the offer and the answer. Raises AiortcChangedError.
    """
    held = _inside(transceiver.sender, EXTENSIONS_MAP, HeaderExtensionsMap)
    media = [part for part in SessionDescription.parse(offer).media if part.rtp.muxId == transceiver.mid]
    offered = [extension for part in media for extension in part.rtp.headerExtensions if extension.uri == URI]
    if offered:
        held[EXTENSIONS_MAP] = NoPlayoutDelay()
        agreed = RTCRtpHeaderExtensionParameters(id=offered[0].id, uri=URI)
        _inside(transceiver, "_headerExtensions", list)["_headerExtensions"].append(agreed)  # the answer has it then


def use_live_encoder(transceiver: RTCRtpTransceiver) -> None:
    """Have a video sender use an encoder of ours for what was agreed on. Before the first picture.

    Raises AiortcChangedError.
    """
    codec = _inside(transceiver, "_codecs", list)["_codecs"][0]
    _inside(transceiver.sender, ENCODER, NoneType)[ENCODER] = ENCODERS[codec.mimeType.lower()]()


async def require_known_aiortc() -> None:
    """Raises AiortcChangedError."""
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        parts = changed_parts(peer.addTransceiver("video"))
    finally:
        await peer.close()
    if parts:
        raise AiortcChangedError(parts)


def changed_parts(transceiver: RTCRtpTransceiver) -> list[str]:
    """What differs in this aiortc from the one that ours was written for. transceiver: a new one, for video."""
    owners = {
        "receiver": transceiver.receiver,
        "sender": transceiver.sender,
        "transceiver": transceiver,
        "jitter buffer": JitterBuffer(capacity=16),
        "rate counter": RateCounter(window_size=1000),
        "decoder of H.264": H264Decoder(),
        "decoder of VP8": Vp8Decoder(),
    }
    changed = [
        f"its {name} has no {kind.__name__} in {attribute}"
        for name, attributes in ATTRIBUTES.items()
        for attribute, kind in attributes.items()
        if not _holds(vars(owners[name]), attribute, kind)
    ]
    for (owner, name), parameters in CALLS.items():
        call = getattr(owner, name, None)
        if call is None or tuple(inspect.signature(call).parameters) != parameters:
            changed.append(f"{owner.__name__} has no {name}({', '.join(parameters)})")
    return changed


def _leap(self: RateCounter, now_ms: int) -> None:
    """Of what is older than its window nothing counts: a process that stood still for a night begins anew."""
    held = vars(self)
    if held["_origin_ms"] is not None and now_ms - held["_origin_ms"] > 2 * held["_window_size"]:
        self.reset()
        held["_origin_ms"] = now_ms
    CREEP(self, now_ms)


def _inside(owner: RTCRtpReceiver | RTCRtpSender | RTCRtpTransceiver, attribute: str, kind: type) -> dict[str, Any]:
    """The attributes of an object, to read and to write, once `attribute` is known to hold exactly a `kind`."""
    held = vars(owner)
    if not _holds(held, attribute, kind):
        raise AiortcChangedError([f"{type(owner).__name__} has no {kind.__name__} in {attribute}"])
    return held


def _holds(held: dict[str, Any], attribute: str, kind: type) -> bool:
    return attribute in held and (kind is object or type(held[attribute]) is kind)
