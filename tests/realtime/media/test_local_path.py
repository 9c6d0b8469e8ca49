"""Names of local files: whatever a file system takes is read, written and shown as it is."""

import os
import unicodedata
from pathlib import Path

import pytest

from realtime.cli.console import printable, say, shown_name
from realtime.errors import SinkError, SourceError
from realtime.media.local_path import is_file, is_folder, is_pipe, local_path, without_scheme
from realtime.outputs import open_sink
from realtime.sources import open_source
from realtime.types import Outcome, ShownFrame
from tests.realtime.clips import Clip, facts_of, write_clip

NAMES = [
    "cam1:front.mp4",  # ffmpeg would ask for a protocol
    "http:clip.mp4",  # or a host
    "pipe:0.mp4",
    "C:\\clip.mp4",
    "screen:1.mp4",
    "frame%03d.mp4",
    "-y.mp4",
    "~nobody.mp4",
    "a [1] :cat: #?&.mp4",
    "two\nlines.mp4",
    os.fsdecode(b"caf\xe9.mp4"),  # no text in UTF-8
]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", Clip(frames=4))


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_video_of_any_name_is_read_with_its_sound_and_written(
    clip: Path, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(clip.read_bytes())
    source = open_source(name)
    sink = open_sink(f"new {name}", source.info)
    for frame in source.frames():
        sink.send(ShownFrame(frame.image, frame.seq, 0, frame.pts, Outcome.SWAPPED))
    sink.close()
    made = facts_of(Path(f"new {name}").rename("made.mp4"))
    assert (len(made.times_s), bool(made.sound)) == (4, True)


def test_link_is_followed_and_a_broken_one_named(clip: Path, tmp_path: Path) -> None:
    link, broken = tmp_path / "link.mp4", tmp_path / "broken.mp4"
    link.symlink_to(clip)
    broken.symlink_to("gone.mp4")
    assert len(list(open_source(str(link)).frames())) == 4
    with pytest.raises(SourceError, match=r"a link to gone\.mp4, which is not there"):
        open_source(str(broken))


def test_name_in_another_normal_form_is_found(tmp_path: Path) -> None:
    decomposed = tmp_path / unicodedata.normalize("NFD", "café.mp4")
    decomposed.touch()
    assert local_path(str(tmp_path / unicodedata.normalize("NFC", "café.mp4"))) == decomposed


def test_home_is_found_but_a_file_of_that_very_name_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    assert local_path("~/clip.mp4") == tmp_path / "home" / "clip.mp4"
    Path("~").mkdir()
    Path("~/clip.mp4").touch()
    assert local_path("~/clip.mp4") == Path("~/clip.mp4")


@pytest.mark.parametrize(
    ("name", "reason", "remedy"),
    [
        ("", "--input is empty", "name a file"),
        ("x" * 300, "File name too long", "shorter name"),
        ("clip.mp4/x", "Not a directory", "a part of the path is a file"),
        ("loop", "symbolic links", "leads back to itself"),
        ("clop.mp4", "there is no file clop.mp4", r"did you mean clip\.mp4\?"),
        ("http", "there is no file http", "check the path"),
    ],
)
def test_what_the_system_says_of_an_input_comes_with_a_remedy_that_fits(
    name: str, reason: str, remedy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("clip.mp4").touch()
    Path("loop").symlink_to("loop")
    with pytest.raises(SourceError, match=reason) as raised:
        open_source(name)
    assert remedy.replace("\\", "") in raised.value.remedy


def test_output_that_cannot_be_is_refused_with_a_remedy_that_fits(tmp_path: Path, clip: Path) -> None:
    (tmp_path / "file").touch()
    info = open_source(str(clip)).info
    with pytest.raises(SinkError, match="File name too long") as raised:
        open_sink(str(tmp_path / f"{'x' * 300}.mp4"), info)
    assert raised.value.remedy == "use a shorter name"
    with pytest.raises(SinkError, match="is a file, so nothing can lie in it"):
        open_sink(str(tmp_path / "file" / "out.mp4"), info)
    with pytest.raises(SinkError, match="no folder") as raised:
        open_sink(str(tmp_path / "my videos" / "out.mp4"), info)
    assert raised.value.remedy == f"mkdir -p '{tmp_path / 'my videos'}'"


def test_kinds_of_things_are_told_apart_and_nothing_is_asked_of_a_name_that_cannot_be(tmp_path: Path) -> None:
    file, pipe = tmp_path / "file", tmp_path / "pipe"
    file.touch()
    os.mkfifo(pipe)
    found = [(is_file(path), is_folder(path), is_pipe(path)) for path in (file, tmp_path, pipe, Path("x" * 300))]
    assert found == [(True, False, False), (False, True, False), (False, False, True), (False, False, False)]


def test_names_are_shown_as_they_are_and_never_command_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    say("-> o [bold] :cat: [/] x.mp4")
    say(shown_name(os.fsdecode(b"caf\xe9\x1b[2J\n.mp4")))
    assert capsys.readouterr().err == "-> o [bold] :cat: [/] x.mp4\ncaf\\xe9\\x1b[2J\\n.mp4\n"
    assert printable("grün\t字\n") == "grün\t字\n"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("file:///home/ann/a%20film.mp4", "/home/ann/a film.mp4"),
        ("FILE://localhost/home/ann/100%25.mp4", "/home/ann/100%.mp4"),
        ("file:///home/ann/a#1.mp4", "/home/ann/a#1.mp4"),
        ("file://server/share/film.mp4", "file://server/share/film.mp4"),
        ("file:film.mp4", "file:film.mp4"),
        ("http://example.org/film.mp4", "http://example.org/film.mp4"),
        ("100%25.mp4", "100%25.mp4"),
    ],
)
def test_address_of_a_local_file_means_the_file(name: str, meant: str) -> None:
    assert without_scheme(name) == meant
