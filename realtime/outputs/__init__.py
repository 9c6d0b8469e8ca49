"""Outputs: where frames go. `open_sink` reads the grammar of --output; each kind has its own file.

out.mp4 .mkv .mov .webm          a video file
out.png .jpg .jpeg .webp         a picture: the first swapped frame
virtual, virtual:/dev/video10    a virtual camera, for video calls
null                             nowhere, for measuring
"""

from dataclasses import dataclass, field
from pathlib import Path

from realtime.errors import SinkError
from realtime.outputs.microphone import Microphone
from realtime.outputs.null import NullSink
from realtime.outputs.partial_file import writable_target
from realtime.outputs.recorder import CONTAINERS, EncoderOptions, VideoRecorder
from realtime.outputs.still import PICTURES, StillSink
from realtime.outputs.virtual import VirtualCamera
from realtime.types import FrameSink, StreamInfo

PLANNED = ("rtmp", "srt", "udp", "rtsp")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputOptions:
    """How outputs are written. size_wh: of videos, None for the source's. microphone: of a live recording."""

    encoder: EncoderOptions = field(default_factory=EncoderOptions)
    size_wh: tuple[int, int] | None = None
    microphone: str | None = None


def open_sink(where: str, info: StreamInfo, options: OutputOptions = OutputOptions()) -> FrameSink:
    """Open what --output names. Raises SinkError, before any work is done, when it cannot be written."""
    if where == "null":
        return NullSink()
    kind = where.partition("://")[0].partition(":")[0]
    if kind == "virtual":
        return VirtualCamera(where, info, size_wh=options.size_wh)
    if kind in PLANNED:
        raise SinkError(
            f"--output {where}: this version sends nothing over the network",
            remedy="use a file such as out.mp4, or virtual",
        )
    path = Path(where).expanduser()
    writable_target(path)
    if path.suffix.lower() in PICTURES:
        return StillSink(path)
    if path.suffix.lower() in CONTAINERS:
        microphone = Microphone(options.microphone) if options.microphone else None
        return VideoRecorder(path, info, options.encoder, size_wh=options.size_wh, microphone=microphone)
    known = " ".join([*CONTAINERS, *PICTURES])
    raise SinkError(f"--output {where}: the ending {path.suffix!r} is not known", remedy=f"use one of: {known}")
