"""A video takes no more of the machine than other programs let it have, whatever its encoder does for root."""

import os
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from realtime.outputs import OutputOptions, open_sink
from realtime.outputs.recorder import EncoderOptions
from realtime.types import Outcome, ShownFrame, StreamInfo


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root's encoders may go before others")
@pytest.mark.parametrize("codec", ["h264", "hevc", "vp9", "av1"])
def test_no_thread_becomes_real_time(tmp_path: Path, codec: str) -> None:
    info = StreamInfo("test", (96, 64), Fraction(30), live=False)
    sink = open_sink(str(tmp_path / "out.mkv"), info, OutputOptions(encoder=EncoderOptions(codec=codec)))
    for number in range(3):
        sink.send(ShownFrame(np.zeros((64, 96, 3), np.uint8), number, 0, number, Outcome.SWAPPED))
        assert policies() == {os.SCHED_OTHER}
    sink.close()
    assert policies() == {os.SCHED_OTHER}


def policies() -> set[int]:
    """Of all threads of this process."""
    return {os.sched_getscheduler(int(task.name)) for task in Path("/proc/self/task").iterdir()}
