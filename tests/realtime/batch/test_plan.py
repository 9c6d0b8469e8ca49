"""Which files a batch is of, what its results are called, and which of them are finished."""

import os
from pathlib import Path

import PIL.Image
import pytest

from realtime.batch.plan import Job, plan_batch, wants_batch
from realtime.errors import SinkError, SourceError
from tests.realtime.clips import Clip, write_clip

SMALL = Clip(frames=2, size_wh=(64, 48), sound=None)


@pytest.fixture
def clips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder "clips" in the current one: a video, its double in another container, a picture, and what is neither."""
    monkeypatch.chdir(tmp_path)
    folder = Path("clips")
    (folder / "more").mkdir(parents=True)
    write_clip(folder / "a.mp4", SMALL)
    write_clip(folder / "a.avi", Clip(frames=2, size_wh=(64, 48), codec="mjpeg", pixel_format="yuvj420p", sound=None))
    write_clip(folder / "more" / "b.mkv", SMALL)
    PIL.Image.new("RGB", (64, 48)).save(folder / "p.jpg")
    PIL.Image.new("RGB", (64, 48)).save(folder / "old.bmp")
    (folder / "notes.txt").write_text("words\n" * 100)
    (folder / "broken.mov").write_bytes(b"no video")
    (folder / ".hidden.mp4").write_bytes((folder / "a.mp4").read_bytes())
    (folder / "a.mp4.part").write_bytes((folder / "a.mp4").read_bytes())
    return folder


def names_of(jobs: tuple[Job, ...]) -> dict[str, str]:
    return {job.name: job.target.name for job in jobs}


@pytest.mark.usefixtures("clips")
def test_videos_and_pictures_are_told_by_content_and_results_keep_their_names() -> None:
    batch = plan_batch("clips", "out")
    assert names_of(batch.jobs) == {
        "a.avi": "a.avi.mp4",  # a.mp4 is the other one's name
        "a.mp4": "a.mp4",
        "broken.mov": "broken.mov",  # its ending says video: that it is none will be told
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
def test_videos_take_another_ending_when_theirs_cannot_hold_the_codec() -> None:
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


def test_links_to_nothing_are_inputs_that_fail_and_not_left_out(clips: Path) -> None:
    (clips / "gone.mp4").symlink_to("nowhere.mp4")
    (clips / "round.mov").symlink_to("round.mov")
    (clips / "gone.txt").symlink_to("nowhere.txt")
    batch = plan_batch("clips", "out")
    assert {"gone.mp4", "round.mov"} <= {job.name for job in batch.jobs}
    assert "gone.mp4" in {job.name for job in plan_batch("clips/*.mp4", "out").jobs}
    assert batch.others == 2


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_folder_that_is_locked_is_an_input_that_fails_or_refused_where_there_is_no_other(clips: Path) -> None:
    (clips / "more").chmod(0)
    try:
        assert "more" in {job.name for job in plan_batch("clips", "out", recursive=True).jobs}
        for where in ("clips/more", "clips/more/*.mkv"):
            with pytest.raises(SourceError, match="cannot be read"):
                plan_batch(where, "out")
    finally:
        (clips / "more").chmod(0o755)


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
    with pytest.raises(SourceError, match="no video and no picture"):
        plan_batch("clips/*.txt", "out")
    with pytest.raises(SinkError, match="one folder"):
        wants_batch("clips", ("out", "out.mp4"))
    assert sorted(path.name for path in clips.iterdir() if path.name.startswith("out")) == []
