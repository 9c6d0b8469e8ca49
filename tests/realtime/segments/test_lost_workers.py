"""Workers that are lost: their segments are made by whoever is there, and only a loss without end is an error."""

import queue
import threading
from pathlib import Path

import pytest

from models.errors import UserError
from realtime.segments.joined_run import AnyWorker
from realtime.segments.make import Task
from realtime.segments.messages import Inbox
from tests.realtime.segments.test_joined_run import DIES, Video


def test_a_lost_segment_is_made_by_whoever_is_idle(tmp_path: Path) -> None:
    """A new worker may never come, where a machine was lost."""

    def die_last(_: Task) -> None:
        first = video.workers[0]
        threading.Timer(0.3, lambda: first.inbox.put((first, DIES))).start()

    video = Video(tmp_path, 2, s0=[die_last])
    start = video.run._start
    video.run._start = lambda inbox: start(inbox if len(video.workers) < 2 else queue.SimpleQueue())
    video.run.run()
    assert video.shown() == list(range(10))
    assert [task.segment.number for task in video.workers[1].tasks] == [1, 0]


@pytest.mark.parametrize(("dying", "is_error"), [(3, False), (4, True)])
def test_workers_that_die_before_they_are_ready_are_an_error_only_after_many(
    dying: int, is_error: bool, tmp_path: Path
) -> None:
    """A machine that is lost may have several that begin."""
    video, begun = Video(tmp_path, 2), list[AnyWorker]()
    start = video.run._start

    def begin(inbox: Inbox) -> AnyWorker:
        dies = len(begun) < dying
        begun.append(start(queue.SimpleQueue() if dies else inbox))
        if dies:
            inbox.put((begun[-1], DIES))
        return begun[-1]

    video.run._start = begin
    if is_error:
        with pytest.raises(UserError, match=r"the start ended 4 workers \(signal 9\)"):
            video.run.run()
    else:
        video.run.run()
        assert video.shown() == list(range(10))
