"""What a process holds while it works for long, and how much of it an hour more adds: a straight line, and a picture.

Knows /proc, numbers and times; knows nothing of what the process does. Linux only.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.common.curves import Curve, draw
from realtime.bench.processes import resident_mb

SETTLED = 0.2
"""Of the samples, at the beginning, that do not count for the line: caches fill, kernels are compiled."""
UNITS = {"memory": "MB", "threads": "threads", "files": "open files"}


def held_by(process: int | str = "self") -> dict[str, float]:
    """What a process holds now, by names of UNITS. Raises OSError where there is no such process any more."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return {
        "memory": round(resident_mb(process), 1),
        "threads": float(re.findall(r"Threads:\s+(\d+)", status)[0]),
        "files": float(sum(1 for _ in Path(f"/proc/{process}/fd").iterdir())),
    }


class Growth:
    """Samples over time. x: what time is counted in. units: of what is sampled beside UNITS, by its name."""

    def __init__(self, x: str, units: Mapping[str, str]) -> None:
        self._x, self._units = x, {**UNITS, **units}
        self._samples: list[tuple[float, dict[str, float]]] = []

    def add(self, at: float, sample: Mapping[str, float | None]) -> None:
        """at: in the unit of x. What is None was not measured."""
        self._samples.append((at, {name: float(value) for name, value in sample.items() if value is not None}))

    def curves(self, settled: float = SETTLED) -> Iterator[Curve]:
        """Those of which there are two points or more after the first samples."""
        kept = self._samples[int(settled * len(self._samples)) :]
        for name, unit in self._units.items():
            points = tuple((at, sample[name]) for at, sample in kept if name in sample)
            if len(points) > 1:
                yield Curve(name, self._x, unit, points)

    def in_words(self) -> Iterator[str]:
        """A line for each."""
        for curve in self.curves():
            first, last = curve.points[0][1], curve.points[-1][1]
            yield f"{curve.name}: {first:g} -> {last:g} {curve.y}; {curve.line[1]:+.3g} for each of {curve.x}"

    def save(self, to: Path, picture: Path | None, **told: Any) -> None:
        """Samples and lines as JSON. picture: of the curves, where two were taken. told: what else there is."""
        grows = {curve.name: curve.line[1] for curve in self.curves()}
        samples = [{"at": at, **sample} for at, sample in self._samples]
        found = {**told, "x": self._x, "units": self._units, "grows_by": grows, "samples": samples}
        to.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        if picture is not None and (curves := list(self.curves(settled=0))):
            draw(curves, picture)
