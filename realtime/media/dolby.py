"""Dolby Vision of profile 5: its colours (IPT, reshaped) are known only to players with a licence.

In MP4 and MOV such tracks have tags of their own (realtime/sources/tracks.py); in Matroska a record beside the track
says the profile, which PyAV does not show. Sources: Matroska's block addition mappings ("dvcC"), Dolby Vision Streams
Within the ISO Base Media File Format, 3.2. Knows bytes; decodes nothing.
"""

import re
from pathlib import Path

HEAD_BYTES = 1 << 20
"""In which Matroska describes its tracks."""
RECORD = re.compile(rb"\x41\xe7\x84dv[cv]C(?:.{0,4}?)\x41\xed[\x98-\xff]..(.)", re.DOTALL)
"""BlockAddIDType and BlockAddIDExtraData: two bytes of a version, then seven bits of the profile."""
ONLY_DOLBY = 5


def needs_dolby(path: Path) -> bool:
    """Whether a track of a Matroska file is of that profile. Raises OSError."""
    with path.open("rb") as file:
        return any(found[0] >> 1 == ONLY_DOLBY for found in RECORD.findall(file.read(HEAD_BYTES)))
