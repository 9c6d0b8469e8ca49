"""Video frames handed on as soon as they are whole.

aiortc's jitter buffer takes a frame for complete when the first packet of the next one arrives, which costs a frame
interval: 33 ms at 30 fps. The last packet of a frame carries the RTP marker bit (RFC 3550, 5.1), so it need not wait.
A missing packet is waited for, since aiortc asks for it again, but not for long: what is older than PATIENCE is given
up and a key frame asked for. Knows packets; knows nothing of pictures.
"""

from aiortc.jitterbuffer import JitterBuffer, JitterFrame
from aiortc.rtp import RtpPacket

CAPACITY = 512
"""Packets, as aiortc has it for video."""
PATIENCE = 27_000
"""300 ms of RTP's 90 kHz clock: several round trips."""
TICKS = 2**32


class MarkerJitterBuffer(JitterBuffer):
    """A video buffer whose frames end at the marker bit, or where the next one begins."""

    def __init__(self) -> None:
        super().__init__(capacity=CAPACITY, is_video=True)

    def add(self, packet: RtpPacket) -> tuple[bool, JitterFrame | None]:
        """Whether a key frame must be asked for, and the frame that this packet made whole."""
        is_broken, frame = super().add(packet)
        if frame is None and self._waited(packet) > PATIENCE:
            self._forget_before(packet.timestamp)
            return True, None
        return is_broken, frame

    def _waited(self, newest: RtpPacket) -> int:
        """How much older the oldest packet is, in ticks."""
        held = (self._packets[((self._origin or 0) + count) % self.capacity] for count in range(self.capacity))
        oldest = next((packet for packet in held if packet is not None), newest)
        age = (newest.timestamp - oldest.timestamp) % TICKS
        return age if age < TICKS // 2 else 0

    def _forget_before(self, timestamp: int) -> None:
        for _ in range(self.capacity):
            packet = self._packets[(self._origin or 0) % self.capacity]
            if packet is not None and packet.timestamp == timestamp:
                return
            self.remove(1)

    def _remove_frame(self, sequence_number: int) -> JitterFrame | None:  # noqa: ARG002  aiortc's signature
        """The oldest frame, if all of it is here. Overrides aiortc's; sequence_number: of the packet that came."""
        packets: list[RtpPacket] = []
        for count in range(self.capacity):
            packet = self._packets[((self._origin or 0) + count) % self.capacity]
            if packet is None:
                return None
            if packets and packet.timestamp != packets[0].timestamp:
                self.remove(count)
                return _joined(packets)
            packets.append(packet)
            if packet.marker:
                self.remove(count + 1)
                return _joined(packets)
        return None


def _joined(packets: list[RtpPacket]) -> JitterFrame:
    data = b"".join(packet._data for packet in packets)  # type: ignore[attr-defined]  # noqa: SLF001  set by aiortc's depayloader
    return JitterFrame(data=data, timestamp=packets[0].timestamp)
