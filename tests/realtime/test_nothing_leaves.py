"""A run on files speaks to nobody: the kernel ends a process that opens a socket to anywhere, in C or in Python."""

import platform
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.realtime.commandline import environment

WITHOUT_NETWORK = """
import ctypes, runpy, struct, sys
SOCKET, AF_INET, AF_INET6 = 41, 2, 10
LOAD, EQUALS, RETURN, KILL, ALLOW = 0x20, 0x15, 0x06, 0x80000000, 0x7FFF0000
program = b"".join(struct.pack("HBBI", *line) for line in [
    (LOAD, 0, 0, 0), (EQUALS, 0, 4, SOCKET), (LOAD, 0, 0, 16), (EQUALS, 1, 0, AF_INET), (EQUALS, 0, 1, AF_INET6),
    (RETURN, 0, 0, KILL), (RETURN, 0, 0, ALLOW),
])
held = ctypes.create_string_buffer(program)
libc, argument = ctypes.CDLL(None, use_errno=True), struct.pack("HP", len(program) // 8, ctypes.addressof(held))
for words in ((38, 1, 0, 0, 0), (22, 2, ctypes.create_string_buffer(argument), 0, 0)):  # no new privileges; a filter
    if libc.prctl(*words):
        sys.exit("no seccomp here")
del sys.argv[0]
sys.argv.insert(0, "liveswap")
"""
"""seccomp(2): ends this process and its children when they ask for an internet socket."""
RUN = f"{WITHOUT_NETWORK}\nrunpy.run_module('liveswap', run_name='__main__')"

pytestmark = pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"), reason="the filter has the numbers of Linux on x86-64"
)


def without_network(code: str, *arguments: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(words, env=environment(home), capture_output=True, text=True, check=False)
    if "no seccomp here" in done.stderr:
        pytest.skip("this kernel or container has no seccomp")
    return done


def test_a_run_on_files_and_a_look_at_its_result_open_no_socket(
    home: Path, portrait: Path, video: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.mp4"
    words = ("run", "--face", portrait, "--input", video, "--output", out, "--trim", "0-0.2", "--i-have-consent")
    done = without_network(RUN, *words, home=home)
    assert done.returncode == 0, done.stderr
    told = without_network(RUN, "verify", out, home=home)
    assert told.returncode == 0, told.stderr


def test_who_opens_one_there_is_ended(tmp_path: Path) -> None:
    """Or the test above would show nothing."""
    done = without_network(f"{WITHOUT_NETWORK}\nimport socket; socket.socket()", home=tmp_path)
    assert done.returncode == -signal.SIGSYS
