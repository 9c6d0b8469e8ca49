"""Numbered pictures: one file a frame, numbered from 1 as ffmpeg does.

Knows the order of files; picture_file.py knows picture formats.
"""

import logging
from pathlib import Path

from realtime.outputs.partial_file import PartialFile
from realtime.outputs.picture_file import as_picture, encode_picture, require_format, square_size
from realtime.outputs.write_errors import write_failure
from realtime.pictures.numbered_names import NumberedNames
from realtime.provenance.signing import ManifestSigner
from realtime.types import ShownFrame, StreamInfo

logger = logging.getLogger(__name__)


class SequenceSink:
    """Writes each frame when it is sent; a file is there whole or not at all.

    path: the pattern; its ending is one of picture_file.FORMATS. Raises SinkError when pictures are too large for it.
    """

    progressed_ns = 0

    def __init__(self, path: Path, names: NumberedNames, info: StreamInfo) -> None:
        self.name = str(path)
        self.written: Path | None = None
        self._names, self._info = names, info
        self._signer = ManifestSigner(info.credit)
        require_format(path.suffix.lower(), square_size(info))
        self._older = names.existing()
        self._count = 0

    def send(self, frame: ShownFrame) -> None:
        """Raises SinkError when it cannot be written; those before it are there."""
        path = self._names.path(self._count + 1)
        image = as_picture(frame.image, self._info)
        file = PartialFile(path)
        try:
            file.file.write(self._signer.picture(encode_picture(image, path, frame.original), path))
            file.publish()
        except (OSError, ValueError) as error:
            file.discard()
            kept = f"the {self._count} before it are there"
            raise write_failure(path, error, kept=kept, otherwise="give --output another folder") from error
        self._count += 1
        self.written = Path(self.name)

    def end_early(self) -> None:
        """What was sent is whole."""

    def discard(self) -> None:
        """Remove what was written; what it replaced is gone."""
        for number in range(1, self._count + 1):
            self._names.path(number).unlink(missing_ok=True)
        self._count, self.written = 0, None

    def close(self) -> None:
        """Says what of an older run is still there."""
        left = [path for number, path in self._older.items() if number > self._count]
        if left and self._count:
            logger.warning("%d older picture(s) are still there, from %s on", len(left), left[0])
        self._older = {}
