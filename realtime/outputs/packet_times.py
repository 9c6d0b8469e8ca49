"""When a piece of sound is heard: the video time of each packet of one stream, whatever its container says.

Stamps are repaired as they come: missing and equal ones go on from the packet before. Where recordings were joined a
container's times jump; the Timeline knows where to, as soon as the pictures have come to the jump.

Knows times of packets; knows no codec and no container.
"""

from fractions import Fraction
from typing import TypeAlias

import av

from realtime.media.timeline import Timeline

AudioPacket: TypeAlias = "av.Packet[av.AudioStream]"
JOINT_S = 0.25
"""Packets of one recording follow each other closer than this; else there is a hole, or another recording begins."""
STEP_S = 0.008
"""A packet that is further off from the one before is behind a hole or a joint; or times only jitter."""
UNKNOWN_S = 1.0
"""A video time this far before the sound so far: the pictures have not come to the jump yet (see Timeline.video_s)."""
FAR_S = 10.0
"""Nothing is heard this long after the last picture: what claims to be is stamped wrong."""


class PacketTimes:
    """Video times of one stream's packets. Ask for each packet, in the file's order, until it has a time; then take it.

    end_s: video time where the packets taken so far end, s.
    """

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._start_s: float | None = None  # of the last packet, in the container
        self._container_end_s = 0.0
        self.end_s = 0.0

    def video_s(self, packet: AudioPacket, picture_end_s: float | None = None) -> float | None:
        """The video time at which `packet` begins, s; None while it cannot be known: ask again later.

        picture_end_s: set when no picture will come; then there is always a time.
        """
        at_s = stamp_of(packet)
        if at_s is None or at_s == self._start_s:
            return self.end_s
        if self._start_s is None and packet.pos is not None and self._timeline.reached >= 0:
            if packet.pos > self._timeline.reached and picture_end_s is None:
                return None  # perhaps it belongs to another recording, which the pictures have not come to
            self.end_s = max(self.end_s, self._timeline.part_at(packet.pos))
        found = self._mapped(at_s)
        if picture_end_s is not None and found > max(picture_end_s, self.end_s) + FAR_S:
            return self.end_s
        if self._start_s is None or abs(at_s - self._container_end_s) <= JOINT_S:
            return found
        if found < self.end_s - UNKNOWN_S:
            return self.end_s if picture_end_s is not None else None
        return found

    def take(self, packet: AudioPacket, video_s: float) -> None:
        """`packet` is heard at `video_s`."""
        at_s = stamp_of(packet)
        is_told = at_s is not None and at_s != self._start_s
        duration_s = duration_of(packet)
        self._container_end_s = duration_s + (at_s if is_told and at_s is not None else self._container_end_s)
        self._start_s = at_s if at_s is not None else self._start_s
        self.end_s = video_s + duration_s

    def _mapped(self, container_s: float) -> float:
        return self._timeline.video_s(container_s, near_s=self.end_s)


def duration_of(packet: AudioPacket) -> float:
    """How long a packet is heard, s; 0 where it does not say."""
    return float((packet.duration or 0) * (packet.time_base or Fraction(0)))


def stamp_of(packet: AudioPacket) -> float | None:
    """When a packet says that it is heard, container time, s; None where it does not."""
    ticks = packet.pts if packet.pts is not None else packet.dts
    return None if ticks is None or packet.time_base is None else float(ticks * packet.time_base)
