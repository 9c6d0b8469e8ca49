"""How bright an HDR video is, seen in a dozen of its pictures before it is played.

One look for a whole video: a white that followed its scenes would flicker, and parts that are worked on apart would not
fit together.

Knows how to look into a file; hdr.py knows what brightness means.
"""

import contextlib
from collections.abc import Iterator

import av

from engines.image.hdr_light import Light
from realtime.media.colour import tags_of
from realtime.media.ffmpeg import open_input
from realtime.media.hdr import is_hdr, said_light, seen_light
from realtime.media.local_path import LOCAL
from realtime.types import Rereadable

LOOKS = 12
"""Spread evenly; each costs the decoding of one key frame."""


def video_light(where: str | Rereadable | None, stream_index: int, first: av.VideoFrame) -> Light | None:
    """What to make of a video's light; None for SDR, and for what is no local file and can be looked into only once.

    where: its address. first: its first frame, which counts too. What cannot be read is left out.
    """
    if not isinstance(where, str) or not where.startswith(LOCAL) or not is_hdr(tags_of(first)):
        return None
    return seen_light([first, *_looks(where, stream_index)], said_light(first))


def _looks(path: str, stream_index: int) -> Iterator[av.VideoFrame]:
    with contextlib.suppress(av.FFmpegError), open_input(path) as container:
        stream, length = container.streams[stream_index], container.duration or 0
        begin, seen = container.start_time or 0, set[int | None]()
        for number in range(LOOKS):
            with contextlib.suppress(av.FFmpegError, StopIteration):
                container.seek(begin + length * (2 * number + 1) // (2 * LOOKS))
                frame = next(container.decode(stream))
                if isinstance(frame, av.VideoFrame) and frame.pts not in seen:
                    seen.add(frame.pts)
                    yield frame
