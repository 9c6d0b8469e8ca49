"""A photo's own colours and transparency: to 8-bit sRGB on white for the engines, and back for the file to be written.

What nobody painted keeps the photo's own numbers, in its own profile and with its own transparency; what was painted is
brought there. A profile that has no way back (of a printer, a scanner, a camera, or grey) is left for sRGB.

Knows Pillow's pictures and ICC profiles (ICC.1); knows no files.
"""

import logging
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO

import cv2
import numpy as np
import PIL.Image
from numpy.typing import NDArray
from PIL import ImageCms

from engines.types import Image
from realtime.pictures.original import WHITE, Original

logger = logging.getLogger(__name__)

COLOURS_OF = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK", "LAB": "Lab"}
"""Pillow's modes that a profile can be of, and how the profile's header calls them."""
GREYS = {"1", "L", "LA", "La"}
SAME = 1
"""Most that 8-bit values differ by where a profile is sRGB for all purposes."""
BAD_PROFILE = (ImageCms.PyCMSError, OSError, ValueError, TypeError)


@dataclass(frozen=True, slots=True)
class Converted:
    """image: (H, W, 3) uint8 BGR, sRGB, on white. original: None where that is all there was."""

    image: Image
    original: Original | None


def to_srgb(picture: PIL.Image.Image, name: str, *, keeps: bool = False) -> Converted:
    """A decoded picture of any of Pillow's modes but I and F. keeps: what it was is needed. name: for messages."""
    alpha, colours = _parted(picture)
    profile = _profile_of(picture, colours, name)
    plain = colours.convert("RGB") if profile is None or profile.is_srgb else profile.to_srgb(colours)
    straight = _bgr(plain)
    image = straight if alpha is None else _bgr(_on_white(plain, alpha))
    if not keeps or (alpha is None and profile is None):
        return Converted(image, None)
    own = _bgr(colours) if profile is not None and profile.has_way_back else straight
    kept = None if profile is None else profile.content if profile.has_way_back or profile.is_srgb else srgb_content()
    return Converted(image, Original(image.copy(), own, kept, alpha))


def from_srgb(image: Image, original: Original | None, *, with_alpha: bool) -> tuple[PIL.Image.Image, bytes | None]:
    """The picture to be written, and its profile. image: what was made of the original's. with_alpha: else on white."""
    if original is None or original.seen.shape != image.shape:
        return PIL.Image.fromarray(image[:, :, ::-1]), None
    if original.alpha is not None and not with_alpha:
        return PIL.Image.fromarray(image[:, :, ::-1]), None if original.profile is None else srgb_content()
    picture = PIL.Image.fromarray(np.ascontiguousarray(_whole(image, original)[:, :, ::-1]))
    if original.alpha is not None:
        picture.putalpha(PIL.Image.fromarray(original.alpha))
    return picture, original.profile


def straight_bgra(image: Image, original: Original | None) -> NDArray[np.uint8]:
    """(H, W, 4) uint8, with colours that are not multiplied by alpha, for what holds no profile.

    image: what was made of the original's, of its size; opaque where there is none.
    """
    if original is None or original.alpha is None:
        return np.dstack([image, np.full(image.shape[:2], WHITE, np.uint8)])
    plain = original if original.profile is None else replace(original, pixels=_off_ground(original.seen, original))
    return np.dstack([_whole(image, replace(plain, profile=None)), original.alpha])


def _whole(image: Image, original: Original) -> Image:
    """The original's own pixels, and what was painted on them, straight and in its profile's colours."""
    pixels, painted = original.pixels.copy(), cv2.absdiff(image, original.seen).max(axis=2)
    x, y, width, height = cv2.boundingRect(painted)
    if width:
        box = slice(y, y + height), slice(x, x + width)
        part = replace(original, alpha=None if original.alpha is None else original.alpha[box])
        np.copyto(pixels[box], _brought_back(image[box], part), where=painted[box][:, :, np.newaxis] > 0)
    return pixels


@cache
def srgb_content() -> bytes:
    """A profile of sRGB."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


class _Profile:
    """The profile of a picture. Raises one of BAD_PROFILE."""

    def __init__(self, content: bytes, mode: str) -> None:
        self.content = content
        self._own, self._srgb = (
            ImageCms.ImageCmsProfile(BytesIO(content)),
            ImageCms.ImageCmsProfile(BytesIO(srgb_content())),
        )
        if self._own.profile.xcolor_space.strip() != COLOURS_OF[mode]:
            raise ValueError(f"it is for {self._own.profile.xcolor_space.strip()}, the picture is {COLOURS_OF[mode]}")
        intent = ImageCms.Intent(self._own.profile.rendering_intent)
        self._in = ImageCms.buildTransform(self._own, self._srgb, mode, "RGB", intent)
        self._out = self._way_back(intent) if mode == "RGB" else None
        self.is_srgb = mode == "RGB" and self._changes_nothing()
        self.has_way_back = self._out is not None and not self.is_srgb

    def to_srgb(self, picture: PIL.Image.Image) -> PIL.Image.Image:
        """Of a picture in its colours."""
        return _applied(self._in, picture)

    def from_srgb(self, picture: PIL.Image.Image) -> PIL.Image.Image:
        """The other way."""
        if self._out is None:
            raise ValueError("a profile without a way back")
        return _applied(self._out, picture)

    def _way_back(self, intent: ImageCms.Intent) -> ImageCms.ImageCmsTransform | None:
        try:
            return ImageCms.buildTransform(self._srgb, self._own, "RGB", "RGB", intent)
        except BAD_PROFILE:
            return None

    def _changes_nothing(self) -> bool:
        steps = np.linspace(0, 255, 6).round().astype(np.uint8)
        grid = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(6, -1, 3)
        made = np.asarray(self.to_srgb(PIL.Image.fromarray(grid)))
        return bool(np.abs(made.astype(int) - grid).max() <= SAME)


def _applied(transform: ImageCms.ImageCmsTransform, picture: PIL.Image.Image) -> PIL.Image.Image:
    made = ImageCms.applyTransform(picture, transform)
    if made is None:
        raise ValueError("nothing was converted")
    return made


def _profile_of(picture: PIL.Image.Image, colours: PIL.Image.Image, name: str) -> _Profile | None:
    """Its profile, if it has one that can be used; a picture in Lab has one without saying so."""
    content = picture.info.get("icc_profile")
    if colours.mode == "LAB":
        content = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    if not content:
        return None
    try:
        return _Profile(content, colours.mode)
    except BAD_PROFILE as error:
        logger.warning("%s: its colour profile cannot be used (%s); it was treated as sRGB", name, error)
        return None


def _parted(picture: PIL.Image.Image) -> tuple[NDArray[np.uint8] | None, PIL.Image.Image]:
    """Its transparency, (H, W), None where it has none; and its colours, of a mode of COLOURS_OF."""
    if picture.mode.startswith("I;16"):
        return None, PIL.Image.fromarray(((np.asarray(picture).astype(np.uint32) + 128) // 257).astype(np.uint8))
    if picture.has_transparency_data:
        whole = picture.convert("RGBA")
        alpha = np.asarray(whole.getchannel("A"), np.uint8)
        return (None if alpha.min() == WHITE else alpha), whole.convert("L" if picture.mode in GREYS else "RGB")
    if picture.mode == "1":
        return None, picture.convert("L")
    return None, picture if picture.mode in COLOURS_OF else picture.convert("RGB")


def _bgr(picture: PIL.Image.Image) -> Image:
    return np.ascontiguousarray(np.asarray(picture.convert("RGB"))[:, :, ::-1], np.uint8)


def _on_white(straight: PIL.Image.Image, alpha: NDArray[np.uint8]) -> PIL.Image.Image:
    ground = PIL.Image.new("RGB", straight.size, (WHITE,) * 3)
    ground.paste(straight, mask=PIL.Image.fromarray(alpha))
    return ground


def _off_ground(image: Image, original: Original) -> Image:
    """As `on_ground`, the other way round. image: of the original's shape."""
    if original.alpha is None:
        return image
    share = np.maximum(original.alpha, 1)[:, :, np.newaxis].astype(np.float32) / WHITE
    return np.clip(np.rint((image - original.ground * (1 - share)) / share), 0, WHITE).astype(np.uint8)


def _brought_back(image: Image, original: Original) -> Image:
    """What was made, off its ground, and in the colours of the original's profile."""
    straight = _off_ground(image, original)
    if original.profile is None:
        return straight
    profile = _Profile(original.profile, "RGB")
    return _bgr(profile.from_srgb(PIL.Image.fromarray(straight[:, :, ::-1]))) if profile.has_way_back else straight
