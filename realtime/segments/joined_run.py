"""A video from its segments: who makes which one, what is made again, and the joining, in order and packet by packet.

    a worker dies           its segment is made once more by a new one; the second time that is an error
    other faces followed    at a joint: the later segment is made again, beginning with those of the earlier (joints.py)
    stop()                  what is made of the next segment is joined, the rest is forgotten
    an error                the same, without waiting; what is joined stays

Knows segments and workers; make.py knows how one is made, processes.py what a worker is.
"""

import logging
import queue
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from models.errors import UserError
from realtime.errors import ConsentError
from realtime.media.timeline import Timeline
from realtime.outputs.packet_file import read_packets
from realtime.outputs.recorder import VideoRecorder
from realtime.segments.joints import Followed, preferred
from realtime.segments.kept import KeptSegments
from realtime.segments.make import Made, Task
from realtime.segments.messages import CannotWrite, Failed, Gone, Inbox, Progress, Ready, Refused, Said
from realtime.segments.numbers import SegmentProgress, joined_numbers
from realtime.stream.metrics import Snapshot, StreamMetrics

logger = logging.getLogger(__name__)

POLL_S = 0.1
LEAVE_S = 10.0
"""How long a worker that is stopped may take to finish what it has."""
MOST_TRIES = 2


class AnyWorker(Protocol):
    """See `WorkerProcess`. Its messages come through the inbox that it was made with."""

    def ask(self, task: Task) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoJob:
    """A video that is to be made of `segments`.

    sink, timeline: of the whole video; the sink is closed at the end. may_differ: whether the faces that are followed
    depend on who was followed before. require_consent: raises ConsentError once it is gone; then nothing is kept.
    """

    segments: KeptSegments
    sink: VideoRecorder
    timeline: Timeline | None
    may_differ: bool
    require_consent: Callable[[], None] = lambda: None


class JoinedRun:
    """Makes and joins the segments of a video.

    start: gives a new worker, whose messages come to the inbox. workers: how many at a time. progress: of all together.
    numbers: of the segments that are in the video. finished_before: how many segments were there from an earlier run.
    kept: what a later run can go on with.
    """

    def __init__(self, job: VideoJob, start: Callable[[Inbox], AnyWorker], workers: int) -> None:
        self.kept, self._sink, self._timeline = job.segments, job.sink, job.timeline
        self._segments = job.segments.segments
        self._may_differ, self._require_consent = job.may_differ, job.require_consent
        self._start, self._workers = start, min(workers, len(self._segments))
        self._inbox: Inbox = queue.SimpleQueue()
        self._tasks: deque[Task] = deque()
        self._busy: dict[AnyWorker, Task | None] = {}
        self._idle: list[AnyWorker] = []
        self._deaths: Counter[str] = Counter()
        self._made = {made.task.segment.number: made for made in job.segments.finished()}
        self._before = Followed()
        self._next = 0
        self._told: set[str] = set()
        self._stop_asked = False
        self.numbers: list[Snapshot] = []
        self.progress = SegmentProgress(time.monotonic_ns)
        self._began_s = time.monotonic()
        for segment in self._segments:
            if (made := self._made.get(segment.number)) is None:
                self._tasks.append(job.segments.task(segment))
            else:
                self.progress.note(segment.number, Progress(made.numbers["outcomes"]))
        self.finished_before = len(self._made)

    def stop(self) -> None:
        """End soon, and keep what is made from the beginning on. Any thread, any time."""
        self._stop_asked = True

    def snapshot(self, swapper: str, device: str) -> Snapshot:
        """The numbers of what is in the video. swapper, device: what made it."""
        nothing = StreamMetrics(primary="", swapper=swapper, device=device).snapshot()
        return joined_numbers(self.numbers or [nothing], time.monotonic() - self._began_s)

    def run(self) -> None:
        """Raises UserError, with the video closed and what was joined kept; RuntimeError for a worker's bug."""
        try:
            self._require_consent()
            for _ in range(min(self._workers, len(self._tasks))):
                self._busy[self._start(self._inbox)] = None
            self._join_ready()
            while self._next < len(self._segments) and not self._stop_asked:
                self._hear(POLL_S)
                self._require_consent()
                self._join_ready()
            self._require_consent()
            if self._next < len(self._segments):
                self._keep_beginning()
            else:
                self.kept.discard()
        except ConsentError:
            self._sink.discard()
            self.kept.discard()
            raise
        finally:
            for worker in self._busy:
                worker.kill()
            if self._next < len(self._segments):
                self._sink.end_early()
            self._sink.close()

    def _hear(self, timeout_s: float) -> None:
        try:
            worker, message = self._inbox.get(timeout=timeout_s)
        except queue.Empty:
            return
        if worker not in self._busy:
            return
        match message:
            case Ready():
                self._give(worker)
            case Progress():
                self._note_progress(worker, message)
            case Made():
                self._made[message.task.segment.number] = message
                if message.is_whole:
                    self.kept.note(message)
                self.progress.note(message.task.segment.number, Progress(message.numbers["outcomes"]))
                self._give(worker)
            case Said():
                self._pass_on(message)
            case Gone():
                self._replace(worker, message)
            case _:
                raise self._error(message)

    def _give(self, worker: AnyWorker) -> None:
        task = self._tasks.popleft() if self._tasks and not self._stop_asked else None
        self._busy[worker] = task
        if task is not None:
            worker.ask(task)
        else:
            self._idle.append(worker)

    def _note_progress(self, worker: AnyWorker, progress: Progress) -> None:
        task = self._busy[worker]
        if task is not None:
            self.progress.note(task.segment.number, progress)

    def _pass_on(self, said: Said) -> None:
        """Every worker says of the same video the same."""
        if said.text not in self._told:
            self._told.add(said.text)
            logger.log(said.level, "%s", said.text)

    def _replace(self, worker: AnyWorker, gone: Gone) -> None:
        task = self._busy.pop(worker)
        self._idle = [other for other in self._idle if other is not worker]
        worker.kill()
        if self._stop_asked:
            return
        what = "the start" if task is None else f"segment {task.segment.number + 1} of {len(self._segments)}"
        self._deaths[what] += 1
        if self._deaths[what] >= MOST_TRIES * (self._workers if task is None else 1):  # a lost machine may start many
            raise UserError(
                f"{what} ended {self._deaths[what]} workers ({gone.why}) {gone.last}".strip(),
                remedy="where memory is short, use fewer --workers; without those and --cluster, one process makes it",
            )
        logger.warning("a worker died (%s): %s is made again", gone.why, what)
        if task is not None:
            self._again(task)
        if self._tasks and len(self._busy) < self._workers:
            self._busy[self._start(self._inbox)] = None

    def _error(self, message: object) -> Exception:
        match message:
            case Refused(problem, remedy):
                return UserError(problem, remedy=remedy)
            case CannotWrite(number, reason):
                return self._sink.fail(OSError(number, reason))
            case Failed(trace):
                return RuntimeError(f"in a worker:\n{trace}")
            case _:
                return TypeError(f"a worker said {message!r}")

    def _join_ready(self) -> None:
        while (made := self._made.get(self._next)) is not None and self._joins(made):
            self._join(made)

    def _joins(self, made: Made) -> bool:
        """Whether it goes on with the faces of the segment before it; if not, it is made again, once."""
        prefer = preferred(self._before, made.followed) if self._may_differ else ()
        if not prefer or made.task.prefer:
            return True
        del self._made[self._next]
        logger.info("segment %d follows somebody else than the one before it, and is made again", self._next + 1)
        self.kept.forget(made.task)
        self._again(replace(made.task, prefer=prefer))
        return False

    def _again(self, task: Task) -> None:
        """Before all others; whoever has nothing to do begins at once."""
        self._tasks.appendleft(task)
        if self._idle:
            self._give(self._idle.pop())
        elif not self._busy:  # all that is left was there from an earlier run
            self._busy[self._start(self._inbox)] = None

    def _join(self, made: Made) -> None:
        del self._made[self._next]
        for packet in read_packets(made.task.into):
            self._sink.copy(packet)
        self.numbers.append(made.numbers)
        self._before = made.followed
        if made.is_whole:
            self._next += 1
        if made.ending is not None and self._timeline is not None:
            self._timeline.finish(*made.ending)

    def _keep_beginning(self) -> None:
        """Join what is made of the next segments, as far as they follow each other."""
        for worker in self._busy:
            worker.stop()
        until_s = time.monotonic() + LEAVE_S
        while self._is_at_next() and time.monotonic() < until_s:
            self._hear(POLL_S)
            self._join_ready()

    def _is_at_next(self) -> bool:
        return any(task is not None and task.segment.number == self._next for task in self._busy.values())
