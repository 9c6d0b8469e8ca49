"""From a picture's bytes to an upright Pillow picture: Pillow's decoders, libheif for HEIC, and limits that they lack.

Knows decoders; `pictures` judges a picture's size first, and says what is wrong with it.
"""

import logging
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import cast

import av
import PIL.Image
from PIL.Image import Transpose

from engines.backends.native_log import NativeLog, native_stderr_kept
from realtime.pictures.header import AVIF, GIF, HEIC, JPEG, SUBFILE, TIFF, WEBP, PictureHeader
from realtime.pictures.heif_header import AV1, heif_items

logger = logging.getLogger(__name__)

ORIENTATION = 0x0112
"""EXIF's and TIFF's tag; 1 is upright (CIPA DC-008, 4.6.5)."""
UPRIGHT = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
DAMAGES = (OSError, SyntaxError, ValueError, RuntimeError, EOFError, LookupError, TypeError, struct.error)
"""What the decoders raise for bytes that they cannot read."""
TRUNCATED = "truncated"
"""In what Pillow says of a picture without its end, and in what is said here."""


class DamagedPictureError(ValueError):
    """A picture that cannot be decoded. is_cut_off: its end is missing."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.is_cut_off = TRUNCATED in str(error).lower()


def decode(content: bytes, header: PictureHeader, scale: float = 1.0) -> PIL.Image.Image:
    """The picture (of a moving one the first), upright, in whatever mode it has.

    header: what was judged. scale: at least so much of the size (0..1) is wanted; decoding less saves memory.
    Raises DamagedPictureError.
    """
    try:
        if header.format in {HEIC, AVIF}:
            _refuse_false_items(content)
        with _quiet(header.format):
            picture = _open_heic(content) if header.format == HEIC else _open(content, header)
            if scale < 1 and header.format == JPEG:
                picture.draft(None, (round(header.width * scale), round(header.height * scale)))
            picture.load()
    except DAMAGES as error:
        raise DamagedPictureError(error) from error
    if scale <= 0.5 and picture.mode in {"RGB", "RGBA", "L"}:
        picture = picture.reduce(max(1, int(picture.width / (header.width * scale))))
    return _turned_upright(picture)


def page_count(content: bytes) -> int:
    """Of a TIFF, how many pictures it has that are no smaller copies; 1 of anything else. content: was decoded."""
    if not content.startswith((b"II*\0", b"MM\0*")):
        return 1
    try:
        with _quiet(TIFF), PIL.Image.open(BytesIO(content), formats=("TIFF",)) as picture:
            return 1 + sum(_is_page(picture, number) for number in range(1, getattr(picture, "n_frames", 1)))
    except DAMAGES:
        return 1


@contextmanager
def _quiet(kind: str) -> Iterator[None]:
    """libtiff writes what it thinks of a file to the terminal; here it is for whoever asks for more messages."""
    if kind != TIFF:
        yield
        return
    said: NativeLog | None = None
    try:
        with native_stderr_kept() as said:
            yield
    finally:
        if said is not None and said.text:
            logger.info("while a TIFF was decoded: %s", said.text.strip())


def _is_page(picture: PIL.Image.Image, number: int) -> bool:
    picture.seek(number)
    return not picture.getexif().get(SUBFILE, 0) & 1


def _open(content: bytes, header: PictureHeader) -> PIL.Image.Image:
    if header.format == WEBP and len(content) < 8 + struct.unpack_from("<I", content, 4)[0]:
        raise ValueError(f"{TRUNCATED}: fewer bytes than its RIFF header says")
    return PIL.Image.open(BytesIO(content), formats=(header.format.upper(),))


def _open_heic(content: bytes) -> PIL.Image.Image:
    import pi_heif  # noqa: PLC0415  nobody else need load it

    picture: PIL.Image.Image = pi_heif.open_heif(BytesIO(content)).to_pillow()
    return picture


def _turned_upright(picture: PIL.Image.Image) -> PIL.Image.Image:
    """As its EXIF says; damaged EXIF says nothing."""
    try:
        turn = UPRIGHT.get(picture.getexif().get(ORIENTATION, 1))
    except DAMAGES:
        return picture
    return picture if turn is None else picture.transpose(turn)


def _refuse_false_items(content: bytes) -> None:
    """Raise ValueError when coded pictures are not of the size that was judged.

    libheif gives its HEVC decoder that size as the limit; libavif gives none below 268 megapixels.
    """
    items = heif_items(content)
    if items is None or not items.has_true_grids(content):
        raise ValueError("a grid is not what its item says")
    for item in items.shown():
        for part in items.coded(item):
            coded = items.payload(part, content)
            if items.kinds[part] == AV1:
                _refuse_false_av1(coded, *items.sizes[part])


def _refuse_false_av1(coded: bytes, width: int, height: int) -> None:
    """Decode a part within its own size, px."""
    decoder = cast("av.VideoCodecContext", av.CodecContext.create("libdav1d", "r"))
    decoder.options = {"max_pixels": str(width * height)}
    try:
        if not decoder.decode(av.Packet(coded)) + decoder.decode(None):
            raise ValueError("it shows nothing")
    except av.FFmpegError as error:
        raise ValueError(f"a part cannot be decoded: {error.strerror}") from error


class MovingPicture:
    """An animated GIF, WebP or PNG, a frame at a time. count: of its frames. plays: how often; 0 for ever.

    header: what was judged. Raises DamagedPictureError.
    """

    def __init__(self, content: bytes, header: PictureHeader) -> None:
        try:
            self._picture = _open(content, header)
            self._first = int(bool(self._picture.info.get("default_image")))  # an APNG's, for who knows PNG only
            self.count = max(1, getattr(self._picture, "n_frames", 1) - self._first)
        except DAMAGES as error:
            raise DamagedPictureError(error) from error
        said = self._picture.info.get("loop")
        self.plays = 1 if said is None else int(said) + (header.format == GIF and said > 0)

    def frame(self, number: int) -> tuple[PIL.Image.Image, int]:
        """A frame as it is shown, laid on those before it, and for how long, ms. Quick for the first and the next."""
        try:
            self._picture.seek(number + self._first)
            self._picture.load()
            return self._picture.copy(), round(self._picture.info.get("duration", 0))
        except DAMAGES as error:
            raise DamagedPictureError(error) from error
