"""Which files a batch is of, what its results are called, and which of them are finished."""

import os
from pathlib import Path

import PIL.Image
import pytest

from models.errors import UserError
from realtime.batch import Job, plan_batch, wants_batch
from realtime.batch_record import NAME, BatchRecord, Standing, settings_of
from realtime.config import RunConfig
from realtime.errors import SinkError, SourceError
from tests.realtime.clips import Clip, write_clip

SMALL = Clip(frames=2, size_wh=(64, 48), sound=None)


@pytest.fixture
def clips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder "clips" in the current one: a film, its double in another container, a picture, and what is neither."""
    monkeypatch.chdir(tmp_path)
    folder = Path("clips")
    (folder / "more").mkdir(parents=True)
    write_clip(folder / "a.mp4", SMALL)
    write_clip(folder / "a.avi", Clip(frames=2, size_wh=(64, 48), codec="mjpeg", pixel_format="yuvj420p", sound=None))
    write_clip(folder / "more" / "b.mkv", SMALL)
    PIL.Image.new("RGB", (64, 48)).save(folder / "p.jpg")
    PIL.Image.new("RGB", (64, 48)).save(folder / "old.bmp")
    (folder / "notes.txt").write_text("words\n" * 100)
    (folder / "broken.mov").write_bytes(b"no film")
    (folder / ".hidden.mp4").write_bytes((folder / "a.mp4").read_bytes())
    (folder / "a.mp4.part").write_bytes((folder / "a.mp4").read_bytes())
    return folder


def names_of(jobs: tuple[Job, ...]) -> dict[str, str]:
    return {job.name: job.target.name for job in jobs}


@pytest.mark.usefixtures("clips")
def test_films_and_pictures_are_told_by_content_and_results_keep_their_names() -> None:
    batch = plan_batch("clips", "out")
    assert names_of(batch.jobs) == {
        "a.avi": "a.avi.mp4",  # a.mp4 is the other one's name
        "a.mp4": "a.mp4",
        "broken.mov": "broken.mov",  # its ending says film: that it is none will be told
        "old.bmp": "old.png",
        "p.jpg": "p.jpg",
    }
    assert {job.name for job in batch.jobs if job.is_picture} == {"old.bmp", "p.jpg"}
    assert batch.others == 1
    assert not Path("out").exists()


def test_animated_pictures_keep_their_kind(tmp_path: Path) -> None:
    first, second = (PIL.Image.new("RGB", (64, 48), colour) for colour in ("red", "blue"))
    for ending in (".gif", ".webp"):
        first.save(tmp_path / f"moving{ending}", save_all=True, append_images=[second])
    names = names_of(plan_batch(str(tmp_path), str(tmp_path / "out")).jobs)
    assert names == {"moving.gif": "moving.gif", "moving.webp": "moving.webp"}


@pytest.mark.usefixtures("clips")
def test_films_take_another_ending_when_theirs_cannot_hold_the_codec() -> None:
    names = names_of(plan_batch("clips", "out", codec="ffv1").jobs)
    assert (names["a.avi"], names["a.mp4"], names["p.jpg"]) == ("a.mkv", "a.mp4.mkv", "p.jpg")
    with pytest.raises(SinkError, match="no video encoder 'h267'"):
        plan_batch("clips", "out", codec="h267")
    assert names_of(plan_batch("clips/a.*", "out", stills=True).jobs) == {"a.avi": "a.png", "a.mp4": "a.mp4.png"}


def test_folders_within_are_mirrored_when_asked_for_and_results_are_no_inputs(clips: Path) -> None:
    (clips / "out").mkdir()
    write_clip(clips / "out" / "a.mp4", SMALL)
    batch = plan_batch("clips", "clips/out", recursive=True)
    assert (Path.cwd() / "clips" / "out" / "more" / "b.mkv") in {job.target for job in batch.jobs}
    assert len(batch.jobs) == 6


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("clips/*.mp4", ["a.mp4"]),
        ("clips/**/*.m*", ["a.mp4", "broken.mov", "more/b.mkv"]),
        ("clip?/[p]*", ["clips/p.jpg"]),
    ],
)
@pytest.mark.usefixtures("clips")
def test_pattern_names_files(pattern: str, names: list[str]) -> None:
    assert [job.name for job in plan_batch(pattern, "out").jobs] == names


@pytest.mark.parametrize(
    ("where", "outputs", "many"),
    [
        ("clips", ["out"], True),
        ("clips", ["clips"], True),
        ("clips/*.mp4", ["out/"], True),
        ("clips/a.mp4", ["more/"], True),
        ("clips/a.mp4", ["clips"], True),
        ("clips/a.mp4", ["out"], False),  # an ending is missing, and is asked for
        ("clips", ["out.mp4"], False),
        ("clips", ["frames/%05d.png"], False),
        ("clips", ["null"], False),
        ("0", ["clips"], False),
        ("what?.mp4", ["out"], False),  # a file of that very name
        ("http://host/clip?.mp4", ["clips"], False),
    ],
)
@pytest.mark.usefixtures("clips")
def test_batch_is_many_inputs_or_a_folder_for_results(where: str, outputs: list[str], many: bool) -> None:
    Path("what?.mp4").touch()
    assert wants_batch(where, tuple(outputs)) is many


def test_what_cannot_be_is_refused_before_anything_is_done(clips: Path) -> None:
    for where in ("clips", "clips/*.mp4", "clips/a.mp4"):
        with pytest.raises(SinkError, match="read in this run"):
            plan_batch(where, "clips")
    (clips / "again").mkdir()
    (clips / "again" / "a.mp4").symlink_to(Path("../a.mp4"))
    with pytest.raises(SinkError, match="read in this run"):
        plan_batch("clips", "clips/again")
    with pytest.raises(SinkError, match="no folder none"):
        plan_batch("clips", "none/out")
    with pytest.raises(SourceError, match="no film and no picture"):
        plan_batch("clips/*.txt", "out")
    with pytest.raises(SinkError, match="one folder"):
        wants_batch("clips", ("out", "out.mp4"))
    assert sorted(path.name for path in clips.iterdir() if path.name.startswith("out")) == []


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """One whose input is there and whose result is not."""
    source = tmp_path / os.fsdecode(b"caf\xe9.mp4")
    source.write_bytes(b"film")
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
    job.source.write_bytes(b"longer film")
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
    assert usual != word(badge=False)
    assert usual != word(maps=((photo, photo),), faces_from=())
    double.write_bytes(b"another")
    assert usual != word(faces_from=(double,))
    with pytest.raises(UserError, match="no file"):
        word(faces_from=(tmp_path / "none.png",))
