"""The extension that has a browser show pictures at once: in the answer and in every packet, if it was offered."""

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters, RTCRtpParameters
from aiortc.rtp import HeaderExtensions, unpack_header_extensions
from aiortc.sdp import SessionDescription

from realtime.web.aiortc_patches import EXTENSIONS_MAP, ask_for_no_playout_delay
from realtime.web.playout_delay import AT_ONCE, URI, NoPlayoutDelay
from tests.realtime.web.served import Camera, run

NUMBER = 9


async def negotiated(*, offered: bool) -> tuple[list[str], type]:
    """The extensions of the answer to an offer that has it or not, and what makes those of packets."""
    caller, callee = (RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in range(2))
    caller.addTrack(Camera())
    await caller.setLocalDescription(await caller.createOffer())
    description = SessionDescription.parse(caller.localDescription.sdp)
    if offered:
        description.media[0].rtp.headerExtensions.append(RTCRtpHeaderExtensionParameters(id=NUMBER, uri=URI))
    callee.addTrack(Camera())
    await callee.setRemoteDescription(RTCSessionDescription(str(description), "offer"))
    [transceiver] = callee.getTransceivers()
    ask_for_no_playout_delay(transceiver, str(description))
    answer = SessionDescription.parse((await callee.createAnswer()).sdp)
    kind = type(vars(transceiver.sender)[EXTENSIONS_MAP])
    for peer in (caller, callee):
        for sender in peer.getSenders():
            sender.track.stop()
        await peer.close()
    return [extension.uri for extension in answer.media[0].rtp.headerExtensions], kind


@pytest.mark.parametrize("offered", [True, False])
def test_it_is_agreed_on_only_if_it_was_offered(offered: bool) -> None:
    agreed, kind = run(lambda: negotiated(offered=offered))
    assert (URI in agreed) is offered
    assert (kind is NoPlayoutDelay) is offered


def test_every_packet_says_it_beside_what_aiortc_says() -> None:
    extensions = NoPlayoutDelay()
    values = HeaderExtensions(abs_send_time=7, mid="0")
    time = RTCRtpHeaderExtensionParameters(id=3, uri="http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time")
    extensions.configure(RTCRtpParameters(headerExtensions=[time]))
    assert unpack_header_extensions(*extensions.set(values)) == [(3, b"\0\0\7")], "not agreed on: not said"
    extensions.configure(RTCRtpParameters(headerExtensions=[time, RTCRtpHeaderExtensionParameters(id=NUMBER, uri=URI)]))
    assert unpack_header_extensions(*extensions.set(values)) == [(3, b"\0\0\7"), (NUMBER, AT_ONCE)]
    assert unpack_header_extensions(*extensions.set(HeaderExtensions())) == [(NUMBER, AT_ONCE)]
