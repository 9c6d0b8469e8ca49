"""Outputs: where frames go. `open_sink` reads the grammar of --output; each kind has its own file.

out.mp4 .mkv .mov .webm          a video file
frames/%05d.png                  pictures, one a frame, numbered from 1
out.png .jpg .avif .tif          a picture: the first swapped frame
out.gif .webp .apng              an animated picture; of one picture, or with --at, one that stands
virtual, virtual:/dev/video10    a virtual camera, for video calls
rtmp:// rtmps:// srt:// udp://   a server that shows it to many
-                                a video on stdout, as Matroska; named pipes too
null                             nowhere, for measuring
"""

import re
from pathlib import Path

from realtime.errors import SinkError
from realtime.media.local_path import is_pipe, local_path
from realtime.outputs.animated import KINDS, AnimatedSink
from realtime.outputs.codecs import CONTAINERS
from realtime.outputs.kinds import OUTPUTS, OutputOptions
from realtime.outputs.microphone import Microphone
from realtime.outputs.partial_file import writable_target
from realtime.outputs.picture_file import FORMATS, UNWRITABLE
from realtime.outputs.recorder import VideoRecorder
from realtime.outputs.resize import resized
from realtime.outputs.sequence import SequenceSink
from realtime.outputs.still import StillSink
from realtime.outputs.stream import StreamSink
from realtime.outputs.video_pipe import DASH, PipeSink
from realtime.pictures.numbered_names import NumberedNames
from realtime.types import FrameSink, StreamInfo

__all__ = ["OutputOptions", "open_sink"]

AS_USUAL = OutputOptions()
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
STILL_S = 5
"""Proposed for videos of one picture."""


def open_sink(where: str, info: StreamInfo, options: OutputOptions = AS_USUAL) -> FrameSink:
    """Open what --output names. Raises SinkError, before any work is done, when it cannot be written."""
    if not where:
        raise SinkError("--output is empty", remedy="name a file such as out.mp4")
    opener = OUTPUTS.get(where.partition(":")[0])
    if opener is not None:
        return opener(where, info, options)
    if ADDRESS.match(where) and info.is_still:
        raise SinkError(
            f"{info.name} is one picture, which ends before anybody sees it streamed",
            remedy=f"add --duration {STILL_S} for {STILL_S} seconds of it",
        )
    if ADDRESS.match(where):
        microphone = Microphone(options.microphone) if options.microphone else None
        return StreamSink(where, _with_square_pixels(info, options.size_wh), bits=options.bits, microphone=microphone)
    path = local_path(where)
    if where == DASH or is_pipe(path):
        _refuse_still(info, where)
        microphone = Microphone(options.microphone) if options.microphone else None
        return PipeSink(path, resized(info, options.size_wh), options.encoder, microphone=microphone)
    writable_target(path)
    if path.suffix.lower() in CONTAINERS:
        return _video_sink(path, info, options)
    return _picture_sink(path, resized(info, options.size_wh))


def _video_sink(path: Path, info: StreamInfo, options: OutputOptions) -> FrameSink:
    _refuse_still(info, path.name)
    microphone = Microphone(options.microphone) if options.microphone else None
    return VideoRecorder(path, resized(info, options.size_wh), options.encoder, microphone=microphone)


def _refuse_still(info: StreamInfo, name: str) -> None:
    if info.is_still:
        raise SinkError(
            f"{info.name} is one picture, and {name} would be a video of one frame",
            remedy=f"end the output's name in .png, or add --duration {STILL_S} for a video of {STILL_S} seconds",
        )


def _picture_sink(path: Path, info: StreamInfo) -> FrameSink:
    ending, names = path.suffix.lower(), NumberedNames.parse(path)
    if names is not None and ending in FORMATS:
        return SequenceSink(path, names, info)
    if ending in KINDS and not info.is_still:
        return AnimatedSink(path, info)
    if ending in FORMATS:
        return StillSink(path, info)
    if ending in UNWRITABLE:
        near = path.with_suffix(UNWRITABLE[ending])
        raise SinkError(f"--output {path}: {ending} pictures cannot be written", remedy=f"--output {near}")
    known = " ".join([*CONTAINERS, *FORMATS])
    raise SinkError(f"--output {path}: the ending {path.suffix!r} is not known", remedy=f"use one of: {known}")


def _with_square_pixels(info: StreamInfo, box_wh: tuple[int, int] | None) -> StreamInfo:
    """As platforms show every stream, whatever it says of its pixels."""
    return resized(info, box_wh or (round(info.size_wh[0] * info.pixel_aspect), info.size_wh[1]))
