"""Pictures made to take a machine's memory or time: refused before a pixel is decoded, whatever they are called."""

import struct
import zlib
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.image.geometry import shrunk_to
from realtime.errors import SourceError
from realtime.pictures import reading
from realtime.pictures.header import AVIF, BMP, FORMATS, GIF, JPEG, PNG, TIFF, WEBP, header_of
from realtime.pictures.reading import MOST_SCANS, decode_image
from realtime.sources import open_source

SIZE_WH = (46, 30)


def saved(kind: str, size_wh: tuple[int, int] = SIZE_WH, **options: Any) -> bytes:
    """A picture of PIL's in this format, grey, with its left half black."""
    image = PIL.Image.new("RGB", size_wh, (120, 120, 120))
    image.paste((0, 0, 0), (0, 0, size_wh[0] // 2, size_wh[1]))
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width: int, height: int) -> bytes:
    """One that says so, with nothing in it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def ico_of(png: bytes) -> bytes:
    return b"\0\0\1\0\1\0\0\0\0\0\1\0 \0" + struct.pack("<II", len(png), 22) + png


def tiff_of(
    width: int,
    height: int,
    *,
    tile: tuple[int, int] = (16, 16),
    bits: int = 8,
    channels: int = 3,
    extra: Sequence[tuple[int, int]] = (),
) -> bytes:
    """Header and directory, with nothing else in it."""
    tags = [
        (256, width),
        (257, height),
        (258, bits),
        (259, 1),
        (262, 2),
        (277, channels),
        (322, tile[0]),
        (323, tile[1]),
        *extra,
    ]
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4)


def gif_of(screen: tuple[int, int], *frames: tuple[int, int, int, int]) -> bytes:
    """Frames of x, y, width, height, with nothing in them."""
    blocks = b"".join(b"\x2c" + struct.pack("<4HB", *frame, 0) + b"\x02\x01\x2c\0" for frame in frames)
    return b"GIF89a" + struct.pack("<HHBBB", *screen, 0, 0, 0) + blocks + b"\x3b"


BOMBS = {
    "a PNG in an ICO": ico_of(png_of(20_000, 20_000)),
    "TIFF": tiff_of(60_000, 60_000),
    "TIFF of large tiles": tiff_of(64, 64, tile=(60_000, 60_000)),
    "TIFF of many channels": tiff_of(8000, 8000, bits=32, channels=60_000),
    "GIF": gif_of((60_000, 60_000), (0, 0, 8, 8)),
    "GIF that grows": gif_of((8, 8), (0, 0, 8, 8), (0, 0, 60_000, 60_000)),
    "JPEG 2000": b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(80),
    "PNG": png_of(60_000, 60_000),
    "WebP": b"RIFF\x20\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + b"\xff\xff\x3f" * 2 + bytes(16),
    "BMP": b"BM" + bytes(12) + struct.pack("<Iii", 40, 60_000, -60_000) + bytes(40),
    "JPEG": saved("JPEG")[:2] + b"\xff\xc0\0\x0b\x08" + struct.pack(">HH", 60_000, 60_000) + bytes(40),
    "nothing": b"",
}


@pytest.mark.parametrize("content", BOMBS.values(), ids=BOMBS)
def test_bomb_is_refused_and_never_decoded(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def decode(*_: object) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr(reading, "decode", decode)
    with pytest.raises(SourceError) as refused:
        decode_image(content, "bomb")
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (JPEG, {}),
        (JPEG, {"progressive": True, "exif": b"Exif\0\0" + bytes(300)}),
        (PNG, {}),
        (WEBP, {}),
        (WEBP, {"lossless": True}),
        (WEBP, {"exif": b"Exif\0\0" + bytes(30)}),
        (BMP, {}),
        (GIF, {}),
        (TIFF, {}),
        (TIFF, {"compression": "tiff_lzw"}),
        (TIFF, {"compression": "jpeg"}),
        (AVIF, {}),
    ],
)
def test_size_is_read_as_the_decoder_reads_it(kind: str, options: dict[str, Any]) -> None:
    content = saved(kind, **options)
    header = header_of(content)
    assert header is not None
    assert (header.format, header.width, header.height, header.pixels) == (kind, *SIZE_WH, SIZE_WH[0] * SIZE_WH[1])
    assert decode_image(content, "it").shape == (*SIZE_WH[::-1], 3)
    assert all(header_of(content[:cut]) in {None, header} for cut in range(len(content)))


BEGINNINGS = [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF....WEBPVP8", b"BM", b"GIF89a", b"II*\0", b""]


@given(st.sampled_from(BEGINNINGS), st.binary(max_size=80))
def test_nonsense_is_no_picture_and_no_crash(beginning: bytes, rest: bytes) -> None:
    header = header_of(beginning + rest)
    assert header is None or (header.format in FORMATS and header.pixels > 0)


@pytest.mark.parametrize("options", [{"save_all": True, "append_images": [PIL.Image.new("RGB", SIZE_WH)]}])
@pytest.mark.parametrize("kind", [PNG, WEBP])
def test_video_in_a_pictures_clothes_is_a_video(tmp_path: Path, kind: str, options: dict[str, Any]) -> None:
    (tmp_path / "video").write_bytes(saved(kind, **options))
    (tmp_path / "still").write_bytes(saved(kind))
    assert [reading.is_picture(tmp_path / name) for name in ("video", "still", "none")] == [False, True, False]


def test_jpeg_with_endless_scans_is_refused() -> None:
    ordinary = saved(JPEG, progressive=True)
    decode_image(ordinary, "ordinary")
    scan = ordinary.index(b"\xff\xda")
    with pytest.raises(SourceError, match="endless scans"):
        decode_image(ordinary[:scan] + ordinary[scan:-2] * MOST_SCANS, "bomb")


@pytest.mark.parametrize("kind", [JPEG, PNG, WEBP, AVIF, TIFF, GIF, BMP])
@pytest.mark.parametrize("orientation", [1, 6])
def test_larger_picture_than_fits_is_made_smaller(kind: str, orientation: int) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    wide = saved(kind, (1600, 800), **({} if kind in {BMP, GIF} else {"exif": exif}))
    image = decode_image(wide, "wide", fit_pixels=20_000)
    is_turned = orientation == 6 and kind not in {BMP, GIF}
    assert image.shape == ((200, 100, 3) if is_turned else (100, 200, 3))
    dark, light = (image[:95], image[105:]) if is_turned else (image[:, :95], image[:, 105:])
    assert dark.max() < 5
    assert light.min() > 115
    assert decode_image(wide, "wide").size == 1600 * 800 * 3


def test_shrinking_leaves_what_fits_as_it_is() -> None:
    image = np.zeros((30, 40, 3), np.uint8)
    assert shrunk_to(image, 1200) is image
    assert shrunk_to(np.zeros((1, 5000, 3), np.uint8), 10).shape == (1, 223, 3)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (BOMBS["a PNG in an ICO"], "an icon"),
        (BOMBS["JPEG 2000"], "JPEG 2000"),
        (b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(80), "JPEG XL"),
        (tiff_of(160, 120, extra=[(254, 1)]), "raw"),
        (tiff_of(160, 120, extra=[(50_706, 0x401)]), "raw"),
        (saved(JPEG)[:20], "JPEG"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>', "SVG"),
        (b"%PDF-1.4\n", "PDF"),
    ],
)
def test_kind_that_is_not_read_is_called_by_its_name_and_is_no_video(tmp_path: Path, content: bytes, kind: str) -> None:
    (tmp_path / "photo").write_bytes(content)
    with pytest.raises(SourceError, match=f"begins like .*{kind}") as refused:
        open_source(str(tmp_path / "photo"))
    assert refused.value.remedy == "save or export it as JPEG or PNG"


def test_decoders_own_limit_is_left_on() -> None:
    assert PIL.Image.MAX_IMAGE_PIXELS is not None


def test_only_the_formats_that_were_asked_for() -> None:
    encoded = cv2.imencode(".png", np.zeros((4, 4, 3), np.uint8))[1].tobytes()
    with pytest.raises(SourceError) as refused:
        decode_image(encoded, "it", formats=(JPEG,))
    assert refused.value.remedy == "use JPEG"


def test_file_of_too_many_bytes_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "large.png").write_bytes(saved(PNG) + bytes(5000))
    monkeypatch.setattr(reading, "MOST_BYTES", 4000)
    with pytest.raises(SourceError, match="has over"):
        reading.read_image(tmp_path / "large.png")
