"""What a HEIC or AVIF file says of its pictures: which is the main one, how large it is, of which parts it is made.

Knows the boxes of ISO/IEC 14496-12 and the items of ISO/IEC 23008-12; decodes nothing and believes no part.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

HEVC, AV1, GRID = b"hvc1", b"av01", b"grid"
BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"mif2", b"msf1", b"avif"}
MOVING = b"avis"
"""The major brand of a moving AVIF, which is a video, and is read as one."""
MOST_EXTENTS = 20_000
"""Of all items together; a photo of 64 megapixels has about 300."""
IN_FILE, IN_IDAT = 0, 1


@dataclass(slots=True)
class HeifItems:
    """The items of a file by their numbers. main: the picture to show.

    kinds: four letters each. sizes: (width, height) px. parts: the tiles of a grid. auxiliary: a picture's
    alpha plane, depth and the like. colours: codes of primaries and transfer (H.273), where no ICC profile says them.
    extents: (where, offset, length) of a part of an item's bytes, IN_FILE or IN_IDAT.
    """

    main: int = 0
    kinds: dict[int, bytes] = field(default_factory=dict)
    sizes: dict[int, tuple[int, int]] = field(default_factory=dict)
    parts: dict[int, tuple[int, ...]] = field(default_factory=dict)
    auxiliary: dict[int, list[int]] = field(default_factory=dict)
    extents: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)
    colours: dict[int, tuple[int, int]] = field(default_factory=dict)
    idat: bytes = b""

    def coded(self, item: int) -> tuple[int, ...]:
        """The items that are decoded to show this one: itself, or its tiles. Raises ValueError for other kinds."""
        if self.kinds.get(item) != GRID:
            tiles: tuple[int, ...] = (item,)
        else:
            tiles = self.parts.get(item, ())
        if not tiles or len({self.kinds.get(tile) for tile in tiles} | {HEVC, AV1}) > 2:
            raise ValueError("neither one coded picture nor a grid of such")
        return tiles

    def shown(self) -> tuple[int, ...]:
        """The main item, and what belongs to it and might be decoded with it."""
        more = self.auxiliary.get(self.main, [])
        return (self.main, *(item for item in more if self.kinds.get(item) in {HEVC, AV1, GRID}))

    def pixels(self, item: int) -> int:
        """What is decoded and what is put together for it: the larger of the two."""
        tiles = [width * height for width, height in (self.sizes[tile] for tile in self.coded(item))]
        width, height = self.sizes[item]
        return max(width * height, sum(tiles))

    def payload(self, item: int, content: bytes) -> bytes:
        """An item's bytes. content: the whole file. Raises ValueError when they are not in it."""
        parts = []
        for where, offset, length in self.extents.get(item, []):
            source = content if where == IN_FILE else self.idat
            if offset + length > len(source):
                raise ValueError("truncated: an item lies beyond the end")
            parts.append(source[offset : offset + length] if length else source[offset:])
        return b"".join(parts)

    def has_true_grids(self, content: bytes) -> bool:
        """Whether each grid that is shown is as large, and of as many tiles, as its item says (23008-12, 6.6.2.3)."""
        for item in self.shown():
            if self.kinds[item] == GRID:
                grid = self.payload(item, content)
                rows, columns = grid[2] + 1, grid[3] + 1
                size = struct.unpack_from(">II" if grid[1] & 1 else ">HH", grid, 4)
                if size != self.sizes[item] or rows * columns != len(self.parts[item]):
                    return False
        return True


def is_heif(content: bytes) -> bool:
    """Whether a file of which this is the beginning says that it is a picture of either kind."""
    end = min(int.from_bytes(content[:4], "big"), 256)
    brands = {content[8:12], *(content[at : at + 4] for at in range(16, end, 4))}
    return content[4:8] == b"ftyp" and content[8:12] != MOVING and bool(brands & BRANDS)


def heif_items(content: bytes) -> HeifItems | None:
    """The items of a picture file, of its first part, or None when it is none.

    Raises ValueError, struct.error, IndexError or KeyError for a damaged one.
    """
    if not is_heif(content):
        return None
    found = next((place for kind, *place in _boxes(content, 0, len(content)) if kind == b"meta"), None)
    if found is None:
        return None
    items = HeifItems()
    for kind, start, end in _boxes(content, found[0] + 4, found[1]):
        if kind == b"pitm":
            items.main = _number(content, start + 4, 4 if content[start] else 2)
        elif kind == b"iinf":
            _read_kinds(content, start, end, items)
        elif kind == b"iprp":
            _read_properties(content, start, end, items)
        elif kind == b"iref":
            _read_references(content, start, end, items)
        elif kind == b"iloc":
            _read_places(content, start, items)
        elif kind == b"idat":
            items.idat = content[start:end]
    return items


def colour_codes(content: bytes) -> tuple[int, int] | None:
    """Primaries and transfer of the picture to show, by H.273; None where it says none. content: was decoded."""
    items = heif_items(content)
    return None if items is None else items.colours.get(items.main)


def _boxes(content: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, and where the content begins and ends, of each box."""
    end = min(end, len(content))
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", content, start)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", content, start + 8)[0], 16
        stop = end if size == 0 else start + size
        if stop < start + head:
            raise ValueError("a box is smaller than its own head")
        yield kind, start + head, min(stop, end)
        start = stop


def _number(content: bytes, at: int, size: int) -> int:
    if at + size > len(content):
        raise IndexError("cut off")
    return int.from_bytes(content[at : at + size], "big")


def _read_kinds(content: bytes, start: int, end: int, items: HeifItems) -> None:
    for kind, at, _ in _boxes(content, start + (8 if content[start] else 6), end):
        if kind == b"infe" and content[at] >= 2:
            wide = 4 if content[at] > 2 else 2
            items.kinds[_number(content, at + 4, wide)] = content[at + 6 + wide : at + 10 + wide]


def _read_properties(content: bytes, start: int, end: int, items: HeifItems) -> None:
    """Sizes and colours of all items, and which are whose."""
    properties: list[tuple[bytes, int]] = []
    for kind, at, stop in _boxes(content, start, end):
        if kind == b"ipco":
            properties = [(what, place) for what, place, _ in _boxes(content, at, stop)]
        elif kind == b"ipma":
            wide, deep = 4 if content[at] else 2, 2 if content[at + 3] & 1 else 1
            position = at + 8
            for _ in range(_number(content, at + 4, 4)):
                item, count = _number(content, position, wide), content[position + wide]
                position += wide + 1
                for _ in range(count):
                    index = _number(content, position, deep) & (0x7FFF if deep == 2 else 0x7F)
                    position += deep
                    what, place = properties[index - 1] if 0 < index <= len(properties) else (b"", 0)
                    if what == b"ispe":
                        items.sizes[item] = struct.unpack_from(">II", content, place + 4)
                    elif what == b"colr" and content[place : place + 4] == b"nclx":
                        items.colours[item] = struct.unpack_from(">HH", content, place + 4)


def _read_references(content: bytes, start: int, end: int, items: HeifItems) -> None:
    wide = 4 if content[start] else 2
    for kind, at, _ in _boxes(content, start + 4, end):
        item, count = _number(content, at, wide), _number(content, at + wide, 2)
        to = tuple(_number(content, at + wide + 2 + wide * number, wide) for number in range(count))
        if kind == b"dimg":
            items.parts[item] = to
        elif kind == b"auxl" and to:
            items.auxiliary.setdefault(to[0], []).append(item)


def _read_places(content: bytes, start: int, items: HeifItems) -> None:
    version, sizes = content[start], _number(content, start + 4, 2)
    offset_size, length_size, base_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index_size = sizes & 15 if version else 0
    wide, position, left = 4 if version == 2 else 2, start + 6, MOST_EXTENTS
    count = _number(content, position, wide)
    position += wide
    for _ in range(count):
        item = _number(content, position, wide)
        position += wide
        where = _number(content, position, 2) & 15 if version else IN_FILE
        position += (2 if version else 0) + 2
        base = _number(content, position, base_size)
        position += base_size
        extents = _number(content, position, 2)
        position += 2
        left -= extents
        if left < 0:
            raise ValueError("too many places")
        places = []
        for _ in range(extents):
            position += index_size
            offset = _number(content, position, offset_size)
            length = _number(content, position + offset_size, length_size)
            position += offset_size + length_size
            places.append((where, base + offset, length))
        if where in {IN_FILE, IN_IDAT}:
            items.extents[item] = places
