"""The finished segments of a video in a folder, so that a run that was cut short goes on where it ended.

The folder is hidden, beside the video whose lock is held. A segment is finished when its note is there: that is written
after its packets, and put in place at once. What is there counts for the same input, settings and version only, and
brings its plan with it: with other workers the cuts would be others. Knows files; knows nothing of how they are made.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from engines.types import Points
from models.disk import sha256_of
from realtime.batch.record import settings_of
from realtime.config import RunConfig
from realtime.media.local_path import local_path
from realtime.outputs.write_errors import write_failure
from realtime.segments.joints import Followed
from realtime.segments.make import Made, Task
from realtime.segments.plan import Segment

PLAN, NOTE = "plan.json", ".json"
TIMES = ("warm_s", "start_s", "end_s", "next_warm_s")
BOXES = ("begins", "next_begins", "next_looks")


class KeptSegments:
    """segments: of the video. folder: for their packets, each in a file that is called by its number."""

    def __init__(self, folder: Path, segments: Sequence[Segment]) -> None:
        self.folder, self.segments = folder, segments
        self._is_needed = True

    def task(self, segment: Segment) -> Task:
        """To make it."""
        return Task(segment, self.folder / f"{segment.number:05}")

    def finished(self) -> Iterator[Made]:
        """Those that are there."""
        for segment in self.segments:
            task = self.task(segment)
            note = task.into.with_suffix(NOTE)
            if note.exists() and (made := _made(task, json.loads(note.read_bytes()))) is not None:
                yield made

    def note(self, made: Made) -> None:
        """A whole segment is there."""
        boxes = {name: _listed(getattr(made.followed, name)) for name in BOXES}
        told = {
            "bytes": made.task.into.stat().st_size,
            "prefer": [_listed(box) for box in made.task.prefer],
            "numbers": made.numbers,
            "followed": boxes,
            "ending": made.ending,
        }
        _write(made.task.into.with_suffix(NOTE), told)

    def forget(self, task: Task) -> None:
        """It is made again."""
        task.into.with_suffix(NOTE).unlink(missing_ok=True)

    def discard(self) -> None:
        """Nothing of it is needed any more, however the run ends."""
        self._is_needed = False

    @property
    def has_some(self) -> bool:
        """Whether a later run can go on with something."""
        return bool(self._notes())

    def leave(self) -> int:
        """Remove what no later run can use. Returns how many segments stay."""
        notes = self._notes()
        if not notes:
            shutil.rmtree(self.folder, ignore_errors=True)
            return 0
        stay = {self.folder / PLAN, *notes, *(note.with_suffix("") for note in notes)}
        for path in set(self.folder.iterdir()) - stay:
            path.unlink(missing_ok=True)
        return len(notes)

    def _notes(self) -> list[Path]:
        """Of those that a later run can go on with."""
        return list(self.folder.glob(f"[0-9]*{NOTE}")) if self._is_needed else []


@contextmanager
def kept_segments(target: Path, config: RunConfig, plan: Sequence[Segment]) -> Iterator[KeptSegments]:
    """In the block they can be added to. target: the video, whose lock is held. plan: where none is kept.

    Raises UserError.
    """
    name = hashlib.sha256(os.fsencode(target.name)).hexdigest()[:16]
    folder, key = target.with_name(f".{name}.segments"), _key(config)
    try:
        segments = _planned(folder / PLAN, key)
        if segments is None:
            if folder.exists():
                shutil.rmtree(folder)
            folder.mkdir(mode=0o700)
            segments = plan
            _write(folder / PLAN, {"key": key, "segments": [_times(segment) for segment in segments]})
    except OSError as error:
        raise write_failure(folder, error, otherwise="give --output another folder") from error
    kept = KeptSegments(folder, segments)
    try:
        yield kept
    finally:
        kept.leave()


def _key(config: RunConfig) -> str:
    """What the segments depend on, beside their plan."""
    parts = version("liveswap"), sha256_of(local_path(config.input)), settings_of(config)
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()


def _planned(path: Path, key: str) -> Sequence[Segment] | None:
    """The plan of an earlier run of the same; None where there is none."""
    if not path.exists():
        return None
    found = json.loads(path.read_bytes())
    return [_segment(number, times) for number, times in enumerate(found["segments"])] if found["key"] == key else None


def _times(segment: Segment) -> dict[str, str | None]:
    return {name: None if (at := getattr(segment, name)) is None else str(at) for name in TIMES}


def _segment(number: int, times: dict[str, str | None]) -> Segment:
    return Segment(number, **{name: None if at is None else Fraction(at) for name, at in times.items()})  # type: ignore[arg-type]


def _made(task: Task, told: dict[str, Any]) -> Made | None:
    """None where the packets are not those that the note is about."""
    if not task.into.exists() or task.into.stat().st_size != told["bytes"]:
        return None
    followed = Followed(*(_boxes(told["followed"][name]) for name in BOXES))
    ending = None if told["ending"] is None else (float(told["ending"][0]), float(told["ending"][1]))
    prefer = [np.asarray(box, np.float32) for box in told["prefer"]]
    return Made(Task(task.segment, task.into, prefer), told["numbers"], followed, True, ending)


def _listed(boxes: Points | None) -> Any:
    return None if boxes is None else boxes.tolist()


def _boxes(listed: Any) -> Points | None:
    return None if listed is None else np.asarray(listed, np.float32).reshape(-1, 4)


def _write(path: Path, told: Any) -> None:
    part = path.with_name(f"{path.name}.part")
    part.write_text(json.dumps(told))
    part.replace(path)
