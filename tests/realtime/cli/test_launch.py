"""Ctrl-C before the program is there ends it without a word, and afterwards is the program's own."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="other signals")
ROOT = Path(__file__).parents[3]
LOADING = """
import signal, sys

class Interrupting:
    def find_spec(self, name, *_):
        if name == "realtime.cli.main":
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Interrupting())
{before}
from realtime.cli.launch import main
sys.argv = ["liveswap", "--version"]
main()
"""


LEFT_BEHIND = """
import sys, threading, time, types
cli = types.ModuleType("realtime.cli.main")

def main():
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    print("done")
    sys.exit(130)

cli.main = main
sys.modules["realtime.cli.main"] = cli
from realtime.cli.launch import main
import atexit
atexit.register(lambda: print("torn down"))
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


def test_thread_that_was_left_behind_is_not_torn_down_and_the_status_is_the_programs() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LEFT_BEHIND], cwd=ROOT, capture_output=True, text=True, check=False, timeout=30
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "done\n", "")
