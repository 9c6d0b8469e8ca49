"""Where a transport stream goes on in other codecs: recordings of several cameras that were joined byte by byte.

ffmpeg takes the codecs of the last one it looked into for those of the first, and decodes none of the pictures rightly.
The map of a programme says which codec each of its streams has, by its number, so where one has another, another
recording begins. That streams come or go is no such change: broadcasts do it.

Source: ISO/IEC 13818-1, 2.4.4.9 (TS_program_map_section). Knows bytes; decodes nothing.
"""

import mmap
import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

LOOKED_THROUGH = 256 << 20
"""Bytes at the beginning of a file. A change behind them is damage to whoever reads on."""
PACKET = 188
SECTION = b"\0\x02\xb0"
"""At the beginning of a packet's content: nothing skipped, a map, of less than 256 bytes."""
HEADER = 4
NEAR = 4 * PACKET
"""At most so much before its map a recording begins: with the list of its programmes, and its name."""


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
        known: dict[int, int] = {}
        changes = []
        for at in _maps(head):
            codecs = _codecs(head[at + HEADER + 1 : at + PACKET])
            if any(known.get(number, codec) != codec for number, codec in codecs.items()):
                changes.append(_beginning(head, at))
            known |= codecs
        return tuple(changes)


def _maps(head: mmap.mmap) -> Iterator[int]:
    """Where the packets begin that begin with a map."""
    at = head.find(SECTION)
    while at >= 0:
        packet = at - HEADER
        if packet >= 0 and head[packet] == 0x47 and head[packet + 1] & 0x40 and not head[packet + 3] & 0x20:
            yield packet
        at = head.find(SECTION, at + 1)


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


def _beginning(head: mmap.mmap, at: int) -> int:
    """Of the recording whose map is at `at`: the list of its programmes (packets of number 0), else the map."""
    listed = head.rfind(b"\x47\x40\0", max(0, at - NEAR), at)
    return listed if listed >= 0 else at


def part_address(address: str, start: int, end: int) -> str:
    """The bytes from `start` to before `end` (0 for all) of a file, as ffmpeg takes them. address: of the file."""
    return f"subfile,,start,{start},end,{end},,:{address}"


def first_part(address: str) -> str:
    """What is to be opened of a file: it, or, where it goes on in other codecs, what comes before."""
    changes = codec_changes(path_of(address)) if address.startswith("file:") else ()
    return part_address(address, 0, changes[0]) if changes else address


def whole_address(address: str) -> str:
    """Of the file that an address, perhaps of a part, means."""
    return address.partition(",,:")[2] if address.startswith("subfile,,") else address


def path_of(address: str) -> Path:
    """Of a local file's address."""
    return Path(os.fspath(address.removeprefix("file:")))
