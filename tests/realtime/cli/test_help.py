"""Help and completion: what a person sees who looks, and what a shell completes."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from realtime.cli.main import app
from realtime.cli.other_programs import in_our_words
from tests.realtime.commandline import invoke


def commands(command: Any, *words: str) -> dict[tuple[str, ...], Any]:
    below = getattr(command, "commands", {})
    found = {} if below else {words: command}
    for name, one in below.items():
        found |= commands(one, *words, name)
    return found


ALL = commands(typer.main.get_command(app))


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_every_command_has_examples_of_itself_and_no_types_of_python(words: tuple[str, ...], home: Path) -> None:
    said = invoke(*words, "--help", home=home).stdout
    assert f"liveswap {' '.join(words)}" in said.partition("Examples:")[2]
    assert "list[" not in said


def completed(line: str, home: Path) -> list[str]:
    """What bash offers at the end of `line`."""
    words = line.split(" ")
    shell = {
        "_LIVESWAP_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
        "LIVESWAP_HOME": str(home),
    }
    begin = "import sys; sys.argv = ['liveswap']; from realtime.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", begin], env={**os.environ, **shell}, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.stdout.split()


def test_names_of_models_are_completed_by_what_they_do(home: Path) -> None:
    assert "inswapper_128" in completed("liveswap run --swapper ins", home)
    assert completed("liveswap run --occluder xseg_1", home) == ["xseg_1"]
    assert completed("liveswap run --device ten", home) == ["tensorrt"]


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("run -s a.jpg -t b.mp4 -o c.mp4", "run --face a.jpg --input b.mp4 --output c.mp4"),
        ("-s a.jpg -t b.mp4 -o c.mp4", "run --face a.jpg --input b.mp4 --output c.mp4"),
        (
            "headless-run -s a.jpg b.jpg -t b.mp4 -o c.mp4 --faces all",
            "run --face a.jpg --face b.jpg --input b.mp4 --output c.mp4 --faces all",
        ),
        ("run --source a.jpg --target - --output-path c.mp4", "run --face a.jpg --input - --output c.mp4"),
    ],
)
def test_roops_and_facefusions_words_are_understood(theirs: str, ours: str) -> None:
    words, note = in_our_words(theirs.split())
    assert words == ours.split()
    assert note is not None
    assert f"liveswap {ours}" in note


@pytest.mark.parametrize("given", ["run --face a.jpg --input b.mp4 --output c.mp4", "ctl -s", "", "--help"])
def test_our_own_words_are_left_as_they_are(given: str) -> None:
    assert in_our_words(given.split()) == (given.split(), None)


def test_who_types_them_is_told_what_they_are_here(home: Path) -> None:
    done = invoke("-s", "none.jpg", "-t", "none.mp4", "-o", "none.png", home=home)
    assert done.returncode == 2
    assert "here it is: liveswap run --face none.jpg --input none.mp4 --output none.png" in done.stderr
