"""Sources, trackers, faces and outputs that do what a script says: for tests, benchmarks and demos without a camera.

Knows how to misbehave on cue. A raw frame shows the target's face as a fine pattern of SECRET_BGR, which no painted,
blurred or plain picture can contain by chance: where `shows_secret` is true, somebody was unmasked.
"""

import math
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

import numpy as np

from engines.recognition.appearance import Appearance
from engines.types import MESH_POINTS, Coverage, FaceLandmarks, Image, Points
from realtime.tracking.assignment import TrackedFace
from realtime.types import Frame, ShownFrame, StreamInfo

SECRET_BGR = (255, 0, 255)
FACE_BOX_XYXY = (16, 8, 48, 40)
NS_PER_S = 1_000_000_000

Fault: TypeAlias = Exception | float
"""What happens at a scripted moment: an exception is raised, a number of seconds passes (math.inf: for ever)."""
FOREVER = math.inf


def suffer(fault: Fault | None, *, until: threading.Event | None = None) -> None:
    """Raise or wait as `fault` says; the waiting ends early when `until` is set."""
    if isinstance(fault, Exception):
        raise fault
    if fault is not None:
        (until or threading.Event()).wait(min(fault, threading.TIMEOUT_MAX))


def raw_picture(seq: int, size_wh: tuple[int, int] = (64, 48)) -> Image:
    """A plain background whose colour depends on `seq`, and the target's face as a chequered box."""
    width, height = size_wh
    picture = np.full((height, width, 3), (seq % 200, 80, 40), np.uint8)
    left, top, right, bottom = FACE_BOX_XYXY
    face = picture[top:bottom, left:right]
    face[:] = 0
    face[::2, ::2] = face[1::2, 1::2] = SECRET_BGR
    return picture


def shows_secret(image: Image) -> bool:
    """Whether any pixel of the target's face is in `image`."""
    return bool((image == SECRET_BGR).all(axis=-1).any())


def landmarks_in(box_xyxy: tuple[int, int, int, int] = FACE_BOX_XYXY) -> FaceLandmarks:
    """A mesh spread evenly over the box, whose corners are among its points."""
    left, top, right, bottom = box_xyxy
    share = np.linspace(0, 1, MESH_POINTS, dtype=np.float32)
    rows = (np.arange(MESH_POINTS, dtype=np.float32) % 18) / 17
    points = np.stack([left + share * (right - left), top + rows * (bottom - top), np.zeros_like(share)], axis=1)
    return FaceLandmarks(points.astype(np.float32), presence=1.0)


@dataclass
class FakeSource:
    """Yields `count` raw pictures. faults: by sequence number, before that frame is handed over.

    live: paced at `rate` by the clock, as a camera is. deaf: does not notice that it is closed, like a stuck driver.
    """

    count: float = 10
    live: bool = False
    rate: int = 100
    size_wh: tuple[int, int] = (64, 48)
    faults: Mapping[int, Fault] = field(default_factory=dict)
    deaf: bool = False
    closed: threading.Event = field(default_factory=threading.Event)

    @property
    def info(self) -> StreamInfo:
        rate = Fraction(self.rate)
        count = None if math.isinf(self.count) else int(self.count)
        return StreamInfo("fake", self.size_wh, rate, self.live, time_base=1 / rate, frame_count=count)

    def frames(self) -> Iterator[Frame]:
        began_ns = time.monotonic_ns()
        seq = 0
        while seq < self.count and not self.closed.is_set():
            if self.live:
                self.closed.wait((began_ns - time.monotonic_ns()) / NS_PER_S + seq / self.rate)
            suffer(self.faults.get(seq), until=None if self.deaf else self.closed)
            yield Frame(raw_picture(seq, self.size_wh), seq, time.monotonic_ns(), pts=seq)
            seq += 1

    def close(self) -> None:
        self.closed.set()


@dataclass(frozen=True)
class FakeTrack:
    """A face in view."""

    id: int = 1
    face: FaceLandmarks = field(default_factory=landmarks_in)
    appearance: Appearance = field(default_factory=Appearance)
    certainty: float = 1.0
    is_alone: bool = True
    moves: bool = True


@dataclass(frozen=True)
class FakeLost:
    """A face that was in view at `lost_ns`."""

    id: int = 1
    box_xyxy: Points = field(default_factory=lambda: np.array(FACE_BOX_XYXY, np.float32))
    lost_ns: int = 0


@dataclass
class FakeTracker:
    """Sees one face in every picture; `script` may say otherwise for the k-th call: other faces, none, or a fault."""

    script: Mapping[int, Fault | tuple[TrackedFace, ...]] = field(default_factory=dict)
    calls: int = 0
    is_new: bool = False
    is_full: bool = False
    lost: tuple[FakeLost, ...] = ()
    unplaced: tuple[Points, ...] = ()
    protected: Collection[int] = ()
    max_faces: int = 1
    sees_hands: bool = True
    seen_ns: list[int] = field(default_factory=list)
    caught_up: int = 0
    fault_between: Fault | None = None

    def update(self, _image: Image, at_ns: int) -> tuple[TrackedFace, ...]:
        scripted = self.script.get(self.calls)
        self.calls += 1
        self.seen_ns.append(at_ns)
        if isinstance(scripted, tuple):
            return scripted
        suffer(scripted)
        return (FakeTrack(),)

    def run_deferred(self) -> None:
        self.caught_up += 1
        suffer(self.fault_between)


@dataclass
class FakeFace:
    """Paints the box of the face one colour. fault: what happens after half of it was painted."""

    colour_bgr: tuple[int, int, int] = (10, 200, 10)
    fault: Fault | None = None

    def paint(self, canvas: Image, face: FaceLandmarks) -> Coverage:
        left, top = np.floor(face.points[:, :2].min(axis=0)).astype(int)
        right, bottom = np.ceil(face.points[:, :2].max(axis=0)).astype(int)
        if self.fault is not None:
            canvas[top : (top + bottom) // 2, left:right] = self.colour_bgr
            suffer(self.fault)
        canvas[top:bottom, left:right] = self.colour_bgr
        return Coverage(1.0)


@dataclass
class FakeSink:
    """Keeps every frame it was sent. faults: by how many it had before. send_s: how long each takes."""

    name: str = "fake"
    faults: Mapping[int, Fault] = field(default_factory=dict)
    send_s: float = 0.0
    close_fault: Fault | None = None
    frames: list[ShownFrame] = field(default_factory=list)
    times_closed: int = 0

    def send(self, frame: ShownFrame) -> None:
        suffer(self.faults.get(len(self.frames)))
        if self.send_s:
            time.sleep(self.send_s)
        self.frames.append(frame)

    def close(self) -> None:
        self.times_closed += 1
        suffer(self.close_fault)
