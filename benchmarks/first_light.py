"""What `liveswap run` reaches on real clips: the numbers in the README.

    uv run python -m benchmarks.first_light [--media ../shared/media] [--soak SECONDS]

Every figure comes from running the command as a user would and reading its --metrics file; memory is the kernel's peak
of the whole process. --soak instead runs the synthetic camera for so long and watches the memory.
Prints a table and one JSON line.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

SAMPLE_EVERY_S = 5.0


@dataclass(frozen=True)
class Row:
    """One run. ms: p50 of the hot path's stages. start_s: from the command to the end of a run of one frame."""

    clip: str
    output: str
    frames: int
    swapped: float  # share of the frames
    detector_runs: float  # share of the frames
    track_ms: float
    swap_ms: float
    show_ms: float
    fps: float
    peak_mb: float
    wall_s: float

    @property
    def paste_ms(self) -> float:
        """Track + swap + what viewers see."""
        return self.track_ms + self.swap_ms + self.show_ms


def run_liveswap(arguments: list[str]) -> tuple[float, float]:
    """Run the command; returns its wall time in s and its peak memory in MB. Raises SystemExit when it fails."""
    started = time.perf_counter()
    child = os.posix_spawn(sys.executable, [sys.executable, "-m", "realtime.cli", "run", *arguments], os.environ)
    _, status, usage = os.wait4(child, 0)
    if status:
        sys.exit(f"liveswap run {' '.join(arguments)} ended with status {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def measure(face: Path, clip: Path, output: str, folder: Path) -> Row:
    metrics_file = folder / "metrics.json"
    sizes = ["--face", str(face), "--input", str(clip), "--output", output, "--i-have-consent"]
    wall_s, peak_mb = run_liveswap([*sizes, "--metrics", str(metrics_file)])
    found: dict[str, Any] = json.loads(metrics_file.read_text())
    stages = {name: times["p50"] for name, times in found["stages_ms"].items()}
    return Row(
        clip=clip.stem,
        output=Path(output).suffix or output,
        frames=found["frames_in"],
        swapped=found["outcomes"]["swapped"] / found["frames_in"],
        detector_runs=found["detector_runs"] / found["frames_in"],
        track_ms=stages["track"],
        swap_ms=stages["swap"],
        show_ms=stages["show"],
        fps=found["fps"],
        peak_mb=peak_mb,
        wall_s=wall_s,
    )


def first_frame_s(face: Path, clip: Path) -> float:
    """Wall time of a run that ends after one frame: an upper bound for the first swapped one. Warm cache."""
    once = ["--face", str(face), "--input", str(clip), "--output", "null", "--i-have-consent", "--duration", "0.01"]
    return sorted(run_liveswap(once)[0] for _ in range(3))[1]


def soak(face: Path, seconds: float) -> list[tuple[float, float]]:
    """Resident memory (s since start, MB) while the synthetic camera runs."""
    arguments = [
        "--face",
        str(face),
        "--input",
        "test",
        "--output",
        "null",
        "--i-have-consent",
        "--duration",
        str(seconds),
    ]
    started = time.monotonic()
    child = os.posix_spawn(sys.executable, [sys.executable, "-m", "realtime.cli", "run", *arguments], os.environ)
    samples = []
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        pages = int(Path(f"/proc/{child}/statm").read_text().split()[1])
        samples.append((round(time.monotonic() - started, 1), round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)))
        time.sleep(SAMPLE_EVERY_S)
    return samples


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--media", type=Path, default=Path("../shared/media"))
    parser.add_argument("--soak", type=float, metavar="SECONDS")
    options = parser.parse_args()
    face = options.media / "face-painting-girl.jpg"
    if options.soak:
        samples = soak(face, options.soak)
        settled = [mb for at_s, mb in samples if at_s > 30] or [mb for _, mb in samples]
        print(f"memory after 30 s: first {settled[0]} MB, last {settled[-1]} MB, highest {max(settled)} MB")
        print(json.dumps(samples))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clips = sorted(options.media.glob("*.mp4"))
        start_s = first_frame_s(face, clips[0])
        rows = [measure(face, clip, output, folder) for clip in clips for output in ("null", str(folder / "out.mp4"))]
    for row in rows:
        print(
            f"{row.clip:24} -> {row.output:5} {row.frames:4} frames, swapped {row.swapped:6.1%}, "
            f"detector {row.detector_runs:.1%}, "
            f"track {row.track_ms:.2f} + swap {row.swap_ms:.2f} + show {row.show_ms:.2f} = {row.paste_ms:.2f} ms, "
            f"{row.fps:5.1f} fps, {row.peak_mb:.0f} MB, {row.wall_s:.1f} s"
        )
    print(f"command to the end of a run of one frame: {start_s:.2f} s (median of 3)")
    print(json.dumps({"start_s": round(start_s, 2), "runs": [asdict(row) for row in rows]}))


if __name__ == "__main__":
    main()
