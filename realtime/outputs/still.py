"""A picture file: the first swapped frame, or the last one shown when none was swapped.

Knows which frame; picture_file.py knows picture formats.
"""

from pathlib import Path

from realtime.errors import SinkError
from realtime.outputs.picture_file import as_picture, encode_picture, require_format, square_size
from realtime.types import Outcome, ShownFrame, StreamInfo


class StillSink:
    """Writes one picture when it is closed; until then an existing file stays as it is.

    path: its ending is one of picture_file.FORMATS. Raises SinkError when the source's pictures are too large for it.
    """

    def __init__(self, path: Path, info: StreamInfo) -> None:
        self.name = str(path)
        self._path = path
        self._info = info
        require_format(path.suffix.lower(), square_size(info))
        self._kept: ShownFrame | None = None

    def is_complete_with(self, frame: ShownFrame) -> bool:
        """Whether this is the picture: a run with no other output ends with it."""
        return frame.outcome is Outcome.SWAPPED

    def send(self, frame: ShownFrame) -> None:
        if self._kept is None or self._kept.outcome is not Outcome.SWAPPED:
            self._kept = frame

    def close(self) -> None:
        """Raises SinkError when the picture cannot be written; an older one is then still there."""
        if self._kept is None:
            return
        frame, self._kept = self._kept, None
        part = self._path.with_name(self._path.name + ".part")
        image = as_picture(frame.image, self._info)
        try:
            part.write_bytes(encode_picture(image, self._path, frame.original))
            part.replace(self._path)
        except (OSError, ValueError) as error:
            part.unlink(missing_ok=True)
            reason = error.strerror if isinstance(error, OSError) else None
            raise SinkError(
                f"{self._path} cannot be written: {reason or error}", remedy="make room or use another folder"
            ) from error
