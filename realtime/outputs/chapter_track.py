"""An MP4 or MOV copied packet by packet, to get the track of chapters that ffmpeg writes into unfragmented files only.

Chapters are known when a video ends, and a fragmented video has its header by then. Times, tags, roles and codec tags
are those of the video that is copied. Knows packets; knows nothing of pictures and sound.
"""

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

import av

if TYPE_CHECKING:
    from av.container.core import Chapter  # only in the stubs

OWN_TAGS = {"major_brand", "minor_version", "compatible_brands", "encoder"}
"""What every file says of itself."""
PACKETS_PER_WORD = 1000


def copy_with_chapters(
    source: io.FileIO,
    target: io.FileIO,
    on_block: Callable[[], None],
    *,
    muxer: str,
    chapters: "list[Chapter]",
) -> None:
    """Write the video in `source` to `target` with a track of `chapters`. on_block: called again and again.

    Raises OSError, av.FFmpegError or ValueError.
    """
    source.seek(0)
    with av.open(source, "r") as video, av.open(target, "w", format=muxer) as copy:
        copy.metadata.update({key: value for key, value in video.metadata.items() if key not in OWN_TAGS})
        streams = {}
        for stream in (*video.streams.video, *video.streams.audio, *video.streams.subtitles):
            made = streams[stream.index] = copy.add_stream_from_template(stream)
            made.time_base, made.disposition = stream.time_base, stream.disposition
            made.metadata.update(stream.metadata)
            made.codec_context.codec_tag = stream.codec_context.codec_tag
        copy.set_chapters(chapters)
        for number, packet in enumerate(video.demux(*[video.streams[index] for index in streams])):
            if packet.size:
                packet.stream = streams[packet.stream.index]
                copy.mux(packet)
            if number % PACKETS_PER_WORD == 0:
                on_block()
