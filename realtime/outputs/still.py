"""A picture file: the first swapped frame, or the last one shown when none was swapped.

Knows picture formats; knows nothing of streams.
"""

import logging
from pathlib import Path

import PIL.PngImagePlugin

from realtime.errors import SinkError
from realtime.outputs.marks import COMMENT, XMP
from realtime.picture_colours import from_srgb
from realtime.types import Outcome, ShownFrame

logger = logging.getLogger(__name__)

PICTURES = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
WITH_ALPHA = {"PNG", "WEBP"}
QUALITY = 95


class StillSink:
    """Writes one picture when it is closed; until then an existing file stays as it is. path: ends as in PICTURES."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._path = path
        self._kept: ShownFrame | None = None

    def send(self, frame: ShownFrame) -> None:
        if self._kept is None or self._kept.outcome is not Outcome.SWAPPED:
            self._kept = frame

    def close(self) -> None:
        """Raises SinkError when the picture cannot be written; an older one is then still there."""
        if self._kept is None:
            return
        frame, self._kept = self._kept, None
        part = self._path.with_name(self._path.name + ".part")
        kind = PICTURES[self._path.suffix.lower()]
        try:
            if frame.original is not None and frame.original.alpha is not None and kind not in WITH_ALPHA:
                logger.warning("%s: what was transparent is white; .png and .webp keep it transparent", self._path)
            picture, profile = from_srgb(frame.image, frame.original, with_alpha=kind in WITH_ALPHA)
            if kind == "PNG":
                picture.save(part, kind, pnginfo=_png_marks(), icc_profile=profile)
            else:
                picture.save(part, kind, quality=QUALITY, xmp=XMP.encode(), icc_profile=profile)
            part.replace(self._path)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise SinkError(
                f"{self._path} cannot be written: {error.strerror or error}", remedy="make room or use another folder"
            ) from error


def _png_marks() -> PIL.PngImagePlugin.PngInfo:
    marks = PIL.PngImagePlugin.PngInfo()
    marks.add_itxt("XML:com.adobe.xmp", XMP)
    marks.add_text("Comment", COMMENT)
    return marks
