"""Ctrl-C before the program is there ends it without a word, and afterwards is the program's own."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="other signals")
ROOT = Path(__file__).parents[2]
LOADING = """
import signal, sys

class Interrupting:
    def find_spec(self, name, *_):
        if name == "realtime.cli":
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Interrupting())
{before}
from realtime.launch import main
sys.argv = ["liveswap", "--version"]
main()
"""


def start(before: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", LOADING.format(before=before)], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_ctrl_c_while_it_loads_ends_it_without_a_traceback() -> None:
    done = start("")
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")


def test_ctrl_c_that_was_ignored_before_stays_ignored() -> None:
    done = start("signal.signal(signal.SIGINT, signal.SIG_IGN)")
    assert (done.returncode, done.stderr) == (0, "")
