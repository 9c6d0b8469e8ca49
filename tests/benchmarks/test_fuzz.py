"""Hostile input: a few inputs for every parser, the same ones each time; and the judge itself, which must see it."""

import json
import sys
from pathlib import Path

import pytest
from hypothesis import strategies as st

from benchmarks import fuzz
from benchmarks.fuzzing.kinds import KINDS, open_target
from benchmarks.fuzzing.loop import Judge, one_round
from benchmarks.fuzzing.target import Breach, Tally, Target, content_of
from models.errors import UserError

SEED, INPUTS = 22, 8
WITHOUT = {"openapi"}
"""Needs a group of its own, and seconds to begin."""
SLOW = {"options": 4}
"""Inputs where one takes long."""


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in WITHOUT])
def test_hostile_input_is_taken_or_refused_and_nothing_else(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with open_target(kind, tmp_path) as target:
        judge = Judge(target, kind)
        one_round(judge, target, SLOW.get(kind, INPUTS), SEED)
    assert judge.tally.breaches == []
    assert judge.tally.inputs >= SLOW.get(kind, INPUTS)


def broken(tmp_path: Path, how: str) -> Target:
    def take(_made: int) -> None:
        if how == "crash":
            raise KeyError("x")
        if how == "wordless":
            raise UserError("", remedy="")
        if how == "left behind":
            (tmp_path / "left.part").write_bytes(b"x")
        if how == "slow":
            sum(range(300_000))
        if how == "memory":
            bytearray(80_000_000)[::4096] = b"x" * -(-80_000_000 // 4096)

    most_s = 0.001 if how == "slow" else 60
    return Target(inputs=st.integers(0, 3), take=take, most_s=most_s, most_bytes=40_000_000, watched=tmp_path)


@pytest.mark.parametrize("how", ["crash", "wordless", "left behind", "slow", "memory"])
def test_every_kind_of_breach_is_seen_once_and_its_input_kept(tmp_path: Path, how: str) -> None:
    if how == "memory" and not Path("/proc/self/clear_refs").exists():
        pytest.skip("only Linux tells the peak of a moment")
    (tmp_path / "watched").mkdir()
    target = broken(tmp_path / "watched", how)
    judge = Judge(target, "it", tmp_path / "kept")
    one_round(judge, target, 4, 0)
    (breach,) = judge.tally.breaches
    assert breach.what == ("crash" if how == "wordless" else how)
    assert [path.name for path in (tmp_path / "kept").iterdir()] == [breach.sha256]
    assert list((tmp_path / "watched").iterdir()) == []


def test_valid_input_and_a_refusal_with_words_are_no_breach() -> None:
    def take(made: int) -> None:
        if made:
            raise UserError("no", remedy="do")

    target = Target(inputs=st.integers(0, 3), take=take)
    judge = Judge(target, "it")
    one_round(judge, target, 20, 0)
    assert (judge.tally.breaches, judge.tally.inputs > judge.tally.refused > 0) == ([], True)


def test_process_that_dies_is_a_breach_and_another_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []

    def process(kind: str, _seconds: float, seed: int, folder: Path) -> Tally:
        begun.append(seed)
        (folder / "ab").write_bytes(b"deadly")
        breaches = [Breach("died", "exit status -11", "", "ab")] if len(begun) == 1 else []
        return Tally(kind, 5, 1, 3.0, breaches=breaches)

    monkeypatch.setattr(fuzz, "_one_process", process)
    tally = fuzz.fuzzed("verify", 6.0, 7, tmp_path)
    assert (begun, tally.inputs, [each.what for each in tally.breaches]) == ([7, 1007], 10, ["died"])
    assert (tmp_path / "verify" / "ab").read_bytes() == b"deadly"


def test_command_writes_what_it_counted_and_fails_for_a_breach(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tally = Tally("verify", 9, 4, 1.0, 0.25, 3_000_000, [Breach("crash", "KeyError: x", "reading.py:1", "ab")])
    monkeypatch.setattr(fuzz, "fuzzed", lambda *_: tally)
    monkeypatch.setattr(sys, "argv", ["fuzz", "--only", "verify", "--json", str(tmp_path / "told.json")])
    assert fuzz.main() == 1
    assert "| verify | 9 | 4 | 1 | 1 | 250 | 3 |" in capsys.readouterr().out
    told = json.loads((tmp_path / "told.json").read_text())
    assert Tally.from_json(told["parsers"][0]) == tally
    with pytest.raises(UserError, match="out of range"):
        fuzz.options_of(["--seconds", "0"])


@pytest.mark.parametrize("kind", ["manifest", "consents"])
def test_kept_input_can_be_given_again(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_target(kind, tmp_path) as target:
        (tmp_path / "kept").write_bytes(content_of(target.samples[0]))
    fuzz.again(kind, tmp_path / "kept")
    assert capsys.readouterr().out == "taken\n"


def test_parser_that_cannot_be_begun_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "false")
    with pytest.raises(UserError, match="cannot be fuzzed"):
        fuzz.fuzzed("manifest", 1, 0, tmp_path)
