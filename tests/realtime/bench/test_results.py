"""Numbers of a benchmark: merged, kept, compared, and told with what chance does to them."""

import json
from pathlib import Path

import pytest

from models.errors import UserError
from realtime.bench.report import MAIN, advice, as_document, read_document
from realtime.bench.results import LEAST, Result, compare, joined

STEADY = [10.0, 10.1, 9.9] * 20
SHAKY = [10.0] * 30 + [14.0] * 30


def row(samples: list[float], name: str = "swap", **figures: float) -> Result:
    return Result(name, "engines", samples, figures)


def test_percentiles_are_those_of_the_samples_and_none_without() -> None:
    assert [row(list(range(1, 101))).percentile(share) for share in (50, 95, 99)] == [50.5, 95.05, 99.01]
    assert row([]).percentile(50) is None


def test_a_run_that_changed_its_pace_is_less_sure() -> None:
    assert row(STEADY).band < 0.02
    assert row(SHAKY).band == pytest.approx(0.167, abs=0.01)
    assert row([10.0, 12.0]).band == pytest.approx(0.09, abs=0.01), "few samples are unsure as well"
    assert row([]).band == 0


def test_rounds_are_joined_by_their_mean_and_drops_are_added() -> None:
    rounds = [
        row([1.0, 2.0], unique_fps=30.0, dropped=1),
        row([3.0], unique_fps=27.0, dropped=2),
        row([4.0], dropped=0),
    ]
    whole = joined(rounds)
    assert whole.samples_ms == [1, 2, 3, 4]
    assert whole.figures == {"unique_fps": 28.5, "dropped": 3}


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        (STEADY, [value * 1.2 for value in STEADY], "slower"),
        (STEADY, [value / 1.2 for value in STEADY], "faster"),
        (STEADY, [value * 1.03 for value in STEADY], "same"),
        (SHAKY, [value * 1.2 for value in SHAKY], "same"),
    ],
    ids=["slower", "faster", "below what matters", "within the noise"],
)
def test_a_difference_counts_beyond_what_chance_does(old: list[float], new: list[float], word: str) -> None:
    [comparison] = compare([row(old)], [row(new)])
    assert comparison.word == word
    assert comparison.band >= LEAST


def test_only_what_both_measured_is_compared() -> None:
    old, new = [row(STEADY, "a"), row([], "b")], [row(STEADY, "a"), row(STEADY, "b"), row(STEADY, "c")]
    assert [comparison.name for comparison in compare(old, new)] == ["a"]


def test_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    written = [row(STEADY, unique_fps=29.9), Result("camera", "whole runs", samples_ms=[], skipped="there is none")]
    path.write_text(json.dumps(as_document({"cpu": "x"}, written)))
    machine, read = read_document(path)
    assert machine == {"cpu": "x"}
    assert read == written


@pytest.mark.parametrize(
    "content", [None, "no json", "[]", '{"machine": {}}', '{"machine": {}, "results": [{"name": 1}]}']
)
def test_what_is_no_report_is_refused(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "old.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(UserError, match=r"old\.json"):
        read_document(path)


def test_advice_names_the_largest_stage_what_does_not_fit_and_a_battery() -> None:
    main = Result(MAIN, "live", STEADY, {"unique_fps": 30.0}, {"track": 5.0, "swap": 2.0, "show": 1.0})
    slow = Result("1920x1080, 60 fps", "live", STEADY, {"unique_fps": 41.0, "asked_fps": 60})
    said = advice({"power": "on battery"}, [main, slow])
    assert said[0].startswith("track is 62% of a frame")
    assert "41.0 of 60" in said[1]
    assert "mains" in said[2]
    assert advice({}, []) == []
