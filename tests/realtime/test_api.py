"""The Python API: a picture, a file, a live stream; what it refuses, and the examples of its page, word for word."""

import re
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

import liveswap
from liveswap import Progress, Swapper, UserError, open_stream, swap_file
from realtime.pictures.reading import read_image
from tests.realtime.clips import Clip, facts_of, write_clip
from tests.realtime.commandline import invoke

PAGE = Path(__file__).parents[2] / "docs" / "python-api.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture(autouse=True)
def at_home(
    home: Path, video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model_file: Callable[[str], Path]
) -> None:
    """The current folder: alice.jpg, who is put on the person in picture.jpg and in.mp4. Nobody was asked yet."""
    monkeypatch.setenv("LIVESWAP_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "models").symlink_to(home / "models")
    monkeypatch.chdir(tmp_path)
    cv2.imwrite("alice.jpg", read_image(model_file("astronaut")))
    cv2.imwrite("picture.jpg", read_image(model_file("hopper")))
    shutil.copy(video, "in.mp4")


@pytest.mark.smoke
def test_a_picture_is_swapped_as_on_the_command_line(home: Path) -> None:
    picture = read_image(Path("picture.jpg"))
    with Swapper("alice.jpg", i_have_consent=True) as swapper:
        out = swapper.swap(picture)
    words = ("run", "--face", "alice.jpg", "--input", "picture.jpg", "--output", "out.png", "--i-have-consent")
    assert invoke(*words, home=home).returncode == 0
    assert (np.asarray(out) == read_image(Path("out.png"))).all()
    assert (picture == read_image(Path("picture.jpg"))).all()  # a new one was made
    [face] = out.faces
    assert face.landmarks.shape == (468, 3)
    assert out.coverage == face.painted > 0.5


def test_order_of_channels_is_that_of_the_picture_that_came() -> None:
    picture = read_image(Path("picture.jpg"))
    with Swapper("alice.jpg", i_have_consent=True) as swapper:
        bgr, rgb = swapper.swap(picture), swapper.swap(np.ascontiguousarray(picture[..., ::-1]), order="rgb")
    assert (rgb[..., ::-1] == bgr).all()


def test_a_picture_without_a_face_comes_back_as_it_is_and_says_so() -> None:
    nobody = np.full((120, 160, 3), 90, np.uint8)
    with Swapper("alice.jpg", i_have_consent=True) as swapper:
        out = swapper.swap(nobody)
    assert (out == nobody).all()
    assert (out.faces, out.coverage) == ((), 0.0)
    assert out is not nobody


@pytest.mark.parametrize(
    ("wrong", "told"),
    [(np.zeros((4, 4), np.uint8), "got .*uint8"), (np.zeros((4, 4, 3), np.float32), "got .*float32"), (None, "imread")],
    ids=["grey", "float", "not read"],
)
def test_what_is_no_picture_is_refused_with_what_came(wrong: NDArray[Any] | None, told: str) -> None:
    with Swapper("alice.jpg", i_have_consent=True) as swapper, pytest.raises(ValueError, match=told):
        swapper.swap(wrong)


def test_without_consent_nothing_is_done_and_with_it_nobody_is_asked_again() -> None:
    with pytest.raises(UserError, match="no consent") as refused:
        Swapper("alice.jpg")
    assert "i_have_consent=True" in refused.value.remedy
    Swapper("alice.jpg", i_have_consent=True).close()
    Swapper("alice.jpg").close()


def test_an_option_that_is_none_is_named() -> None:
    with pytest.raises(TypeError, match="strenght"):
        Swapper("alice.jpg", strenght=0.5)  # type: ignore[call-arg]


def test_a_file_is_swapped_and_tells_how_far_it_is() -> None:
    told: list[Progress] = []
    numbers = swap_file("in.mp4", "out.mp4", face="alice.jpg", on_progress=told.append, i_have_consent=True)
    assert numbers["outcomes"]["swapped"] == 60  # then there is nobody
    assert numbers["notes"] == []
    assert str(told[-1]) == "75 of 75 frames"
    assert len(facts_of(Path("out.mp4")).times_s) == 75


def test_what_progress_raises_ends_the_run_and_leaves_what_can_be_played() -> None:
    class Enough(Exception):  # noqa: N818  a person's own
        pass

    def stop(_progress: Progress) -> None:
        raise Enough

    with pytest.raises(Enough):
        swap_file("in.mp4", "out.mp4", face="alice.jpg", on_progress=stop, i_have_consent=True)


def test_a_file_in_which_nobody_is_seen_says_so() -> None:
    write_clip(Path("empty.mp4"), Clip(frames=3))
    assert swap_file("empty.mp4", "out.mp4", face="alice.jpg", i_have_consent=True)["notes"]


def test_a_stream_is_changed_while_it_runs_and_ends_with_its_block() -> None:
    with open_stream("alice.jpg", "test", ["out.mkv"], i_have_consent=True) as stream:
        while not stream.numbers["frames_out"]:
            assert not stream.wait(0.05)
        assert "paused" in stream.command("pause on")
        with pytest.raises(UserError, match="not a command"):
            stream.command("dance")
    assert not stream.is_running
    assert facts_of(Path("out.mkv")).times_s
    assert "liveswap" not in {thread.name for thread in threading.enumerate()}


def test_an_error_of_the_stream_reaches_who_waits() -> None:
    with pytest.raises(UserError, match=r"missing\.mp4"):
        open_stream("alice.jpg", "missing.mp4", ["out.mp4"], i_have_consent=True)
    assert not Path("out.mp4").exists()


def test_only_what_the_page_names_is_offered() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in liveswap.__all__ if f"`{name}" not in page] == []
    with pytest.raises(AttributeError):
        liveswap.nothing  # noqa: B018  asked for, not used


@pytest.mark.parametrize("code", EXAMPLES, ids=[code.splitlines()[0] for code in EXAMPLES])
def test_examples_of_the_page_run(code: str) -> None:
    exec(compile(code, str(PAGE), "exec"), {})  # noqa: S102  our own page
