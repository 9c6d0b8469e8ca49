"""What travels between threads: pictures with an order and a time, and the protocols of those who hand them on.

Knows time and order; knows nothing of tensors, codecs or devices. An image belongs to whoever holds its `Frame`:
a source hands it over and never touches it again, the pipeline may paint into it, and once it is in a `ShownFrame`
it is read-only, because several outputs share it.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Protocol, runtime_checkable

from engines.image.hdr_light import Light, WidePlanes
from engines.types import Image
from realtime.media.damage import Damage
from realtime.media.timeline import Timeline
from realtime.pictures.original import Original
from realtime.provenance.credit import Credit
from realtime.stream.role import Role


class Outcome(StrEnum):
    """What became of a frame."""

    SWAPPED = "swapped"  # every wanted face carries the source
    NO_FACE = "no_face"  # nobody in view, shown as it came because that was asked for
    WITHHELD = "withheld"  # nobody found, and the picture was therefore not shown
    FAILED = "failed"  # the engines raised, and the picture was therefore not shown


class Stage(StrEnum):
    """The parts of a frame's way that are timed."""

    WAIT = "wait"  # in the slot before the pipeline
    TRACK = "track"
    SWAP = "swap"
    SHOW = "show"  # the privacy decision and the label
    SEND = "send"


@dataclass(frozen=True, slots=True)
class ColourTags:
    """How a video says its numbers are to be read: ffmpeg's integer codes, 2 = unspecified (H.273)."""

    matrix: int = 2
    primaries: int = 2
    transfer: int = 2
    full_range: bool = False


class Readable(Protocol):
    """Bytes, one after another."""

    def read(self, size: int) -> bytes: ...


class Rereadable(Protocol):
    """Bytes that come once, for several who read all of them."""

    def reader(self) -> Readable:
        """A reader of one's own, from the first byte on."""
        ...


@dataclass(frozen=True, slots=True)
class HdrFacts:
    """Of a video whose HDR is kept. tags: of its 10-bit planes, limited range. light: as they were tone-mapped.

    display, levels: ffmpeg's AVMasteringDisplayMetadata and AVContentLightMetadata, None where it does not say.
    """

    tags: ColourTags
    light: Light
    display: bytes | None
    levels: bytes | None


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """What a source says of its pictures before the first one comes."""

    name: str  # for people: "0", "clip.mp4", "test"
    size_wh: tuple[int, int]  # px, after rotation
    rate: Fraction  # nominal frames per second
    live: bool  # True: the newest frame wins; False: every frame counts
    time_base: Fraction = Fraction(1, 90_000)  # seconds per unit of `Frame.pts`
    frame_count: int | None = None  # of a file, where it says so (for the progress bar)
    is_still: bool = False  # one picture, which has no time
    plays: int = 0  # how often an animated picture is shown; 0 for ever
    pixel_aspect: Fraction = Fraction(1)
    colour: ColourTags = ColourTags()
    has_alpha: bool = False  # its frames may be transparent, and those that are bring `Original.alpha`
    hdr: HdrFacts | None = None  # where frames bring their HDR planes along
    sound_from: "str | Rereadable | None" = None  # file, address or pipe whose audio streams belong to this picture
    timeline: Timeline | None = None  # of a video: the times of `sound_from` -> video time, which `Frame.pts` counts
    damage: Damage | None = None  # what of the source could not be read so far
    extras_from: "str | Rereadable | None" = None  # a video whose title, chapters and subtitles belong to this picture
    credit: Credit | None = None  # what the manifest of a file of them says; None where none is signed

    def first(self, duration_s: float | None) -> "StreamInfo":
        """Of its first `duration_s` alone, s; None for all of it."""
        if self.frame_count is None or duration_s is None:
            return self
        return replace(self, frame_count=min(self.frame_count, math.ceil(duration_s * self.rate)))


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture from a source."""

    image: Image  # (H, W, 3) uint8 BGR, owned by the holder
    seq: int  # 0, 1, 2 ... per source; a gap is a drop
    captured_ns: int  # time.monotonic_ns() when the driver or decoder handed it over
    pts: int  # presentation time in units of StreamInfo.time_base
    original: Original | None = None  # where it held more than `image`
    duration: int = 0  # how long it is to be shown, in units of StreamInfo.time_base; 0 where its source does not say
    hdr: WidePlanes | None = None  # what `image` was made of, where HDR is kept: 10 bit, 4:2:0, limited range, even
    role: Role = Role.SHOWN  # beside the part of a video that is wanted, others


@dataclass(frozen=True, slots=True)
class ShownFrame:
    """One picture that viewers may see. image: read-only. original, hdr: only where it was made of them."""

    image: Image
    seq: int
    captured_ns: int
    pts: int
    outcome: Outcome
    original: Original | None = None
    duration: int = 0  # as of the frame it was made of
    hdr: WidePlanes | None = None  # as of `Frame`


@dataclass(frozen=True, slots=True)
class FacesSeen:
    """How many faces were seen in one picture.

    in_view: followed by their landmarks. wanted: of them, those to be swapped. unplaced: not followed. is_full: as many
    are followed as may be; then the others are too many, else too small, turned or hidden for landmarks.
    """

    in_view: int
    wanted: int
    unplaced: int
    is_full: bool = False


class FrameSource(Protocol):
    """A camera, a file, a URL, or a synthetic picture."""

    @property
    def info(self) -> StreamInfo: ...

    def frames(self) -> Iterator[Frame]:
        """Yield frames in order until the source ends or is closed. Live sources block until the next frame."""
        ...

    def close(self) -> None:
        """Release the device. May be called twice, from any thread, and makes a waiting `frames()` end soon."""
        ...


class FrameSink(Protocol):
    """A place where frames go."""

    @property
    def name(self) -> str: ...

    def send(self, frame: ShownFrame) -> None:
        """Take one frame. Called from one thread, in order. Must not write to `frame.image`."""
        ...

    def close(self) -> None:
        """Finish: flush, rename, release. May be called twice; raises if what was produced could not be kept."""
        ...


@runtime_checkable
class FileSink(FrameSink, Protocol):
    """An output that leaves a file."""

    @property
    def written(self) -> Path | None:
        """Where the file is, once there is one."""
        ...

    @property
    def progressed_ns(self) -> int:
        """When `close` last got on with a long file, by time.monotonic_ns; 0 before."""
        ...

    def end_early(self) -> None:
        """What was sent is not all that was to come. Called before `close`, which then replaces no older file."""
        ...


@runtime_checkable
class DiscardableSink(FrameSink, Protocol):
    """An output that can be forgotten."""

    def discard(self) -> None:
        """Leave nothing of what was sent; an older file stays. Called instead of `close`."""
        ...


@runtime_checkable
class FirstFramesSink(FrameSink, Protocol):
    """An output that may have all it wants before the source ends, as a picture has."""

    def is_complete_with(self, frame: ShownFrame) -> bool:
        """Whether nothing need be sent after this frame. May be asked from any thread, before it is sent."""
        ...


class Pipeline(Protocol):
    """Turns a source's frames into frames that viewers may see."""

    def take(self, frame: Frame) -> Iterable[ShownFrame]:
        """Take a frame, and give those that are ready, in order: live this one, in a video perhaps earlier ones."""
        ...

    def rest(self) -> Iterator[ShownFrame]:
        """Those that still wait, in order, each made when it is asked for: no more will come."""
        ...

    @property
    def waiting(self) -> int:
        """How many were taken and not given."""
        ...

    def run_deferred(self) -> None:
        """Do what can wait until a frame is out."""
        ...


class StreamObserver(Protocol):
    """Told what happens, from whichever thread it happens in; formats nothing and must be quick."""

    def on_captured(self) -> None: ...
    def on_dropped(self, count: int) -> None: ...
    def on_stage(self, stage: Stage, took_ns: int) -> None: ...
    def on_detector_run(self) -> None: ...
    def on_faces(self, seen: FacesSeen) -> None: ...
    def on_outcome(self, outcome: Outcome) -> None: ...
    def on_sent(self, sink: str, frame: ShownFrame, now_ns: int) -> None: ...
