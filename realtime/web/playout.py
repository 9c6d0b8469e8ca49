"""Pictures shown as soon as they are decoded: the RTP header extension that says so to Chromium.

A browser waits with each picture for as long as the network's jitter and its own decoder have needed before, so that
films run smoothly. A delay between 0 and 0 says that this is no film. `jitterBufferTarget = 0` in the page sets the
lower bound only. Source: http://www.webrtc.org/experiments/rtp-hdrext/playout-delay (two times 12 bits, 10 ms each).

Knows header extensions; knows nothing of pictures.
"""

from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters, RTCRtpParameters
from aiortc.rtcrtptransceiver import RTCRtpTransceiver
from aiortc.rtp import HeaderExtensions, HeaderExtensionsMap, pack_header_extensions, unpack_header_extensions
from aiortc.sdp import SessionDescription

from realtime.web.insides import insides

URI = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
AT_ONCE = bytes(3)
ATTRIBUTE = "_RTCRtpSender__rtp_header_extensions_map"


class AtOnce(HeaderExtensionsMap):
    """Adds the extension to every packet, once its number is agreed on."""

    def __init__(self) -> None:
        super().__init__()
        self._id: int | None = None

    def configure(self, parameters: RTCRtpParameters) -> None:
        super().configure(parameters)
        self._id = next((extension.id for extension in parameters.headerExtensions if extension.uri == URI), None)

    def set(self, values: HeaderExtensions) -> tuple[int, bytes]:
        packed = super().set(values)
        if self._id is None:
            return packed
        return pack_header_extensions([*unpack_header_extensions(*packed), (self._id, AT_ONCE)])


def show_at_once(transceiver: RTCRtpTransceiver, offer: str) -> None:
    """Ask the other side to show what this transceiver sends without waiting, if it offers that.

    Call it between the offer and the answer. Raises AttributeError when this aiortc keeps things somewhere else.
    """
    held = insides(transceiver.sender, ATTRIBUTE, HeaderExtensionsMap)
    media = [part for part in SessionDescription.parse(offer).media if part.rtp.muxId == transceiver.mid]
    offered = [extension for part in media for extension in part.rtp.headerExtensions if extension.uri == URI]
    if offered:
        held[ATTRIBUTE] = AtOnce()
        agreed = RTCRtpHeaderExtensionParameters(id=offered[0].id, uri=URI)
        transceiver._headerExtensions.append(agreed)  # noqa: SLF001  so that the answer and the sender have it
