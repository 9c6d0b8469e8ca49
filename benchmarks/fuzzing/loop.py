"""Gives a target one input after the other, and judges each: error, core time, memory, what it left behind.

Knows processes and folders; knows no parser.
"""

import gc
import logging
import os
import resource
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from benchmarks.fuzzing.target import Breach, Tally, Target, content_of, digest_of

A_ROUND = 40
"""Inputs between two looks at the clock."""
HERE = str(Path(__file__).parent)
PRODUCT = tuple(f"{Path(__file__).parents[2] / name}{os.sep}" for name in ("realtime", "engines", "models"))


class Judge:
    """kept: where inputs that broke a promise are written; None for nowhere."""

    def __init__(self, target: Target, kind: str, kept: Path | None = None) -> None:
        self._target, self._kept, self.tally = target, kept, Tally(kind)
        for sample in target.samples:  # caches are filled, modules imported
            with suppress(*target.refusals):
                target.take(sample)
        self._here = set(files_in(target.watched))

    def __call__(self, made: Any) -> None:
        """Give it one input."""
        before, began_s = forget_peak(), time.process_time()
        try:
            self._target.take(made)
        except self._target.refusals as error:
            self.tally.refused += 1
            if not str(error).strip() or not getattr(error, "remedy", "no need"):
                self._note(made, Breach("crash", f"{type(error).__name__} without words", where_of(error)))
        except Exception as error:  # noqa: BLE001  whatever it is, it is a finding
            self._note(made, Breach("crash", f"{type(error).__name__}: {error}"[:300], where_of(error)))
        took_s, took_bytes = time.process_time() - began_s, peak_bytes() - before
        self.tally.inputs += 1
        self.tally.slowest_s = max(self.tally.slowest_s, took_s)
        self.tally.peak_bytes = max(self.tally.peak_bytes, took_bytes)
        if took_s > self._target.most_s:
            self._note(made, Breach("slow", f"over {self._target.most_s:g} s"))
        if took_bytes > self._target.most_bytes:
            self._note(made, Breach("memory", f"over {self._target.most_bytes // 1_000_000} MB"))
        for left in set(files_in(self._target.watched)) - self._here:
            self._note(made, Breach("left behind", left.suffix or left.name))
            left.unlink(missing_ok=True)

    def _note(self, made: Any, breach: Breach) -> None:
        name = digest_of(made)
        if self.tally.note(Breach(breach.what, breach.error, breach.where, name)) and self._kept is not None:
            self._kept.mkdir(parents=True, exist_ok=True)
            (self._kept / name).write_bytes(content_of(made))


def fuzzed(judge: Judge, target: Target, seconds: float, seed_of_run: int, note: Callable[[Any], None]) -> Tally:
    """Rounds of inputs until the time is up. note: told of each input before it is given. Returns what came of it."""
    began_s = time.monotonic()
    for number in _until(began_s + seconds):
        one_round(judge, target, A_ROUND, seed_of_run * 1_000_003 + number, note)
    judge.tally.seconds = time.monotonic() - began_s
    return judge.tally


def one_round(judge: Judge, target: Target, inputs: int, number: int, note: Callable[[Any], object] = id) -> None:
    """So many inputs, the same ones for the same number."""
    wanted = settings(
        max_examples=inputs,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )

    @seed(number)
    @wanted
    @given(target.inputs)
    def give(made: Any) -> None:
        note(made)
        judge(made)

    give()
    gc.collect()


def _until(end_s: float) -> Iterator[int]:
    number = 0
    while number == 0 or time.monotonic() < end_s:
        yield number
        number += 1


def files_in(folder: Path | None) -> Iterator[Path]:
    """At any depth."""
    if folder is not None:
        yield from (path for path in folder.rglob("*") if path.is_file())


def where_of(error: BaseException) -> str:
    """The last line of the product's own that was under way, else the last line."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith(HERE)]
    own = [frame for frame in frames if frame.filename.startswith(PRODUCT)]
    last = (own or frames)[-1:]
    return "".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in last)


def forget_peak() -> int:
    """Have the kernel measure the peak of this process anew, where it can. Returns the memory in use now, bytes."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return peak_bytes()


def peak_bytes() -> int:
    """Most memory that this process used, since `forget_peak` where the kernel can do that."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def be_quiet() -> None:
    """The product's warnings would be thousands here."""
    logging.disable(logging.CRITICAL)
