"""Leaving a video before its end, as --duration, Ctrl-C and a failing output do."""

import subprocess
import sys
from pathlib import Path

from tests.realtime.clips import Clip, write_clip

ROOT = Path(__file__).parents[3]
LEAVE_EARLY = """
import sys
from itertools import islice
import av.logging
from realtime.sources import open_source

for number in range(60):
    source = open_source(sys.argv[1])
    av.logging.set_level(av.logging.ERROR)  # as it is while another stream is being opened
    frames = source.frames()
    list(islice(frames, number % 15))
    source.close()
    list(frames)
    del source, frames
"""


def test_leaving_a_video_early_never_hangs(tmp_path: Path) -> None:
    """In a process of its own: a decoder thread that logs while its decoder is freed would stop everything for good."""
    path = write_clip(tmp_path / "clip.mp4", Clip(frames=60, size_wh=(640, 360), sound=None))
    done = subprocess.run([sys.executable, "-c", LEAVE_EARLY, str(path)], cwd=ROOT, timeout=60, check=False)
    assert done.returncode == 0
