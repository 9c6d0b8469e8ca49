"""How bright an HDR film is, seen in a dozen of its pictures before it is played.

One look for a whole film: a white that followed its scenes would flicker, and parts that are worked on apart would not
fit together.

Knows how to look into a file; hdr.py knows what brightness means.
"""

import contextlib
from collections.abc import Iterator

import av

from engines.hdr_light import Light
from realtime.hdr import said_light, seen_light

LOOKS = 12
"""Spread evenly; each costs the decoding of one key frame."""


def film_light(path: str, stream_index: int, first: av.VideoFrame) -> Light:
    """What to make of a film's light. first: its first frame, which counts too. What cannot be read is left out."""
    return seen_light([first, *_looks(path, stream_index)], said_light(first))


def _looks(path: str, stream_index: int) -> Iterator[av.VideoFrame]:
    with contextlib.suppress(av.FFmpegError), av.open(path) as container:
        stream, length = container.streams[stream_index], container.duration or 0
        begin, seen = container.start_time or 0, set[int | None]()
        for number in range(LOOKS):
            with contextlib.suppress(av.FFmpegError, StopIteration):
                container.seek(begin + length * (2 * number + 1) // (2 * LOOKS))
                frame = next(container.decode(stream))
                if isinstance(frame, av.VideoFrame) and frame.pts not in seen:
                    seen.add(frame.pts)
                    yield frame
