"""Where a transport stream goes on in other codecs: recordings of several cameras that were joined byte by byte.

ffmpeg takes the codecs of the last one it looked into for those of the first, and decodes none of the pictures rightly.
The map of a programme says which codec each of its streams has, by its number, so where one has another, another
recording begins. That streams come or go is no such change: broadcasts do it. AAC of another rate or with other
channels is one: copied, it would be heard at the rate of the first.

Sources: ISO/IEC 13818-1, 2.4.3.6 (PES packets), 2.4.4.9 (TS_program_map_section); ISO/IEC 14496-3, 1.A.2 (ADTS). Knows
bytes; decodes nothing.
"""

import mmap
from collections.abc import Iterator
from functools import lru_cache
from heapq import merge
from pathlib import Path

from realtime.media.local_path import path_at

LOOKED_THROUGH = 256 << 20
"""Bytes at the beginning of a file. A change behind them is damage to whoever reads on."""
PACKET = 188
SECTION = b"\0\x02\xb0"
"""At the beginning of a packet's content: nothing skipped, a map, of less than 256 bytes."""
SYNC, HEADER = b"\x47", 4
NEAR, NEAR_SOUND = 4 * PACKET, 1 << 20
"""At most so much before its map, or its first sound, a recording begins: with the list of its programmes."""
SOUND = b"\0\0\1\xc0"
"""At the beginning of a packet's content: of a block of sound, as nearly everybody numbers it."""


def codec_changes(path: Path) -> tuple[int, ...]:
    """The bytes from which on a file goes on in other codecs. None for any other file, or one that cannot be read."""
    try:
        found = path.stat()
        return _changes(path, found.st_size, found.st_mtime_ns)
    except (OSError, ValueError):
        return ()


@lru_cache(maxsize=8)
def _changes(path: Path, size: int, _changed_ns: int) -> tuple[int, ...]:
    """Raises OSError, and ValueError for an empty file."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), min(size, LOOKED_THROUGH), access=mmap.ACCESS_READ) as head:
        if head[:1] != b"G":
            return ()
        codecs: dict[int, int] = {}
        sounds: dict[int, int] = {}
        changes = []
        for packet, at in merge(_packets(head, SECTION), _packets(head, SOUND)):
            is_map = head[at : at + len(SECTION)] == SECTION
            found = _codecs(head[at + 1 : packet + PACKET]) if is_map else _aac(head, packet, at)
            known = codecs if is_map else sounds
            if any(known.get(number, kind) != kind for number, kind in found.items()):
                changes.append(_beginning(head, packet, NEAR if is_map else NEAR_SOUND))
                sounds.clear()
            known |= found
        return tuple(changes)


def _packets(head: mmap.mmap, beginning: bytes) -> Iterator[tuple[int, int]]:
    """Where the packets begin whose content begins so, and where their content does."""
    at = head.find(beginning)
    while at >= 0:
        packet = _packet_of(head, at)
        if packet >= 0:
            yield packet, at
        at = head.find(beginning, at + 1)


def _packet_of(head: mmap.mmap, at: int) -> int:
    """Where the packet begins whose content begins at `at` and is the first of its kind; -1 where there is none."""
    packet = head.rfind(SYNC, max(0, at - PACKET), at - HEADER + 1)
    while packet >= 0:
        skipped = 1 + head[packet + HEADER] if head[packet + 3] & 0x20 else 0  # what else a packet may say
        if head[packet + 1] & 0x40 and packet + HEADER + skipped == at:
            return packet
        packet = head.rfind(SYNC, max(0, at - PACKET), packet)
    return -1


def _aac(head: mmap.mmap, packet: int, at: int) -> dict[int, int]:
    """The rate and the channels of a block of sound that is AAC, as ADTS has them, by the number of its stream."""
    header = head[at + 9 + head[at + 8] : at + 13 + head[at + 8]] if at + 9 < packet + PACKET else b""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xF6 != 0xF0:
        return {}
    return {(head[packet + 1] & 0x1F) << 8 | head[packet + 2]: (header[2] & 0x3D) << 2 | header[3] >> 6}


def _codecs(section: bytes) -> dict[int, int]:
    """The types of a map's streams by their numbers; none where the map does not fit into its packet."""
    length = (section[1] & 0x0F) << 8 | section[2]
    at, end = 12 + ((section[10] & 0x0F) << 8 | section[11]), 3 + length - 4
    if end > len(section):
        return {}
    found = {}
    while at + 5 <= end:
        found[(section[at + 1] & 0x1F) << 8 | section[at + 2]] = section[at]
        at += 5 + ((section[at + 3] & 0x0F) << 8 | section[at + 4])
    return found


def _beginning(head: mmap.mmap, at: int, near: int) -> int:
    """Of the recording whose packet is at `at`: the list of its programmes (packets of number 0), else the packet."""
    listed = head.rfind(b"\x47\x40\0", max(0, at - near), at)
    return listed if listed >= 0 else at


def part_address(address: str, start: int, end: int) -> str:
    """The bytes from `start` to before `end` (0 for all) of a file, as ffmpeg takes them. address: of the file."""
    return f"subfile,,start,{start},end,{end},,:{address}"


def first_part(address: str) -> str:
    """What is to be opened of a file: it, or, where it goes on in other codecs, what comes before."""
    path = path_at(address)
    changes = codec_changes(path) if path is not None else ()
    return part_address(address, 0, changes[0]) if changes else address


def whole_address(address: str) -> str:
    """Of the file that an address, perhaps of a part, means."""
    return address.partition(",,:")[2] if address.startswith("subfile,,") else address
