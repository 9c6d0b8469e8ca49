"""Dolby Vision of profile 5: its colours (IPT, reshaped) are known only to players with a licence.

In MP4 and MOV such tracks have tags of their own (realtime/sources/tracks.py). In Matroska a record beside the track
says the profile, in transport streams a descriptor in the map of a programme; PyAV shows neither. Sources: Matroska's
block addition mappings ("dvcC"); Dolby Vision Streams Within the ISO Base Media File Format, 3.2, and Within the MPEG-2
Transport Stream Format, 3.2; ISO/IEC 13818-1, 2.4.4.9. Knows bytes; decodes nothing.
"""

import re
from pathlib import Path

HEAD_BYTES = 1 << 20
"""In which a video describes its tracks."""
RECORD = re.compile(rb"\x41\xe7\x84dv[cv]C(?:.{0,4}?)\x41\xed[\x98-\xff]..(.)", re.DOTALL)
"""BlockAddIDType and BlockAddIDExtraData: two bytes of a version, then seven bits of the profile."""
MAP = re.compile(rb"\x47[\x40-\x5f].[\x10-\x1f]\x00\x02.{182}", re.DOTALL)
"""A packet in which the map of a programme begins."""
DESCRIPTOR = re.compile(rb"\xb0[\x05-\x18]\x01\x00(.)", re.DOTALL)
"""In a map: its tag and length, two bytes of a version, then seven bits of the profile."""
ONLY_DOLBY = 5


def head_of(path: Path) -> bytes:
    """Where a file describes its tracks. Raises OSError."""
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def needs_dolby(head: bytes, container: str) -> bool:
    """Whether a track is of that profile. head: of the video. container: ffmpeg's name."""
    if container.startswith("matroska"):
        found = RECORD.findall(head)
    elif container == "mpegts":
        found = [profile for packet in MAP.findall(head) for profile in DESCRIPTOR.findall(packet)]
    else:
        found = []
    return any(each[0] >> 1 == ONLY_DOLBY for each in found)
