"""A picture file: the first swapped frame, or the last one shown when none was swapped.

Knows which frame; picture_file.py knows picture formats.
"""

from pathlib import Path

from realtime.outputs.leftovers import tell_of
from realtime.outputs.partial_file import PartialFile
from realtime.outputs.picture_file import as_picture, encode_picture, require_format, square_size
from realtime.outputs.write_errors import write_failure
from realtime.provenance.signing import ManifestSigner
from realtime.types import Outcome, ShownFrame, StreamInfo


class StillSink:
    """Writes one picture when it is closed; until then an existing file stays as it is.

    path: its ending is one of picture_file.FORMATS. Raises SinkError when the source's pictures are too large for it,
    another run writes it, or its name or folder will not do.
    """

    progressed_ns = 0

    def __init__(self, path: Path, info: StreamInfo) -> None:
        self.name = str(path)
        self.written: Path | None = None
        self._path = path
        self._info = info
        require_format(path.suffix.lower(), square_size(info))
        self._kept: ShownFrame | None = None
        self._whole = True
        self._file: PartialFile | None = PartialFile(path)
        tell_of(self._file.leftovers, self._file.target)

    def is_complete_with(self, frame: ShownFrame) -> bool:
        """Whether this is the picture: a run with no other output ends with it."""
        return frame.outcome is Outcome.SWAPPED

    def send(self, frame: ShownFrame) -> None:
        if self._kept is None or self._kept.outcome is not Outcome.SWAPPED:
            self._kept = frame

    def end_early(self) -> None:
        """More was to come: an older picture is replaced only by a swapped one."""
        self._whole = False

    def discard(self) -> None:
        """Write nothing; an older picture stays."""
        self._kept = None
        self.close()

    def close(self) -> None:
        """Raises SinkError when the picture cannot be written; an older one is then still there."""
        file, self._file = self._file, None
        if file is None:
            return
        if self._kept is None:
            file.discard()
            return
        try:
            picture = as_picture(self._kept.image, self._info)
            encoded = encode_picture(picture, self._path, self._kept.original)
            file.file.write(ManifestSigner(self._info.credit).picture(encoded, self._path))
            is_final = self._whole or self._kept.outcome is Outcome.SWAPPED
            self.written = file.publish() if is_final else file.keep()
        except (OSError, ValueError) as error:
            file.discard()
            kept = f"the older {self._path.name} is untouched" if self._path.exists() else ""
            raise write_failure(self._path, error, kept=kept, otherwise="give --output another folder") from error
