"""What `liveswap run` reaches on real clips: the numbers of docs/performance.md.

    uv run python -m benchmarks.end_to_end [--media ../shared/media] [--repeat 5]

Every figure comes from running the command as a user would and reading its --metrics file; memory is the kernel's peak
of the whole process. Each clip is run --repeat times; medians are given, and for the hot path the best and the worst
run too, because machines are shared. Prints a table and one JSON line.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.common.command import run, videos_in


@dataclass(frozen=True)
class Row:
    """One clip to one output. ms: p50 of the hot path's stages; medians over the runs."""

    clip: str
    output: str
    frames: int
    swapped: float  # share of the frames
    detector_runs: float  # share of the frames
    track_ms: float
    swap_ms: float
    show_ms: float
    hot_ms: float  # track + swap + show
    hot_ms_best: float
    hot_ms_worst: float
    fps: float
    peak_mb: float
    wall_s: float


def run_liveswap(arguments: list[str]) -> tuple[float, float]:
    """Run the command; returns its wall time in s and its peak memory in MB. Raises SystemExit when it fails."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "realtime.cli.main", "run", *arguments]
    quiet = [(os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)]
    child = os.posix_spawn(sys.executable, command, os.environ, file_actions=quiet)
    _, status, usage = os.wait4(child, 0)
    if status:
        sys.exit(f"liveswap run {' '.join(arguments)} ended with status {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def measure(face: Path, clip: Path, output: str, folder: Path, repeat: int) -> Row:
    metrics_file = folder / "metrics.json"
    arguments = ["--face", str(face), "--input", str(clip), "--output", output, "--i-have-consent"]
    runs: list[dict[str, Any]] = []
    for _ in range(repeat):
        wall_s, peak_mb = run_liveswap([*arguments, "--metrics", str(metrics_file)])
        found = json.loads(metrics_file.read_text())
        stages = {f"{name}_ms": times["p50"] for name, times in found["stages_ms"].items()}
        hot_ms = stages["track_ms"] + stages["swap_ms"] + stages["show_ms"]
        runs.append({**found, **stages, "hot_ms": hot_ms, "wall_s": wall_s, "peak_mb": peak_mb})
    one = runs[0]
    figures = ("track_ms", "swap_ms", "show_ms", "hot_ms", "fps", "peak_mb", "wall_s")
    return Row(
        clip=clip.stem,
        output=Path(output).suffix or output,
        frames=one["frames_in"],
        swapped=min(run["outcomes"]["swapped"] / run["frames_in"] for run in runs),
        detector_runs=max(run["detector_runs"] / run["frames_in"] for run in runs),
        hot_ms_best=min(run["hot_ms"] for run in runs),
        hot_ms_worst=max(run["hot_ms"] for run in runs),
        **{name: round(median(run[name] for run in runs), 3) for name in figures},
    )


def first_frame_s(face: Path, clip: Path) -> float:
    """Wall time of a run that ends after one frame: an upper bound for the first swapped one. Warm cache."""
    once = ["--face", str(face), "--input", str(clip), "--output", "null", "--i-have-consent", "--duration", "0.01"]
    return sorted(run_liveswap(once)[0] for _ in range(3))[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--media", type=Path, default=Path("../shared/media"))
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    face = options.media / "face-painting-girl.jpg"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clips = videos_in(options.media)
        start_s = first_frame_s(face, clips[0])
        outputs = ("null", str(folder / "out.mp4"))
        rows = [measure(face, clip, output, folder, options.repeat) for clip in clips for output in outputs]
    for row in rows:
        print(
            f"{row.clip:24} -> {row.output:5} {row.frames:4} frames, swapped {row.swapped:6.1%}, "
            f"detector {row.detector_runs:.1%}, "
            f"track {row.track_ms:.2f} + swap {row.swap_ms:.2f} + show {row.show_ms:.2f} = {row.hot_ms:.2f} ms "
            f"({row.hot_ms_best:.2f}-{row.hot_ms_worst:.2f}), "
            f"{row.fps:5.1f} fps, {row.peak_mb:.0f} MB, {row.wall_s:.1f} s"
        )
    print(f"command to the end of a run of one frame: {start_s:.2f} s (median of 3)")
    print(json.dumps({"start_s": round(start_s, 2), "runs": [asdict(row) for row in rows]}))


if __name__ == "__main__":
    run(main)
