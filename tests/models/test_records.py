"""Records on a disk that takes no more: what was not written is said, and what was there before stays."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from models.errors import UserError
from models.records import RecordFile, RecordLog


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """A disk with room for a part of what is written: the system takes that part, and refuses the next."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_line_that_was_written_in_part_is_said_and_counts_as_not_written(tmp_path: Path) -> None:
    path = tmp_path / "record.jsonl"
    log = RecordLog(path, "tries", remedy="make room", error=UserError)
    log.note("a", 1)
    with files_of_at_most(path.stat().st_size + 5), pytest.raises(UserError, match="cannot be written"):
        log.note("b", 2)
    assert log.read() == {"a": 1}
    log.note("c", 3)
    assert log.read() == {"a": 1, "c": 3}


def test_record_that_does_not_fit_leaves_the_one_before_and_nothing_beside_it(tmp_path: Path) -> None:
    record = RecordFile(tmp_path / "record.json", "tries", remedy="make room")
    record.write({"a": 1})
    with files_of_at_most(20), pytest.raises(UserError, match="cannot be written"):
        record.write({"a": "much longer"})
    assert record.read() == {"a": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["record.json"]
