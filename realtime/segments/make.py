"""One segment made: read from the video, swapped, encoded, and its packets put into a file.

It is an ordinary run with another source and another file. A process here (worker.py) and one elsewhere do the same.
Knows what a run is made of; knows nothing of processes and of other segments.
"""

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

from engines.types import Points
from models.errors import UserError
from models.store import ModelStore
from realtime.app import encoder_options, make_pipeline, source_options
from realtime.config import RunConfig
from realtime.faces.loaded_faces import LoadedFaces
from realtime.media.local_path import local_path
from realtime.media.trim import Trim
from realtime.outputs.codecs import container_of
from realtime.outputs.packet_file import PacketFile, PacketWriteError
from realtime.outputs.recorder import VideoRecorder
from realtime.outputs.resize import resized
from realtime.segments.excerpt import Excerpt
from realtime.segments.joints import Followed, JointWatch
from realtime.segments.messages import CannotWrite, Failed, Refused
from realtime.segments.plan import Segment
from realtime.sources import open_source
from realtime.stream.metrics import Snapshot, StreamMetrics
from realtime.stream.runner import StreamRunner

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Task:
    """A segment to be made. into: the file of its packets. prefer: see `FaceSearch`."""

    segment: Segment
    into: Path
    prefer: Sequence[Points] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """A segment. is_whole: it was not stopped. ending: of the video, see `Timeline.ending`; None where it goes on."""

    task: Task
    numbers: Snapshot
    followed: Followed
    is_whole: bool
    ending: tuple[float, float] | None


class SegmentRun:
    """Everything that makes one segment of the video that `config` is about. Raises UserError.

    faces: stay the caller's to close. metrics: count the segment's own pictures only.
    """

    def __init__(self, config: RunConfig, store: ModelStore, faces: LoadedFaces, task: Task) -> None:
        self._task, segment = task, task.segment
        result_s = config.trim.start_s if config.trim is not None else Fraction(0)
        end_s = config.trim.end_s if config.trim is not None else None
        trim = Trim(segment.warm_s, end_s) if segment.number else config.trim
        self._video = open_source(config.input, source_options(replace(config, trim=trim), store))
        source = Excerpt(self._video, segment, result_s)
        path = local_path(config.outputs[0])
        try:
            target = PacketFile(task.into, container_of(path).muxer)
            sink = VideoRecorder(path, resized(source.info, config.size_wh), encoder_options(config), into=target)
        except BaseException:
            source.close()
            raise
        self.metrics = StreamMetrics(primary=sink.name, swapper=config.swapper, device=faces.engines.device)
        self.metrics.damage = source.damage
        pipeline, _ = make_pipeline(config, faces.engines, faces.source_bank, source.info, self.metrics, task.prefer)
        base = source.info.time_base
        self._watch = JointWatch(
            starts=_pts(segment.start_s, result_s, base),
            ends=None if segment.is_last else _pts(segment.end_s, result_s, base),
            next_looks=_pts(segment.next_warm_s, result_s, base),
        )
        pipeline.on_tracked = self._watch.note
        self._runner = StreamRunner(source, pipeline, [sink], observer=self.metrics)
        self._stopped = False

    def stop(self) -> None:
        """End soon, and keep what was made. Any thread, any time."""
        self._stopped = True
        self._runner.stop()

    def run(self) -> Made:
        """Raises what a run raises, and PacketWriteError."""
        self._runner.run()
        timeline = self._video.info.timeline
        ending = timeline.ending if timeline is not None and self._task.segment.is_last else None
        return Made(self._task, self.metrics.snapshot(), self._watch.seen, not self._stopped, ending)


def answered(work: Callable[[], T]) -> T | Refused | CannotWrite | Failed:
    """What `work` returns, or what its error is to a worker's owner."""
    try:
        return work()
    except UserError as error:
        return Refused(str(error), error.remedy)
    except PacketWriteError as error:
        return CannotWrite(error.cause.errno or 0, error.cause.strerror or str(error.cause))
    except Exception:  # noqa: BLE001  its owner raises it
        return Failed(traceback.format_exc())


def _pts(at_s: Fraction | None, result_s: Fraction, base: Fraction) -> int | None:
    return None if at_s is None else round((at_s - result_s) / base)
