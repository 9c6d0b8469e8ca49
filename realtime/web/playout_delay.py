"""Pictures shown as soon as they are decoded: the RTP header extension that says so to Chromium.

A browser waits with each picture for as long as the network's jitter and its own decoder have needed before, so that
videos run smoothly. A delay between 0 and 0 says that this is no video. `jitterBufferTarget = 0` in the page sets the
lower bound only. Source: http://www.webrtc.org/experiments/rtp-hdrext/playout-delay (two times 12 bits, 10 ms each).

Knows header extensions; knows nothing of pictures.
"""

from aiortc.rtcrtpparameters import RTCRtpParameters
from aiortc.rtp import HeaderExtensions, HeaderExtensionsMap, pack_header_extensions, unpack_header_extensions

URI = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
AT_ONCE = bytes(3)


class NoPlayoutDelay(HeaderExtensionsMap):
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
