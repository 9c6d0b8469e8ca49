"""Ctrl-C while a run is prepared ends the process at once, wherever it comes."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from realtime.cli.interrupts import OTHERS, end_as_ctrl_c, ends_at_once

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="other signals")
ROOT = Path(__file__).parents[3]
PREPARING = """
import atexit, ctypes, signal
from realtime.cli.interrupts import OTHERS, end_as_ctrl_c, ends_at_once

def compiled(action):
    # calls back as numba's compiler does: what it raises goes nowhere
    ctypes.CFUNCTYPE(None)(action)()

atexit.register(lambda: print("torn down"))
with ends_at_once(lambda: print("terminal restored")):
    {where}(lambda: signal.raise_signal(signal.SIGINT))
    print("went on")
"""


@pytest.mark.parametrize("where", ["(lambda action: action())", "compiled"], ids=["python", "compiled code"])
def test_ctrl_c_ends_the_process_with_130_and_the_terminal_restored(where: str) -> None:
    code = PREPARING.format(where=where)
    done = subprocess.run(
        [sys.executable, "-u", "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "terminal restored\n", "")


def test_afterwards_ctrl_c_is_what_it_was() -> None:
    before = signal.getsignal(signal.SIGINT)
    with ends_at_once(lambda: None):
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_sigterm_is_heard_where_ctrl_c_is_ignored_as_behind_a_shells_ampersand() -> None:
    numbers = (signal.SIGINT, *OTHERS)
    before = [signal.getsignal(number) for number in numbers]
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        end_as_ctrl_c()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
