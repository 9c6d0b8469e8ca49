"""Who is trained on: needs neither torch nor a data set."""

import hashlib

from models.training.split import is_test, is_trained_on, kept_out, removed


def test_a_tenth_is_kept_out_and_stays_the_same() -> None:
    names = sorted(kept_out())
    assert len(names) == 184
    assert hashlib.sha256(" ".join(names).encode()).hexdigest()[:16] == "ceb3f659ff123d6b"


def test_nobody_is_both_trained_on_and_judged_by() -> None:
    names = [*kept_out(), *removed(), "t2i-00002"]
    assert [name for name in names if is_test(name) and is_trained_on(name)] == []


def test_whoever_was_weeded_out_is_not_trained_on() -> None:
    assert not any(is_trained_on(name) for name in removed())
    assert len(removed()) > 600
