"""A video that is made of segments, ready to start: its plan, its file, and who makes it.

Knows what a run is made of; knows no terminal. joined_run.py does the work.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from models.errors import UserError
from models.store import ModelStore
from realtime.admission import consent_watch, no_badge_record
from realtime.app import credit_of, encoder_options, source_options
from realtime.config import RunConfig
from realtime.media.local_path import local_path
from realtime.media.trim import Trim
from realtime.outputs.partial_file import writable_target
from realtime.outputs.recorder import VideoRecorder
from realtime.outputs.resize import resized
from realtime.refusals import refuse_unfit
from realtime.segments.crew import Crew
from realtime.segments.joined_run import JoinedRun, VideoJob
from realtime.segments.kept import KeptSegments, kept_segments
from realtime.segments.plan import Cuts, plan_segments
from realtime.sources import open_source
from realtime.sources.cuts import video_cuts


class VideoInSegments:
    """One video that a crew makes. Raises UserError, with nothing written.

    info: of the video. segments: how many, as it is planned now.
    """

    def __init__(self, config: RunConfig, store: ModelStore, crew: Crew) -> None:
        if config.metrics_file is not None:
            writable_target(config.metrics_file)
        self._watch = consent_watch(config, store.home)
        source = open_source(config.input, source_options(config, store))
        source.close()
        self.info = source.info.first(config.duration_s)
        refuse_unfit(config, self.info)
        cuts = video_cuts(local_path(config.input))
        self._plan = plan_segments(cuts, wanted_part(config, cuts), crew.size)
        self.segments = len(self._plan)
        path = local_path(config.outputs[0])
        credited = replace(self.info, credit=credit_of(config, store, no_badge_record(config, store.home).reasons))
        self.sink = VideoRecorder(path, resized(credited, config.size_wh), encoder_options(config))
        if not self.sink.takes_copies:
            self.sink.close()
            raise UserError(
                f"{self.info.name} can be transparent, and what {path.name} keeps of that cannot be joined",
                remedy="omit --workers and --cluster, or end the output's name in .mov or .mkv",
            )
        self._config, self._crew, self._target = config, crew, Path(os.path.realpath(path))

    @contextmanager
    def opened(self) -> Iterator[JoinedRun]:
        """In the block the segments have a folder, beside the video; the sink is closed at its end."""
        try:
            with kept_segments(self._target, self._config, self._plan) as kept:
                yield self._joined(kept)
        finally:
            self.sink.close()

    def _joined(self, kept: KeptSegments) -> JoinedRun:
        config = self._config
        job = VideoJob(
            segments=kept,
            sink=self.sink,
            timeline=self.info.timeline,
            may_differ=not config.maps and config.faces.limit is not None,
            require_consent=self._watch.require,
        )
        start = self._crew.starter(config, kept.folder, min(self._crew.size, len(kept.segments)))
        return JoinedRun(job, start, self._crew.size)


def wanted_part(config: RunConfig, cuts: Cuts) -> Trim:
    """The part of the video that --trim and --duration leave."""
    trim = config.trim or Trim()
    if config.duration_s is None:
        return trim
    begins_s = max(trim.start_s, cuts.times[0] * cuts.base)
    end_s = begins_s + Fraction(config.duration_s)
    return Trim(trim.start_s, end_s if trim.end_s is None else min(trim.end_s, end_s))
