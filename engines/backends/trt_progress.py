"""TensorRT's nested phases as one number that only rises.

Knows its progress interface; draws nothing.
"""

import threading
from typing import Any

from models.progress import Progress

STEPS = 1000


class Phases:
    """What is under way: phases by name, each with its parent, and how many of its steps are done."""

    def __init__(self) -> None:
        self._phases: dict[str, tuple[str | None, int, int]] = {}  # name -> parent, steps done, steps
        self.done = 0  # of STEPS

    def start(self, name: str, parent: str | None, steps: int) -> None:
        self._phases[name] = parent, 0, max(1, steps)

    def step(self, name: str, number: int) -> None:
        """Step `number` (from 0) of a phase is complete."""
        if name in self._phases:
            parent, _, steps = self._phases[name]
            self._phases[name] = parent, min(number + 1, steps), steps
        self._rise()

    def finish(self, name: str) -> None:
        """A phase is over; all is done when it was the outermost."""
        parent, *_ = self._phases.pop(name, (None, 0, 1))
        if parent is None and not self._phases:
            self.done = STEPS
        self._rise()

    def _rise(self) -> None:
        outer = [self._share(name) for name, (parent, *_) in self._phases.items() if not parent]
        self.done = max(self.done, min(STEPS, round(max(outer, default=0.0) * STEPS)))

    def _share(self, name: str) -> float:
        """How much of a phase is done, its current inner phase included."""
        _, done, steps = self._phases[name]
        children = [child for child, (parent, *_) in self._phases.items() if parent == name]
        return min(1.0, (done + max(map(self._share, children), default=0.0)) / steps)


def make_monitor(trt: Any, label: str, progress: Progress, stop: threading.Event) -> Any:
    """A progress monitor that tells `progress`, and answers "stop" when `stop` is set. Called from several threads."""

    class Monitor(trt.IProgressMonitor):  # type: ignore[misc]  # its base is known only now
        def __init__(self) -> None:
            super().__init__()
            self._phases, self._lock = Phases(), threading.Lock()

        def phase_start(self, phase_name: str, parent_phase: str | None, num_steps: int) -> None:
            with self._lock:
                self._phases.start(phase_name, parent_phase, num_steps)

        def step_complete(self, phase_name: str, step: int) -> bool:
            with self._lock:
                self._phases.step(phase_name, step)
                progress(label, self._phases.done, STEPS)
            return not stop.is_set()

        def phase_finish(self, phase_name: str) -> None:
            with self._lock:
                self._phases.finish(phase_name)
                progress(label, self._phases.done, STEPS)

    return Monitor()
