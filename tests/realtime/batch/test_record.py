"""What is finished of a batch, and stays so: by the record beside the results."""

import os
from pathlib import Path

import pytest

from models.errors import UserError
from realtime.batch.plan import Job
from realtime.batch.record import NAME, BatchRecord, Standing, settings_of
from realtime.config import RunConfig
from realtime.disclosure import Disclosure
from realtime.errors import SinkError


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """One whose input is there and whose result is not."""
    source = tmp_path / os.fsdecode(b"caf\xe9.mp4")
    source.write_bytes(b"video")
    (tmp_path / "out").mkdir()
    return Job(source, tmp_path / "out" / source.name, source.name, is_picture=False)


def made(job: Job, settings: str = "s") -> BatchRecord:
    """A record in which the job is finished."""
    record = BatchRecord(job.target.parent, settings)
    record.begin(job)
    job.target.write_bytes(b"result")
    record.finish(job)
    return record


def test_result_is_finished_while_input_settings_and_it_itself_are_as_they_were(job: Job) -> None:
    record = BatchRecord(job.target.parent, "s")
    assert record.standings([job]) == [Standing.MISSING]
    made(job)
    assert record.standings([job]) == [Standing.FINISHED]
    assert BatchRecord(job.target.parent, "other").standings([job]) == [Standing.OUTDATED]
    job.source.write_bytes(b"longer video")
    assert record.standings([job]) == [Standing.OUTDATED]
    job.target.unlink()
    assert record.standings([job]) == [Standing.MISSING]


def test_what_was_cut_short_is_made_again_and_what_is_somebody_elses_is_left(job: Job) -> None:
    record = BatchRecord(job.target.parent, "s")
    job.target.write_bytes(b"somebody's")
    assert record.standings([job]) == [Standing.FOREIGN]
    record.begin(job)
    assert record.standings([job]) == [Standing.OUTDATED]
    record = made(job)
    job.target.write_bytes(b"edited since")
    assert record.standings([job]) == [Standing.FOREIGN]


def test_result_whose_input_is_gone_is_to_be_made_again(job: Job) -> None:
    record = made(job)
    job.source.unlink()
    assert record.standings([job]) == [Standing.OUTDATED]


def test_two_batches_in_one_folder_keep_each_others_records(job: Job) -> None:
    first, second = BatchRecord(job.target.parent, "s"), made(job)
    other = Job(job.source, job.target.with_name("b.mp4"), "b.mp4", is_picture=False)
    first.begin(other)
    assert second.standings([job]) == [Standing.FINISHED]
    assert first.standings([job, other]) == [Standing.FINISHED, Standing.MISSING]
    other.target.write_bytes(b"half")
    assert second.standings([job, other]) == [Standing.FINISHED, Standing.OUTDATED]


def test_a_record_grows_by_the_same_for_every_result_however_many_there_were(job: Job) -> None:
    record, lengths = made(job), [0]
    for _ in range(3):
        record.begin(job)
        record.finish(job)
        lengths.append((job.target.parent / NAME).stat().st_size)
    assert lengths[3] - lengths[2] == lengths[2] - lengths[1]


@pytest.mark.parametrize("left", [1, 2, 40])
def test_what_was_cut_off_while_a_record_was_written_is_made_again_and_the_rest_stands(job: Job, left: int) -> None:
    record = made(job)
    other = Job(job.source, job.target.with_name("b.mp4"), "b.mp4", is_picture=False)
    record.begin(other)
    other.target.write_bytes(b"result")
    whole = (job.target.parent / NAME).read_bytes()
    record.finish(other)
    (job.target.parent / NAME).write_bytes((job.target.parent / NAME).read_bytes()[: len(whole) + left])
    again = BatchRecord(job.target.parent, "s")
    assert again.standings([job, other]) == [Standing.FINISHED, Standing.OUTDATED]
    again.finish(other)
    assert again.standings([job, other]) == [Standing.FINISHED, Standing.FINISHED]


def test_spoilt_record_is_told(job: Job) -> None:
    for words in ("{", "[]"):
        (job.target.parent / NAME).write_text(words)
        with pytest.raises(SinkError) as raised:
            BatchRecord(job.target.parent, "s")
        assert "delete " in raised.value.remedy


def test_settings_are_all_that_changes_a_result_and_the_faces_by_their_content(tmp_path: Path) -> None:
    photo, double = tmp_path / "a.png", tmp_path / "b.png"
    for path in (photo, double):
        path.write_bytes(b"face")

    def word(**more: object) -> str:
        return settings_of(RunConfig(**{"faces_from": (photo,), "input": "x", "outputs": ("y",), **more}))  # type: ignore[arg-type]

    usual = word()
    assert usual == word(input="z", outputs=("o",), metrics_file=Path("m"), recursive=True, faces_from=(double,))
    assert usual != word(disclosure=Disclosure(no_badge="a test"))
    assert usual != word(maps=((photo, photo),), faces_from=())
    double.write_bytes(b"another")
    assert usual != word(faces_from=(double,))
    with pytest.raises(UserError, match="no file"):
        word(faces_from=(tmp_path / "none.png",))


@pytest.mark.parametrize("line", ["null", "[1, 2]", '["a.png", {}]', '["a.png", null]', '["a.png", {"result": 5}]'])
def test_line_that_is_none_is_named_and_nothing_is_overwritten(tmp_path: Path, line: str) -> None:
    (tmp_path / NAME).write_text(line + "\n")
    with pytest.raises(SinkError, match="liveswap-batch") as caught:
        BatchRecord(tmp_path, "s")
    assert caught.value.remedy
    assert (tmp_path / NAME).read_text() == line + "\n"
