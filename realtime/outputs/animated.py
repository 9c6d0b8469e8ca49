"""Animated pictures: GIF, WebP and APNG, with the times of what was shown.

Knows frames and encoders; animated_file.py knows what the formats keep beside the frames.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
from av.filter import Graph

from realtime.errors import SinkError
from realtime.media.ffmpeg import explain, listening
from realtime.outputs.animated_file import finished
from realtime.outputs.leftovers import tell_of
from realtime.outputs.partial_file import PartialFile
from realtime.outputs.picture_file import as_picture, require_edges, square_size
from realtime.outputs.write_errors import write_failure
from realtime.pictures.colours import straight_bgra
from realtime.provenance.signing import ManifestSigner
from realtime.types import ShownFrame, StreamInfo


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a format is written. encoder, pixel_format: ffmpeg's. loop: the muxer's option for how often it plays.

    tick: its unit of time, s. least_ticks: for which a frame is shown; shorter ones are left out, because browsers show
    them for 100 ms. longest_edge: px.
    """

    container: str
    encoder: str
    pixel_format: str
    loop: str
    tick: Fraction
    least_ticks: int
    longest_edge: int


KINDS = {
    ".gif": _Kind("gif", "gif", "pal8", "loop", Fraction(1, 100), 2, 65_535),
    ".webp": _Kind("webp", "libwebp_anim", "bgra", "loop", Fraction(1, 1000), 11, 16_383),
    ".apng": _Kind("apng", "apng", "rgba", "plays", Fraction(1, 1000), 11, 65_535),
}
OPTIONS = {
    "libwebp_anim": {"quality": "85", "compression_level": "3"},
    "apng": {"compression_level": "4", "pred": "up"},
}
PALETTE = ("palettegen", "stats_mode=single"), ("paletteuse", "new=1:dither=sierra2_4a")
"""A palette of its own for each frame."""


class AnimatedSink:
    """Writes one animated picture. path: ends as in KINDS.

    Raises SinkError when the picture is too large for it, another run writes it, or its name or folder will not do.
    """

    progressed_ns = 0

    def __init__(self, path: Path, info: StreamInfo) -> None:
        self.name = str(path)
        self.written: Path | None = None
        self._path, self._info, self._kind = path, info, KINDS[path.suffix.lower()]
        self._size_wh = square_size(info)
        require_edges(path.suffix, self._size_wh, self._kind.longest_edge)
        self._palettes = _Palettes(self._size_wh) if self._kind.pixel_format == "pal8" else None
        self._last_at, self._last_ticks = -self._kind.least_ticks, 1
        self._is_open = self._whole = True
        self._file = PartialFile(path)
        tell_of(self._file.leftovers, self._file.target)
        try:
            self._begin()
        except (av.FFmpegError, ValueError) as error:
            self._is_open = False
            self._file.discard()
            raise write_failure(path, error, said=_said(error), otherwise="give --output another ending") from error

    def _begin(self) -> None:
        kind, info = self._kind, self._info
        plays = {kind.loop: str(_gif_repeats(info.plays) if kind.container == "gif" else info.plays)}
        self._container = av.open(self._file.file, "w", format=kind.container, options=plays)
        stream = self._container.add_stream(kind.encoder, rate=info.rate, options=OPTIONS.get(kind.encoder))
        self._stream = cast("av.VideoStream", stream)
        self._stream.width, self._stream.height = self._size_wh
        self._stream.pix_fmt = kind.pixel_format
        self._stream.codec_context.time_base = self._stream.time_base = kind.tick

    def send(self, frame: ShownFrame) -> None:
        """Encode one frame. Raises SinkError when that fails, e.g. on a full disk; what was made before is kept."""
        at = self._ticks(frame.pts)
        if at - self._last_at < self._kind.least_ticks:
            return
        lasts = frame.duration or 1 / (self._info.rate * self._info.time_base)
        self._last_at, self._last_ticks = at, max(1, self._ticks(lasts))
        try:
            with listening():
                for picture in self._pictures(frame):
                    picture.pts, picture.time_base, picture.duration = at, self._kind.tick, self._last_ticks
                    self._container.mux(self._stream.encode(picture))
        except (av.FFmpegError, OSError) as error:
            raise self._salvaged(error) from error

    def end_early(self) -> None:
        """More was to come: an older picture stays."""
        self._whole = False

    def discard(self) -> None:
        """Forget the picture; an older one stays."""
        if self._is_open:
            self._is_open = False
            with contextlib.suppress(av.FFmpegError, OSError):
                self._container.close()
            self._file.discard()

    def close(self) -> None:
        """Finish the file and give it its name; without a single frame none is left. Raises SinkError."""
        if not self._is_open:
            return
        if self._last_at < 0:
            self._is_open = False
            self._file.discard()
            return
        try:
            self._finish()
            self._is_open = False
            self.written = self._file.publish() if self._whole else self._file.keep()
        except (av.FFmpegError, OSError) as error:
            raise self._salvaged(error) from error

    def _finish(self) -> None:
        with listening():
            self._container.mux(self._stream.encode(None))
            self._container.close()
        file = self._file.file
        file.seek(0)
        content = finished(file.read(), self._path.suffix.lower(), self._last_ticks)
        file.seek(0)
        file.write(ManifestSigner(self._info.credit).picture(content, self._path))
        file.truncate()

    def _salvaged(self, error: Exception) -> SinkError:
        """Keep what was made before `error`. Returns what to raise."""
        self._is_open = False
        with contextlib.suppress(av.FFmpegError, OSError):
            self._container.close()
        self.written = self._file.keep()
        kept = f"what was made before that is in {self.written}"
        return write_failure(self._path, error, said=_said(error), kept=kept, otherwise="give --output another folder")

    def _ticks(self, time: int | Fraction) -> int:
        return round(time * self._info.time_base / self._kind.tick)

    def _pictures(self, frame: ShownFrame) -> Iterator[av.VideoFrame]:
        """As the encoder takes them, with their transparency."""
        image = as_picture(frame.image, self._info)
        made_of = None if frame.original is None else frame.original.resized(self._size_wh)
        picture = av.VideoFrame.from_ndarray(straight_bgra(image, made_of), "bgra")
        if self._palettes is not None:
            yield self._palettes(picture)
        else:
            yield picture.reformat(format=self._kind.pixel_format)


def _said(error: Exception) -> str:
    return explain(error) if isinstance(error, av.FFmpegError) else ""


def _gif_repeats(plays: int) -> int:
    """A GIF says how often it is shown again: 0 for ever; ffmpeg's -1 leaves it away."""
    return 0 if plays == 0 else plays - 1 or -1


class _Palettes:
    """Pictures in the 256 colours that fit them best."""

    def __init__(self, size_wh: tuple[int, int]) -> None:
        self._graph = graph = Graph()
        width, height = size_wh
        source = graph.add_buffer(width=width, height=height, format=av.VideoFormat("rgba"), time_base=Fraction(1, 100))
        split = graph.add("split")
        generator, user = (graph.add(*step) for step in PALETTE)
        end = graph.add("buffersink")
        source.link_to(split)
        split.link_to(generator, 0, 0)
        split.link_to(user, 1, 0)
        generator.link_to(user, 0, 1)
        user.link_to(end)
        graph.configure()
        self._count = 0

    def __call__(self, picture: av.VideoFrame) -> av.VideoFrame:
        picture.pts, picture.time_base, self._count = self._count, Fraction(1, 100), self._count + 1
        self._graph.push(picture)
        made = self._graph.pull()
        if not isinstance(made, av.VideoFrame):
            raise TypeError(f"a filter for pictures gave {made!r}")
        return made
