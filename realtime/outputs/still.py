"""A picture file: the first swapped frame, or the last one shown when none was swapped.

Knows picture formats; knows nothing of streams.
"""

from pathlib import Path

import PIL.Image
import PIL.PngImagePlugin

from realtime.outputs.leftovers import tell_of
from realtime.outputs.marks import COMMENT, XMP
from realtime.outputs.partial_file import PartialFile
from realtime.outputs.write_errors import write_failure
from realtime.types import Outcome, ShownFrame

PICTURES = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
QUALITY = 95


class StillSink:
    """Writes one picture when it is closed; until then an existing file stays as it is. path: ends as in PICTURES.

    Raises SinkError when another run writes it, or its name or folder will not do.
    """

    progressed_ns = 0

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self.written: Path | None = None
        self._path = path
        self._kept: ShownFrame | None = None
        self._whole = True
        self._file: PartialFile | None = PartialFile(path)
        tell_of(self._file.leftovers, self._file.target)

    def send(self, frame: ShownFrame) -> None:
        if self._kept is None or self._kept.outcome is not Outcome.SWAPPED:
            self._kept = frame

    def end_early(self) -> None:
        """More was to come: an older picture is replaced only by a swapped one."""
        self._whole = False

    def close(self) -> None:
        """Raises SinkError when the picture cannot be written; an older one is then still there."""
        file, self._file = self._file, None
        if file is None:
            return
        if self._kept is None:
            file.discard()
            return
        try:
            self._write(self._kept, file)
            is_final = self._whole or self._kept.outcome is Outcome.SWAPPED
            self.written = file.publish() if is_final else file.keep()
        except OSError as error:
            file.discard()
            kept = f"the older {self._path.name} is untouched" if self._path.exists() else ""
            raise write_failure(self._path, error, kept=kept, otherwise="give --output another folder") from error

    def _write(self, frame: ShownFrame, file: PartialFile) -> None:
        kind = PICTURES[self._path.suffix.lower()]
        picture = PIL.Image.fromarray(frame.image[:, :, ::-1])
        if kind == "PNG":
            picture.save(file.file, kind, pnginfo=_png_marks())
        else:
            picture.save(file.file, kind, quality=QUALITY, xmp=XMP.encode())


def _png_marks() -> PIL.PngImagePlugin.PngInfo:
    marks = PIL.PngImagePlugin.PngInfo()
    marks.add_itxt("XML:com.adobe.xmp", XMP)
    marks.add_text("Comment", COMMENT)
    return marks
