"""What a person can mend is said without a traceback."""

from pathlib import Path

import pytest

from benchmarks.common.command import run, videos_in
from models.errors import UserError


def fails() -> None:
    raise UserError("there is no ffmpeg", remedy="apt install ffmpeg")


def test_a_mistake_is_an_error_and_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(fails)
    assert ended.value.code == 2
    assert capsys.readouterr().err == "error: there is no ffmpeg\nhint: apt install ffmpeg\n"


@pytest.mark.parametrize(("given", "code"), [(None, 0), (0, 0), (1, 1)])
def test_the_exit_code_is_the_commands(given: int | None, code: int) -> None:
    with pytest.raises(SystemExit) as ended:
        run(lambda: given)
    assert ended.value.code == code


def test_videos_come_sorted_and_none_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no"):
        videos_in(tmp_path)
    for name in ("b.mp4", "a.mp4", "c.jpg"):
        (tmp_path / name).touch()
    assert [video.name for video in videos_in(tmp_path)] == ["a.mp4", "b.mp4"]
