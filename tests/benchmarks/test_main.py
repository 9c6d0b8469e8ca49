"""`python -m benchmarks` lists every question, and each can be asked."""

import importlib

import pytest

from benchmarks.__main__ import main, questions


def test_every_question_is_listed_and_can_be_asked(capsys: pytest.CaptureFixture[str]) -> None:
    main()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(questions()) > 20
    for name in questions():
        assert callable(importlib.import_module(f"benchmarks.{name}").main)


def test_what_questions_share_is_none() -> None:
    assert {"common", "scoring", "simulation", "__main__"}.isdisjoint(questions())
