"""What is painted where in one picture, and whether it may be shown: every face in view is swapped, blurred or left.

Knows the order of the steps and the rules of `realtime.stream.privacy`; knows nothing of threads, and of time only how
long somebody has been out of sight.
"""

import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from engines.image.geometry import box_of
from engines.swappers.blurred_face import blur_box
from engines.swappers.compositing import Part, learn_all, paint_all
from engines.types import Coverage, Image, Points
from realtime.choices import Strangers
from realtime.stream.inspection import Inspection, is_covered
from realtime.stream.live_settings import AS_STARTED, LiveSettings
from realtime.stream.metrics import NULL_OBSERVER
from realtime.stream.privacy import STRANGER_LOST_NS, SURE, WITHHELD_NS, FrameStatus
from realtime.tracking.assignment import Assignment, FaceAssigner, TrackedFace
from realtime.tracking.result import LostFace, TrackingResult
from realtime.tracking.wanted_people import most_followed
from realtime.types import FacesSeen, Stage, StreamObserver


class Tracker(Protocol):
    """Follows faces from frame to frame (`realtime.tracking.tracker.FaceTracker`)."""

    protected: Collection[int]
    max_faces: int
    sees_hands: bool

    def update(self, image: Image, at_ns: int) -> Sequence[TrackedFace]:
        """The faces really seen in `image`, largest first; at_ns: stream time, rising."""
        ...

    def run_deferred(self) -> None:
        """Do what is due and need not be done before the last image is out."""
        ...

    @property
    def lost(self) -> Sequence[LostFace]: ...
    @property
    def unplaced(self) -> Sequence[Points]: ...
    @property
    def is_new(self) -> bool: ...
    @property
    def is_full(self) -> bool: ...


class FramePainter:
    """Paints the pictures of one stream in place. One thread at a time, pictures in order.

    strangers: what becomes of faces that nobody wants swapped, unless the settings say. live: nobody can look at the
    result before it is shown, so it is inspected, and places where somebody was seen last are blurred.
    """

    def __init__(
        self,
        tracker: Tracker,
        assigner: FaceAssigner,
        strangers: Strangers,
        *,
        live: bool,
        observer: StreamObserver = NULL_OBSERVER,
    ) -> None:
        self._tracker, self._assigner = tracker, assigner
        self._strangers, self._live = strangers, live
        self._observer = observer
        self._wanted_before: frozenset[int] = frozenset()
        self.painted: Sequence[tuple[int, Points]] = ()
        """Who was swapped in the picture that was painted last: their numbers, and landmarks, (468, 3) px."""

    def run_deferred(self) -> None:
        """Do what is due and need not be done before the last picture is out."""
        self._tracker.run_deferred()

    def track(self, canvas: Image, at_ns: int, settings: LiveSettings = AS_STARTED) -> TrackingResult:
        """See who is in a picture. at_ns: stream time, rising. Raises what an engine raises."""
        if self._live and settings.faces is not None:
            self._tracker.max_faces = most_followed(settings.faces)
        self._tracker.sees_hands = settings.hands
        with self._timed(Stage.TRACK):
            in_view = list(self._tracker.update(canvas, at_ns))
        tracker = self._tracker
        if not self._live:  # painted when others have been tracked since; a video's tracker follows only who is wanted
            tracker.protected = frozenset(face.id for face in in_view)
        return TrackingResult(
            at_ns,
            in_view,
            tuple(tracker.lost),
            tuple(tracker.unplaced),
            is_new=tracker.is_new,
            is_full=tracker.is_full,
        )

    def paint(
        self, canvas: Image, result: TrackingResult, settings: LiveSettings, *, counts: bool = True
    ) -> FrameStatus:
        """Paint the picture that was tracked. counts: whether the observer is told who is in it.

        Raises what an engine raises; then some of it may be painted.
        """
        self.painted = ()
        assigned = self._assigner.assign(result.in_view, settings, result.at_ns, canvas)
        wanted = [face for face in assigned if face.worn is not None]
        self._note_wanted(wanted, result)
        if counts:
            self._observer.on_faces(FacesSeen(len(assigned), len(wanted), len(result.unplaced), result.is_full))
        strangers = settings.strangers or self._strangers
        with self._timed(Stage.SWAP):
            self._blur(canvas, assigned, result, strangers)
            is_painted = self._paint_faces(canvas, assigned, strangers)
        if not wanted:
            return FrameStatus.NO_FACE
        return (
            FrameStatus.SWAPPED
            if is_painted and not self._is_doubtful(wanted, result, strangers)
            else FrameStatus.DOUBTFUL
        )

    def learn(self, canvas: Image, result: TrackingResult, settings: LiveSettings) -> None:
        """See who wears what, and how they look, in a picture that nobody sees. Raises what an engine raises."""
        assigned = self._assigner.assign(result.in_view, settings, result.at_ns, canvas)
        self._note_wanted([face for face in assigned if face.worn is not None], result)
        learn_all([(face.track.face, face.worn) for face in assigned if face.worn is not None])

    def _note_wanted(self, wanted: Sequence[Assignment], result: TrackingResult) -> None:
        """Who is wanted stays so in a gap."""
        numbers = frozenset(face.track.id for face in wanted)
        if self._live:
            self._tracker.protected = numbers
        self._wanted_before = numbers | (self._wanted_before & result.gaps.keys())

    def _paint_faces(self, canvas: Image, assigned: Sequence[Assignment], strangers: Strangers) -> bool:
        """Returns whether every wanted face was really painted."""
        parted = [(face, part) for face in assigned if (part := _part_of(face, assigned, strangers)) is not None]
        self.painted = [(face.track.id, face.track.face.points) for face, _ in parted]
        parts = [part for _, part in parted]
        wanted = [face.track for face in assigned if face.worn is not None]
        inspections = [Inspection.begin(canvas, face.face.points, face.appearance) for face in wanted if self._live]
        by_face = {id(face): coverage for (face, _), coverage in zip(parts, paint_all(canvas, parts), strict=True)}
        done = [by_face[id(face.face)] for face in wanted]
        if self._live:
            _note_hidden(wanted, done)
        return all(is_covered(each, face.face.points) for face, each in zip(wanted, done, strict=True)) and not any(
            inspection.is_bare(canvas, each) for inspection, each in zip(inspections, done, strict=False)
        )

    def _blur(
        self, canvas: Image, assigned: Sequence[Assignment], result: TrackingResult, strangers: Strangers
    ) -> None:
        """Strangers, and where somebody is, or was last, whom nobody can swap: before anybody is painted."""
        boxes = list(result.unplaced) if self._must_hide(None, strangers) else []
        if strangers is not Strangers.SWAP:
            unworn = [face.track for face in assigned if face.worn is None]
            boxes += [box_of(face.face.points) for face in unworn if self._must_hide(face.id, strangers)]
        boxes += [box for number, box in result.gaps.items() if number in self._wanted_before]
        for face in result.lost if self._live else ():
            away_ns, is_wanted = result.at_ns - face.lost_ns, self._assigner.is_wanted(face.id)
            may_be_left = not self._must_hide(face.id, strangers) or away_ns > STRANGER_LOST_NS
            if is_wanted or not may_be_left:
                boxes.append(face.box_xyxy)
        for box in boxes:
            blur_box(canvas, box)

    def _must_hide(self, number: int | None, strangers: Strangers) -> bool:
        """Whether this person, who is not swapped, is not to be seen. number: None of a face that is nobody's yet."""
        return strangers is not Strangers.LEAVE or not self._assigner.may_be_left(number)

    def _is_doubtful(self, wanted: Sequence[Assignment], result: TrackingResult, strangers: Strangers) -> bool:
        """Whether somebody may be bare though all wanted faces that are seen are painted."""
        missing = any(
            result.at_ns - face.lost_ns <= WITHHELD_NS and self._assigner.is_wanted(face.id) for face in result.lost
        )
        return missing or any(_is_unsure(face.track, strangers) for face in wanted)

    @contextmanager
    def _timed(self, stage: Stage) -> Iterator[None]:
        began_ns = time.monotonic_ns()
        yield
        self._observer.on_stage(stage, time.monotonic_ns() - began_ns)


def _note_hidden(faces: Sequence[TrackedFace], done: Sequence[Coverage]) -> None:
    """Whoever is behind something is not learnt from the next picture."""
    for face, coverage in zip(faces, done, strict=True):
        if face.face.track_state is not None:
            face.face.track_state.hidden = coverage.occluded


def _part_of(face: Assignment, everybody: Sequence[Assignment], strangers: Strangers) -> Part | None:
    """What is painted over a face; None where nothing is, or it is blurred."""
    if face.worn is not None:
        return face.track.face, face.worn
    worn = next((other.worn for other in everybody if other.worn is not None), None)
    return (face.track.face, worn) if strangers is Strangers.SWAP and worn is not None else None


def _is_unsure(track: TrackedFace, strangers: Strangers) -> bool:
    """Whether it may be another's face, and the wanted one bare: beside it, or where nobody else is blurred."""
    return track.certainty < SURE and (not track.is_alone or strangers is Strangers.LEAVE)
