"""A video from segments: in order whoever is quicker, made again where need be, and never lost."""

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.errors import UserError
from realtime.outputs.packet_file import PacketFile
from realtime.outputs.recorder import EncoderOptions, VideoRecorder
from realtime.segments.joined_run import JoinedRun, VideoJob
from realtime.segments.joints import Followed
from realtime.segments.kept import KeptSegments
from realtime.segments.make import Made, Task
from realtime.segments.messages import CannotWrite, Failed, Gone, Inbox, Ready, Refused, Said
from realtime.segments.plan import Segment
from realtime.sources import open_source
from realtime.stream.metrics import StreamMetrics
from realtime.types import Outcome, ShownFrame, StreamInfo
from tests.realtime.clips import facts_of

RATE, LENGTH = 10, 5
INFO = StreamInfo("video", (64, 48), Fraction(RATE), live=False, time_base=Fraction(1, RATE))
LEFT, RIGHT = np.array([[0, 0, 9, 9]], np.float32), np.array([[30, 0, 39, 9]], np.float32)
FFV1 = EncoderOptions(codec="ffv1")
DIES = Gone("signal 9")


def segments(count: int) -> list[Segment]:
    ends = [Fraction(number * LENGTH, RATE) for number in range(count + 1)]
    nexts = [*ends[1:-1], None]
    return [Segment(n, ends[n], ends[n], ends[n + 1] if n < count - 1 else None, nexts[n]) for n in range(count)]


def make(task: Task, pictures: int = LENGTH, follows: np.ndarray[Any, Any] = LEFT) -> Made:
    """A segment whose pictures are as bright as their number; with a preference, twice that."""
    sink = VideoRecorder(Path("video.mkv"), INFO, FFV1, into=PacketFile(task.into, "matroska"))
    metrics = StreamMetrics(primary="video", swapper="mesh", device="cpu")
    for step in range(pictures):
        pts = task.segment.number * LENGTH + step
        image = np.full((48, 64, 3), pts * (2 if len(task.prefer) else 1), np.uint8)
        frame = ShownFrame(image, pts, 0, pts, Outcome.SWAPPED)
        sink.send(frame)
        metrics.on_sent("video", frame, 1)
    sink.close()
    begins = task.prefer[0][np.newaxis] if len(task.prefer) else follows
    return Made(task, metrics.snapshot(), Followed(begins, LEFT, LEFT), pictures == LENGTH, None)


@dataclass(eq=False)
class FakeWorker:
    """Answers a task at once. script: by a segment's number, what it does instead; each once."""

    inbox: Inbox
    script: dict[int, list[Callable[[Task], object]]]
    video: "Video"
    tasks: list[Task] = field(default_factory=list)
    is_dead: bool = False
    held: Task | None = None

    def __post_init__(self) -> None:
        self.inbox.put((self, Ready()))

    def ask(self, task: Task) -> None:
        self.tasks.append(task)
        scripted = self.script.get(task.segment.number, [])
        answer = scripted.pop(0)(task) if scripted else make(task)
        if answer is None:
            self.held = task
        else:
            self.inbox.put((self, answer))

    def stop(self) -> None:
        if self.held is not None:
            self.inbox.put((self, make(self.held, pictures=2, follows=self.video.follows_when_stopped)))

    def kill(self) -> None:
        self.is_dead = True


class Video:
    """A run of `count` segments by fakes."""

    def __init__(self, folder: Path, count: int, **script: list[Callable[[Task], object]]) -> None:
        self.follows_when_stopped = LEFT
        self.path, self.workers = folder / "video.mkv", list[FakeWorker]()
        by_number = {int(name[1:]): todo for name, todo in script.items()}
        self.sink = VideoRecorder(self.path, INFO, FFV1)
        (folder / "kept").mkdir(exist_ok=True)
        kept = KeptSegments(folder / "kept", segments(count))
        job = VideoJob(segments=kept, sink=self.sink, timeline=None, may_differ=True)

        def start(inbox: Inbox) -> FakeWorker:
            self.workers.append(FakeWorker(inbox, by_number, self))
            return self.workers[-1]

        self.run = JoinedRun(job, start, workers=2)

    def shown(self, path: Path | None = None) -> list[int]:
        return [int(frame.image[0, 0, 0]) for frame in open_source(str(path or self.path)).frames()]


def test_segments_are_joined_in_their_order_and_counted(tmp_path: Path) -> None:
    video = Video(tmp_path, 4)
    video.run.run()
    assert video.shown() == list(range(20))
    assert facts_of(video.path).times_s == pytest.approx([number / RATE for number in range(20)])
    numbers = video.run.snapshot("mesh", "cpu")
    assert (numbers["frames_out"], numbers["outcomes"]["swapped"]) == (20, 20)
    assert all(worker.is_dead for worker in video.workers)
    assert video.run.kept.leave() == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["video.mkv"]


def test_a_later_segment_that_is_ready_first_waits(tmp_path: Path) -> None:
    late: list[Task] = []

    def keep(task: Task) -> None:
        late.append(task)

    def second(task: Task) -> Made:
        video.workers[0].inbox.put((video.workers[0], make(late[0])))
        return make(task)

    video = Video(tmp_path, 3, s0=[keep], s2=[second])
    video.run.run()
    assert video.shown() == list(range(15))


def test_a_worker_that_dies_costs_its_segment_only_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    video = Video(tmp_path, 3, s1=[lambda _: DIES])
    video.run.run()
    assert video.shown() == list(range(15))
    assert "a worker died (signal 9): segment 2 of 3 is made again" in caplog.text
    assert len(video.workers) == 3


def test_a_segment_that_ends_two_workers_is_an_error_and_the_beginning_stays(tmp_path: Path) -> None:
    video = Video(tmp_path, 3, s1=[lambda _: DIES, lambda _: Gone("status 1", "no memory")])
    with pytest.raises(UserError, match=r"segment 2 of 3 ended 2 workers \(status 1\) no memory") as raised:
        video.run.run()
    assert "fewer --workers" in raised.value.remedy
    assert video.shown() == list(range(5))


def test_a_segment_that_follows_somebody_else_is_made_again_with_those_before_it(tmp_path: Path) -> None:
    video = Video(tmp_path, 3, s1=[lambda task: make(task, follows=RIGHT)])
    video.run.run()
    assert video.shown() == [0, 1, 2, 3, 4, 10, 12, 14, 16, 18, 10, 11, 12, 13, 14]


def test_what_is_made_when_it_is_stopped_can_be_played(tmp_path: Path) -> None:
    video = Video(tmp_path, 4, s1=[lambda _: video.run.stop()])
    video.run.run()
    assert video.sink.written is not None
    assert video.shown(video.sink.written) == list(range(7))
    assert video.run.snapshot("mesh", "cpu")["frames_out"] == 7


def test_an_older_video_outlives_one_that_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "video.mkv").write_bytes(b"older")
    video = Video(tmp_path, 4, s1=[lambda _: video.run.stop()])
    video.run.run()
    assert (tmp_path / "video.mkv").read_bytes() == b"older"
    assert video.shown(tmp_path / "video.partial.mkv") == list(range(7))


@pytest.mark.parametrize(
    ("message", "error", "said"),
    [
        (Refused("no", "yes"), UserError, "no"),
        (
            CannotWrite(28, "No space left on device"),
            UserError,
            r"No space left .*; the 0\.5 s before that are in",
        ),
        (Failed("Traceback"), RuntimeError, "in a worker:\nTraceback"),
    ],
)
def test_a_workers_error_is_the_runs_and_the_beginning_stays(
    message: object, error: type[Exception], said: str, tmp_path: Path
) -> None:
    video = Video(tmp_path, 3, s1=[lambda _: message])
    with pytest.raises(error, match=said):
        video.run.run()
    assert video.shown() == list(range(5))
    assert all(worker.is_dead for worker in video.workers)


def test_a_warning_of_every_worker_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def warns(task: Task) -> Made:
        for worker in video.workers:
            worker.inbox.put((worker, Said(30, "it is interlaced")))
        return make(task)

    video = Video(tmp_path, 3, s0=[warns], s1=[warns])
    video.run.run()
    assert caplog.text.count("it is interlaced") == 1


def test_a_segment_that_was_stopped_and_follows_somebody_else_is_left_out(tmp_path: Path) -> None:
    video = Video(tmp_path, 4, s1=[lambda _: video.run.stop()])
    video.follows_when_stopped = RIGHT
    video.run.run()
    assert video.shown(video.sink.written) == list(range(5))


def test_a_run_that_was_cut_short_goes_on_with_what_was_finished(tmp_path: Path) -> None:
    def fails(_: Task) -> Refused:
        return Refused("no", "yes")

    cut = Video(tmp_path, 4, s2=[fails])
    with pytest.raises(UserError):
        cut.run.run()
    assert cut.run.kept.leave() == 2
    again = Video(tmp_path, 4)
    assert again.run.finished_before == 2
    again.run.run()
    assert again.shown() == list(range(20))
    assert sorted(task.segment.number for worker in again.workers for task in worker.tasks) == [2, 3]
    assert again.run.snapshot("mesh", "cpu")["frames_out"] == 20
