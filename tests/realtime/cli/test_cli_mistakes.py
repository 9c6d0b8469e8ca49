"""Mistakes on the command line: what went wrong, what to type, and nothing lost."""

from pathlib import Path

import PIL.Image
import pytest

from tests.realtime.commandline import invoke

MISTAKES = {
    "no face photo": (["--face", "none.jpg"], "there is no file none.jpg"),
    "photo is text": (["--face", "text.jpg"], "and no picture either"),
    "video of a face is text": (["--face", "text.mp4"], "not a readable video"),
    "folder of faces is empty": (["--face", "empty"], "no picture in empty"),
    "photo is huge": (["--face", "huge.png"], "20000 x 20000"),
    "input is text": (["--input", "text.mp4"], "not a readable video"),
    "input is empty": (["--input", "zero.mp4"], "is empty"),
    "input is a folder": (["--input", "."], "is a folder"),
    "input is missing": (["--input", "nothing.mp4"], "there is no file nothing.mp4"),
    "camera is missing": (["--input", "97"], "camera 97 does not open"),
    "output is the input": (["--output", "video.mp4"], "is read in this run"),
    "output is the photo": (["--face", "photo.png", "--output", "photo.png"], "is read in this run"),
    "output is a photo of the folder": (["--face", "album", "--output", "album/photo.png"], "is read in this run"),
    "output has no folder": (["--output", "none/out.mp4"], "no folder none"),
    "unknown ending": (["--output", "out.xyz"], "ending '.xyz'"),
    "unknown codec": (["--output", "out.mp4", "--codec", "h267"], "no video encoder 'h267'"),
    "faces": (["--faces", "some"], "which faces"),
    "when lost": (["--when-lost", "vanish"], "vanish"),
    "device": (["--device", "cuda"], "--device cuda"),
    "swapper": (["--swapper", "inswapper_128"], "licence of inswapper_128 was not accepted"),
    "no such swapper": (["--swapper", "faceswap"], "no swapper 'faceswap'"),
    "size": (["--size", "big"], "--size 'big'"),
    "rate": (["--fps", "0"], "--fps 0"),
    "duration": (["--duration", "-1"], "--duration -1"),
    "metrics folder": (["--metrics", "none/m.json"], "no folder none"),
    "unknown option": (["--colour", "blue"], "--colour"),
}


@pytest.fixture(scope="module")
def huge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture of 400 megapixels in 50 kB."""
    path = tmp_path_factory.mktemp("huge") / "huge.png"
    PIL.Image.new("1", (20_000, 20_000)).save(path)
    return path


@pytest.fixture
def workplace(tmp_path: Path, video: Path, huge: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A current folder with things that are not what they seem."""
    monkeypatch.chdir(tmp_path)
    for name in ("text.mp4", "text.jpg"):
        Path(name).write_text("hello\n")
    Path("empty").mkdir()
    Path("album").mkdir()
    PIL.Image.new("RGB", (64, 64)).save("album/photo.png")
    Path("zero.mp4").touch()
    Path("video.mp4").symlink_to(video)
    Path("out.mp4").write_bytes(b"older video")
    Path("huge.png").symlink_to(huge)
    PIL.Image.new("RGB", (64, 64)).save("photo.png")


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize(("arguments", "reason"), MISTAKES.values(), ids=MISTAKES)
def test_mistake_gets_error_and_hint_and_exit_code_2_and_loses_nothing(
    home: Path, portrait: Path, video: Path, arguments: list[str], reason: str
) -> None:
    given = dict(zip(arguments[::2], arguments[1::2], strict=True))
    usual = {"--face": str(portrait), "--input": "video.mp4", "--output": "out.mp4"}
    options = [word for pair in (usual | given).items() for word in pair]
    before = video.read_bytes()
    done = invoke("run", *options, "--i-have-consent", home=home)
    assert done.returncode == 2, done.stderr
    error, hint = done.stderr.strip().splitlines()[-2:]
    assert error.startswith("error: ")
    assert reason in error
    assert hint.startswith("hint: ")
    assert len(hint) > 10
    assert "Traceback" not in done.stderr
    assert Path("out.mp4").read_bytes() == b"older video"
    assert video.read_bytes() == before
    assert not list(Path().glob("*.part"))
