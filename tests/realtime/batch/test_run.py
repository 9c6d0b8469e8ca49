"""A batch as a user meets it: every file, whatever becomes of the others, and what is finished only once."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from models.store import ModelStore
from realtime.batch.plan import Batch, plan_batch
from realtime.batch.run import BatchRun, Became
from realtime.cli.commands import NOBODY_SWAPPED
from realtime.config import RunConfig
from realtime.errors import SinkError
from realtime.faces.loaded_faces import load_faces
from realtime.pictures.reading import read_image
from tests.realtime.clips import Clip, facts_of, write_clip
from tests.realtime.commandline import invoke


@pytest.fixture
def clips(tmp_path: Path, model_file: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder "clips" in the current one, with somebody, nobody, a video that is none, and what is neither."""
    monkeypatch.chdir(tmp_path)
    folder = Path("clips")
    folder.mkdir()
    (folder / "person.png").write_bytes(model_file("hopper").read_bytes())
    (folder / "broken.mp4").write_bytes(b"no video")
    write_clip(folder / "nobody.mkv", Clip(frames=3))
    (folder / "notes.txt").write_text("words\n")
    return folder


def test_one_failing_file_stops_none_and_finished_ones_are_not_made_again(
    clips: Path, home: Path, portrait: Path
) -> None:
    words = (
        "run",
        "--face",
        portrait,
        "--input",
        "clips",
        "--output",
        "out",
        "--i-have-consent",
        "--metrics",
        "m.json",
    )
    done = invoke(*words, home=home)
    assert done.returncode == 2, done.stderr
    assert "error: 1 of 3: " in done.stderr
    assert "3 to make: 1 made, 1 nobody swapped, 1 failed, 1 left out, being neither video nor picture" in done.stderr
    assert (read_image(Path("out/person.png")) != read_image(clips / "person.png")).any()
    assert len(facts_of(Path("out/nobody.mkv")).times_s) == 3
    told = json.loads(Path("m.json").read_text())["files"]
    assert [each["became"] for each in told] == ["failed", "nobody swapped", "made"]
    before = Path("out/person.png").stat().st_mtime_ns
    (clips / "broken.mp4").unlink()
    again = invoke(*words, home=home)
    assert again.returncode == NOBODY_SWAPPED, again.stderr
    assert "2 of 2 are finished already" in again.stderr
    assert Path("out/person.png").stat().st_mtime_ns == before
    other = invoke(*words, "--no-badge", "a test", home=home)
    assert (other.returncode, Path("out/person.png").stat().st_mtime_ns > before) == (NOBODY_SWAPPED, True)


def test_folder_that_cannot_be_made_or_written_is_refused_before_the_faces_are_loaded(
    tmp_path: Path, portrait: Path
) -> None:
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "a.mp4").write_bytes(b"a video?")
    (tmp_path / "file").touch()
    for folder in ("file/out", "x" * 300):
        config = RunConfig(faces_from=(portrait,), input=str(tmp_path / "clips"), outputs=(str(tmp_path / folder),))
        batch = Batch(tmp_path / folder, (), others=0)
        with pytest.raises(SinkError, match="cannot be written"):
            BatchRun(config, batch, ModelStore(tmp_path), pytest.fail)


def test_file_in_the_way_of_a_folder_of_results_fails_its_files_alone(clips: Path, home: Path, portrait: Path) -> None:
    (clips / "more").mkdir()
    (clips / "broken.mp4").rename(clips / "more" / "broken.mp4")
    Path("out").mkdir()
    Path("out/more").touch()
    words = ("--input", "clips", "--output", "out", "--recursive", "--i-have-consent")
    done = invoke("run", "--face", portrait, *words, home=home)
    assert done.returncode == 2, done.stderr
    assert "out/more cannot be written: File exists" in done.stderr
    assert "failed because of a bug" not in done.stderr
    assert Path("out/person.png").exists()


def test_interrupt_ends_the_file_and_the_batch_and_the_next_run_makes_both(
    clips: Path, home: Path, portrait: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = RunConfig(faces_from=(portrait,), input="clips", outputs=("out",))
    store = ModelStore(home)
    (clips / "broken.mp4").unlink()

    def batch_run() -> BatchRun:
        return BatchRun(config, plan_batch("clips", "out"), store, lambda: load_faces(config, store, live=False))

    first = batch_run()
    with monkeypatch.context() as patched:
        patched.setattr(first._record, "begin", lambda _job: first.stop())
        first.run()
    assert [result.became for result in first.results] == [Became.INTERRUPTED]
    second = batch_run()
    second.run()
    assert [result.became for result in second.results] == [Became.NOBODY, Became.MADE]
    assert second.status == NOBODY_SWAPPED


@pytest.mark.usefixtures("clips")
def test_what_lies_there_already_is_left_and_told(home: Path, portrait: Path) -> None:
    Path("out").mkdir()
    for job in plan_batch("clips", "out").jobs:
        job.target.write_bytes(b"somebody's")
    words = ("run", "--face", portrait, "--input", "clips", "--output", "out", "--i-have-consent")
    done = invoke(*words, home=home)
    assert (done.returncode, done.stderr.count("no batch made it")) == (2, 6)  # as an error, and in the table
    assert {path.read_bytes() for path in Path("out").glob("*.*")} == {b"somebody's"}
