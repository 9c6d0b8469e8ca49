"""Streams that are closed, full or gone: the video is made all the same, and nobody is asked who is not there."""

import os
import subprocess
import sys
from io import FileIO, TextIOWrapper
from pathlib import Path

import pytest

from models.errors import UserError
from realtime.cli.commands import NOBODY_SWAPPED
from realtime.cli.console import say, tell
from realtime.media.standard_streams import owns_terminal, person_is_there, settle_streams
from tests.realtime.clips import Clip, facts_of, write_clip
from tests.realtime.commandline import LIVESWAP, environment


def run_in_shell(surroundings: str, *words: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
    """The command line after `surroundings` did something to the streams."""
    shell = ["sh", "-c", f'{surroundings}; exec "$@"', "sh", *LIVESWAP, *map(str, words)]
    return subprocess.run(shell, capture_output=True, text=True, check=False, env=environment(home))


def test_video_is_made_with_all_streams_closed(home: Path, portrait: Path, tmp_path: Path) -> None:
    clip, out = write_clip(tmp_path / "clip.mp4", Clip(frames=4)), tmp_path / "out.mp4"
    words = ("run", "--face", portrait, "--input", clip, "--output", out, "--i-have-consent")
    done = run_in_shell("exec 0<&- 1>&- 2>&-", *words, home=home)
    assert (done.returncode, done.stdout, done.stderr) == (NOBODY_SWAPPED, "", "")
    assert len(facts_of(out).times_s) == 4


def test_words_for_a_reader_that_is_gone_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    for nobody in (writing, os.open("/dev/full", os.O_WRONLY)):
        with TextIOWrapper(FileIO(nobody, "w"), write_through=True) as stream:
            monkeypatch.setattr(sys, "stderr", stream)
            settle_streams()
            say("-> out.mp4")
            tell("problem", "remedy")
            sys.stderr.flush()


SETTLED = """
import os, sys
from realtime.media.standard_streams import settle_streams
settle_streams()
opened = os.open(os.devnull, os.O_RDONLY)
print(sys.stdin.isatty(), sys.stdin.read() == "", sys.stdout.isatty(), file=sys.stderr)
print("\\udce9")  # a byte of a name that is no text
sys.exit(opened)
"""


def test_answer_that_cannot_be_kept_is_a_mistake_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    with TextIOWrapper(FileIO(os.open("/dev/full", os.O_WRONLY), "w"), write_through=True) as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        settle_streams()
        with pytest.raises(UserError, match="stdout cannot be written: No space left on device"):
            sys.stdout.write("an answer")
        sys.stdout.flush()
        sys.stdout.close()


def test_next_file_never_gets_the_number_of_a_closed_stream() -> None:
    for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
        shell = ["sh", "-c", f'exec "$@" {closed}', "sh", sys.executable, "-c", SETTLED]
        done = subprocess.run(shell, capture_output=True, check=False)
        assert done.returncode > 2, (closed, done.stderr)
        assert done.stderr in (b"False True False\n", b"")
        assert done.stdout in (b"\xe9\n", b"")


def test_only_who_can_read_and_answer_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    keyboard, terminal = os.openpty()
    with os.fdopen(terminal) as stdin, Path(os.devnull).open("w", encoding="utf-8") as nothing:
        monkeypatch.setattr(sys, "stdin", stdin)
        monkeypatch.setattr(sys, "stderr", nothing)
        assert (owns_terminal(), person_is_there()) == (True, False)
        monkeypatch.setattr(sys, "stderr", stdin)
        assert person_is_there()
        monkeypatch.setattr(sys, "stdin", nothing)
        assert not owns_terminal()
    os.close(keyboard)
