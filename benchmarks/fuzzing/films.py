"""Films, as a server looks at those that visitors send and as a run reads one; and signed files, as verify reads them.

Knows containers as far as samples need it.
"""

import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import cast

import av
import numpy as np
from hypothesis import strategies as st

from benchmarks.fuzzing.edits import edited
from benchmarks.fuzzing.target import MB, Target, require
from realtime.outputs import open_sink
from realtime.provenance.credit import Credit
from realtime.provenance.reading import Status, examine
from realtime.sources import SourceOptions, open_source
from realtime.types import Outcome, ShownFrame, StreamInfo
from realtime.web.auth import RefusedError
from realtime.web.videos.looking import MOST_PIXELS, facts_of, frame_of, require_video
from realtime.web.videos.store import HEAD_BYTES

SIZE_WH = (96, 64)
FRAMES = 8
OURS = (".mp4", ".mov", ".mkv", ".webm", ".gif", ".webp")
OTHERS = {
    ".avi": "mjpeg",
    ".ts": "mpeg2video",
    ".flv": "flv1",
    ".wmv": "wmv2",
    ".mpg": "mpeg1video",
    ".ogv": "libtheora",
}
SIGNED = (".png", ".jpg", ".webp", ".tif", ".gif", ".mp4", ".mov")
BOXES = (
    b"moov mvhd trak tkhd mdia stbl stsd stts ctts stsc stsz stco co64 elst avcC colr pasp moof udta meta uuid".split()
)
READ = 12
"""Frames of a film that are looked at."""
MOST_S, MOST_BYTES = 12.0, 450 * MB
VERIFY_S, VERIFY_BYTES = 6.0, 200 * MB


@contextmanager
def films(folder: Path) -> Iterator[Target]:
    """Looked at as a server does, then read as a run does."""
    samples = tuple(film.read_bytes() for film in made_films(folder))
    path = folder / "film"

    def take(content: bytes) -> None:
        path.write_bytes(content)
        try:
            as_upload(path, content)
            frames = list(islice(read(path), READ))
            require(all(frame.shape[2] == 3 for frame in frames), "no colours")
        finally:
            path.unlink(missing_ok=True)

    plain = edited(samples, BOXES)
    sizes = st.integers(0, 65535)
    inputs = st.one_of(plain, plain, st.builds(lying, st.sampled_from(samples), sizes, sizes))
    yield Target(inputs=inputs, take=take, samples=samples, most_s=MOST_S, most_bytes=MOST_BYTES, watched=folder)


def as_upload(path: Path, content: bytes) -> None:
    """As a server does. What is refused there is still read by a run."""
    try:
        require_video(content[:HEAD_BYTES], "film")
        facts = facts_of(path, "film")
    except RefusedError:
        return
    require(facts.width * facts.height <= MOST_PIXELS, f"too large: {facts}")
    require(0 < facts.fps < 1e6 and facts.duration_s >= 0, f"no film: {facts}")
    frame_of(path, facts.within(0.1))


def read(path: Path) -> Iterator[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    """Its frames, as a run has them."""
    source = open_source(str(path), SourceOptions())
    try:
        yield from (frame.image for frame in source.frames())
    finally:
        source.close()


def made_films(folder: Path) -> Iterator[Path]:
    """One of each kind, small: those that the product writes, and others."""
    for ending in OURS:
        yield written(folder / f"sample{ending}", None)
    for ending, codec in OTHERS.items():
        if codec in av.codecs_available:
            yield encoded(folder / f"sample{ending}", codec)


def written(path: Path, credit: Credit | None) -> Path:
    """A picture or a film as a run writes it: a bar that moves."""
    is_still = path.suffix in {".png", ".jpg", ".tif"}
    info = StreamInfo(
        "x", SIZE_WH, Fraction(10), live=False, time_base=Fraction(1, 10), is_still=is_still, credit=credit
    )
    sink = open_sink(str(path), info)
    for number in range(1 if is_still else FRAMES):
        image = bar(number)
        image.setflags(write=False)
        sink.send(ShownFrame(image, number, 0, number, Outcome.SWAPPED, duration=1))
    sink.close()
    return path


def encoded(path: Path, codec: str) -> Path:
    """A film of another program's."""
    with av.open(str(path), "w") as container:
        stream = cast("av.VideoStream", container.add_stream(codec, rate=25))
        stream.width, stream.height = SIZE_WH
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for number in range(FRAMES):
            frame = av.VideoFrame.from_ndarray(bar(number), format="bgr24").reformat(format=stream.pix_fmt)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def bar(number: int) -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
    """A picture, BGR."""
    image = np.full((SIZE_WH[1], SIZE_WH[0], 3), (number * 20, 60, 200), np.uint8)
    image[10:40, number * 6 : number * 6 + 12] = 250
    return image


def lying(content: bytes, width: int, height: int) -> bytes:
    """A film that says it has another size, wherever it says so in 16 bits, or in 8 with a byte in front."""
    for form in (">H", "<H"):
        for old, new in zip(SIZE_WH, (width, height), strict=True):
            content = content.replace(struct.pack(form, old), struct.pack(form, new), 4)
    return content


@contextmanager
def signed(folder: Path) -> Iterator[Target]:
    """`liveswap verify` of changed files: a changed picture must not pass as unchanged."""
    paths = {ending: written(folder / f"signed{ending}", Credit(folder, "mesh")) for ending in SIGNED}
    samples = tuple((ending, path.read_bytes()) for ending, path in paths.items())
    shown = {ending: shown_by(paths[ending]) for ending in SIGNED}

    def take(made: tuple[str, bytes]) -> None:
        ending, content = made
        path = folder / f"changed{ending}"
        path.write_bytes(content)
        try:
            finding = examine(path)
            if finding.status is Status.VALID:
                require(shown_by(path) == shown[ending], f"a changed {ending} passes as unchanged")
        finally:
            path.unlink(missing_ok=True)

    require(all(examine(path).status is Status.VALID for path in paths.values()), "a sample is not signed")
    inputs = st.one_of([st.tuples(st.just(ending), edited([content])) for ending, content in samples])
    yield Target(inputs=inputs, take=take, samples=samples, most_s=VERIFY_S, most_bytes=VERIFY_BYTES, watched=folder)


def shown_by(path: Path) -> Sequence[bytes]:
    """The pixels of each frame; none of what cannot be decoded."""
    try:
        with av.open(str(path)) as container:
            return [frame.to_ndarray(format="rgb24").tobytes() for frame in container.decode(video=0)]
    except (av.FFmpegError, IndexError):
        return []
