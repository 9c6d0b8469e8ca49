"""HEIC files made on the spot, as phones write them: tiles of HEVC in a grid, turned, and beside a thumbnail."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO

import av
import numpy as np

from engines.types import Image

THUMBNAIL = np.full((64, 64, 3), (0, 255, 255), np.uint8)


@dataclass(frozen=True)
class Heic:
    """What is written. tile: its edge, px. quarters: to be turned counter-clockwise. lies: what is said instead of the
    truth, by "size" (the grid's ispe), "grid" (its own), "tile" (each tile's ispe), "rows".
    """

    tile: int = 64
    quarters: int = 0
    lies: dict[str, tuple[int, int]] = field(default_factory=dict)
    header_last: bool = False


HEIC = Heic()


def box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I", 8 + len(content)) + kind + content


def full(kind: bytes, *parts: bytes, version: int = 0, flags: int = 0) -> bytes:
    return box(kind, bytes([version]) + flags.to_bytes(3, "big"), *parts)


def hevc(image: Image) -> tuple[bytes, bytes]:
    """One picture's decoder configuration (hvcC) and its coded bytes."""
    file = BytesIO()
    with av.open(file, "w", format="mp4") as made:
        options = {"crf": "4", "preset": "ultrafast", "x265-params": "log-level=none:bframes=0"}
        stream = made.add_stream("libx265", rate=1, options=options)
        stream.width, stream.height, stream.pix_fmt = image.shape[1], image.shape[0], "yuv420p"
        stream.codec_context.color_range = 2
        frame = av.VideoFrame.from_ndarray(image, "bgr24")
        frame = frame.reformat(format="yuv420p", dst_colorspace=5, dst_color_range=2)
        frame.pts = 0
        made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    file.seek(0)
    with av.open(file, "r") as read:
        packet = next(packet for packet in read.demux(read.streams.video[0]) if packet.size)
        return bytes(read.streams.video[0].codec_context.extradata or b""), bytes(packet)


def heic_of(image: Image, how: Heic = HEIC) -> bytes:
    """A HEIC file whose main picture is a grid of tiles, beside a yellow thumbnail. image: (H, W, 3) BGR."""
    height, width = image.shape[:2]
    rows, columns = -(-height // how.tile), -(-width // how.tile)
    padded = np.pad(image, ((0, rows * how.tile - height), (0, columns * how.tile - width), (0, 0)), "edge")
    tiles = [np.ascontiguousarray(t) for row in np.split(padded, rows) for t in np.split(row, columns, axis=1)]
    coded = [hevc(tile) for tile in (THUMBNAIL, *tiles)]
    said_rows, grid_size = how.lies.get("rows", (rows, columns)), how.lies.get("grid", (width, height))
    grid = struct.pack(">BBBBHH", 0, 0, said_rows[0] - 1, said_rows[1] - 1, *grid_size)
    payloads = [*(data for _, data in coded), grid]
    properties = _properties(coded[0][0], coded[1][0], how, (width, height))
    first, mdat = box(b"ftyp", b"heic", bytes(4), b"mif1heic"), box(b"mdat", *payloads)
    if how.header_last:
        return first + mdat + _meta(payloads, properties, len(first))
    size = len(_meta(payloads, properties, 0))
    return first + _meta(payloads, properties, len(first) + size) + mdat


def _properties(thumbnail: bytes, tiles: bytes, how: Heic, size_wh: tuple[int, int]) -> bytes:
    """Of all items, and which is whose. thumbnail, tiles: the decoder's configurations."""
    main = 2 + -(-size_wh[0] // how.tile) * -(-size_wh[1] // how.tile)
    boxes = [
        box(b"hvcC", thumbnail),
        full(b"ispe", struct.pack(">II", 64, 64)),
        box(b"hvcC", tiles),
        full(b"ispe", struct.pack(">II", *how.lies.get("tile", (how.tile, how.tile)))),
        full(b"ispe", struct.pack(">II", *how.lies.get("size", size_wh))),
        box(b"colr", b"nclx", struct.pack(">HHHB", 1, 13, 6, 0x80)),
        box(b"irot", bytes([how.quarters])),
    ]
    uses = [(1, (0x81, 2, 6)), *((n, (0x83, 4, 6)) for n in range(2, main)), (main, (5, 6, 0x87))]
    return box(b"iprp", box(b"ipco", *boxes), full(b"ipma", struct.pack(">I", main), *map(_association, uses)))


def _meta(payloads: Sequence[bytes], properties: bytes, mdat_at: int) -> bytes:
    main, position, places = len(payloads), mdat_at + 8, []
    for number, payload in enumerate(payloads, 1):
        places.append(struct.pack(">HHHII", number, 0, 1, position, len(payload)))
        position += len(payload)
    kinds = [b"hvc1"] * (main - 1) + [b"grid"]
    tiles = struct.pack(f">HH{main - 2}H", main, main - 2, *range(2, main))
    return full(
        b"meta",
        full(b"hdlr", bytes(4) + b"pict" + bytes(13)),
        full(b"pitm", struct.pack(">H", main)),
        full(b"iloc", b"\x44\0", struct.pack(">H", main), *places),
        full(
            b"iinf",
            struct.pack(">H", main),
            *(full(b"infe", struct.pack(">HH", n, 0), kind, b"\0", version=2) for n, kind in enumerate(kinds, 1)),
        ),
        full(b"iref", box(b"thmb", struct.pack(">HHH", 1, 1, main)), box(b"dimg", tiles)),
        properties,
    )


def _association(use: tuple[int, Sequence[int]]) -> bytes:
    item, properties = use
    return struct.pack(">HB", item, len(properties)) + bytes(properties)
