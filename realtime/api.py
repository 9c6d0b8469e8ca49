"""The Python API: `from liveswap import Swapper, swap_file, open_stream`.

Knows what the command line can do, as calls; knows no terminal: it prints nothing and asks nobody. Errors that you can
mend are `UserError`, whose `remedy` says how.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from os import fspath
from types import TracebackType
from typing import Any, Literal, Self, TypeAlias, Unpack

import numpy as np
from numpy.typing import NDArray

from engines.image.geometry import box_of
from engines.types import Coverage, FaceLandmarks, Points
from models.errors import UserError
from realtime.admission import consent_watch
from realtime.api_options import AnyPath, Options, admitted
from realtime.app import Run, build_run
from realtime.faces.loaded_faces import load_faces
from realtime.stills import people_in, put_on
from realtime.stream.metrics import Snapshot
from realtime.stream.run_notes import nobody_swapped
from realtime.tracking.assignment import OrderAssigner
from realtime.web.notebook import show
from realtime.wording import counted

__all__ = [
    "LiveStream",
    "Progress",
    "SwappedFace",
    "SwappedImage",
    "Swapper",
    "UserError",
    "open_stream",
    "show",
    "swap_file",
]

Order: TypeAlias = Literal["bgr", "rgb"]
LOOK_S = 0.25
"""How often progress is told."""


@dataclass(frozen=True, slots=True)
class SwappedFace:
    """box_xyxy: (4,) px. landmarks: (468, 3) px. painted, occluded: 0..1, of the face that the camera sees."""

    box_xyxy: Points
    landmarks: Points
    painted: float
    occluded: float

    @classmethod
    def of(cls, face: FaceLandmarks, coverage: Coverage) -> Self:
        return cls(box_of(face.points), face.points, coverage.painted, coverage.occluded)


class SwappedImage(np.ndarray[tuple[int, ...], np.dtype[np.uint8]]):
    """A picture, (H, W, 3) uint8 in the order that came, and the `faces` that were swapped in it, the largest first."""

    faces: tuple[SwappedFace, ...]

    def __array_finalize__(self, _other: Any) -> None:
        """A part of it, or what is computed from it, has no faces."""
        self.faces = ()

    @property
    def coverage(self) -> float:
        """0..1: how much of the least painted face was painted; 0 where there is no face."""
        return min((face.painted for face in self.faces), default=0.0)


class Swapper:
    """Puts one face on the people in pictures. One thread at a time; close it, or use it in a `with` block.

    face: a photo, a folder of photos or a short video of one person; or several of them, for several people in view.
    Raises UserError: no usable face, no consent, a swapper or a device that does not work here.
    """

    def __init__(self, face: AnyPath | Sequence[AnyPath], **options: Unpack[Options]) -> None:
        self._config, store = admitted(face, "0", ("null",), options)
        self._watch = consent_watch(self._config, store.home)
        self._loaded = load_faces(self._config, store, live=False)

    def swap(self, image: NDArray[Any] | None, *, order: Order = "bgr") -> SwappedImage:
        """A new picture with the faces swapped; without any it is a copy.

        image: (H, W, 3) uint8. order: of its channels, "bgr" as OpenCV has them or "rgb" as Pillow has. Raises
        ValueError for another shape or type, and UserError once the consent of one of the faces was revoked.
        """
        self._watch.require()
        if image is None:
            raise ValueError("got None for a picture: cv2.imread gives that for a file that it cannot read")
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
            raise ValueError(f"a picture is (H, W, 3) uint8, got {image.shape} {image.dtype}")
        canvas, wanted = np.array(_as_bgr(image, order), order="C"), self._config.faces
        people = people_in(self._loaded.engines, canvas, wanted.limit)
        assigned = OrderAssigner(self._loaded.source_bank, wanted).assign(people)
        parts = [(each.track.face, each.worn) for each in assigned if each.worn is not None]
        told = put_on(canvas, parts, self._config.disclosure)
        made = np.ascontiguousarray(_as_bgr(canvas, order)).view(SwappedImage)
        made.faces = tuple(SwappedFace.of(face, coverage) for (face, _), coverage in zip(parts, told, strict=True))
        return made

    def close(self) -> None:
        """Let the models go. May be called twice."""
        self._loaded.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class Progress:
    """frames: written so far. total: None where the video does not say."""

    frames: int
    total: int | None

    def __str__(self) -> str:
        if self.total is None:
            return counted(self.frames, "frame")
        return f"{self.frames} of {counted(self.total, 'frame')}"


class LiveStream:
    """A stream that runs in threads of its own until its source ends, or you leave the `with` block.

    Made by `open_stream`.
    """

    def __init__(self, built: Run) -> None:
        self._built = built
        self._errors: list[BaseException] = []
        self._thread = threading.Thread(target=self._run, name="liveswap", daemon=True)
        self._thread.start()

    @property
    def numbers(self) -> Snapshot:
        """What `--metrics` writes, until now. notes: why nobody was swapped, once it has ended."""
        numbers = self._built.metrics.snapshot()
        note = None if self.is_running or self._built.info.live else nobody_swapped(numbers)
        numbers["notes"] = [] if note is None else [note.problem]
        return numbers

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    def command(self, words: str) -> str:
        """What `liveswap ctl` takes: "face 2", "strength 0.7", "pause on", "when-lost blur". Returns what holds now.

        Raises UserError for words that are no command.
        """
        return self._built.control.apply(words)

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until it ends by itself. Returns whether it has. Raises its error."""
        self._thread.join(timeout_s)
        if not self.is_running and self._errors:
            raise self._errors.pop()
        return not self.is_running

    def stop(self) -> None:
        """End it soon; what was written can be played up to there. Returns at once."""
        self._built.runner.stop()

    def _run(self) -> None:
        try:
            self._built.runner.run()
        except BaseException as error:  # noqa: BLE001  `wait` raises it
            self._errors.append(error)
        finally:
            self._built.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        self.stop()
        self._thread.join()
        if kind is None:
            self.wait()


def swap_file(
    source: AnyPath,
    output: AnyPath,
    *,
    face: AnyPath | Sequence[AnyPath],
    on_progress: Callable[[Progress], object] | None = None,
    **options: Unpack[Options],
) -> Snapshot:
    """Swap a whole video or picture. Returns its numbers, with `notes` that say why nobody was swapped, if so.

    output: its ending says what becomes of it: .mp4, .webm, .png ... on_progress: told four times a second, in your
    thread; what it raises ends the run. Raises UserError, with an older output untouched.
    """
    with open_stream(face, fspath(source), [output], **options) as stream:
        total = stream._built.info.frame_count  # noqa: SLF001  of our own
        while not stream.wait(LOOK_S):
            if on_progress is not None:
                on_progress(Progress(stream.numbers["frames_out"], total))
    numbers = stream.numbers
    if on_progress is not None:
        on_progress(Progress(numbers["frames_out"], total))
    return numbers


def open_stream(
    face: AnyPath | Sequence[AnyPath],
    source: int | AnyPath = 0,
    outputs: Sequence[AnyPath] = ("virtual",),
    **options: Unpack[Options],
) -> LiveStream:
    """Start a stream: from a camera, a video or an address to a virtual camera, files, addresses.

    source, outputs: as `--input` and `--output` take them. Raises UserError, with nothing left open.
    """
    where = str(source) if isinstance(source, int) else fspath(source)
    places = tuple(fspath(output) for output in outputs)
    return LiveStream(build_run(*admitted(face, where, places, options)))


def _as_bgr(image: NDArray[np.uint8], order: Order) -> NDArray[np.uint8]:
    if order not in {"bgr", "rgb"}:
        raise ValueError(f"order is bgr or rgb, got {order!r}")
    return image if order == "bgr" else image[..., ::-1]
