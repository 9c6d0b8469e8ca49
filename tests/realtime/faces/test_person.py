"""What stands behind --face: a photo, a folder of photos, a video; and what is said when there is no face in it."""

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.common.heif import heic_of
from engines.errors import SourcePhotoError
from engines.types import FaceLandmarks, Image, SourcePhoto
from models.errors import UserError
from realtime.faces.person import content_of, read_person
from tests.engines.mesh.test_shape import mean_in_px, turned
from tests.realtime.clips import Clip, write_clip
from tests.realtime.commandline import invoke


def by_brightness(image: Image, name: str) -> SourcePhoto:
    """An examiner for whom dark pictures show nobody, and others a head that is turned by how bright they are."""
    level = float(image.mean())
    if level < 40:
        raise SourcePhotoError(f"no human face found in {name}", remedy="use a photo of a human face")
    return SourcePhoto(name, image, FaceLandmarks(turned(mean_in_px(), (level - 100) / 3), 1.0))


def grey(folder: Path, name: str, level: int) -> Path:
    path = folder / name
    cv2.imwrite(str(path), np.full((60, 60, 3), level, np.uint8))
    return path


def test_a_photo_is_one_view(tmp_path: Path) -> None:
    person = read_person(grey(tmp_path, "alice.png", 120), by_brightness)
    assert person.name == "alice.png"
    assert person.more == ()


def test_a_folder_is_one_person_and_what_shows_no_face_is_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "alice"
    folder.mkdir()
    for name, level in (("a.png", 160), ("b.png", 102), ("c.png", 10), ("d.png", 60)):
        grey(folder, name, level)
    (folder / "notes.txt").write_text("no picture")
    person = read_person(folder, by_brightness)
    assert person.name == "alice"
    assert abs(float(person.image.mean()) - 102) < 1
    assert {view.name for view in person.more} == {"a.png", "d.png"}


def test_bad_photo_in_a_folder_is_left_out_with_a_word_and_other_files_without(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    whole = grey(tmp_path, "a.jpg", 120).read_bytes()
    (tmp_path / "cut.jpg").write_bytes(whole[:300])
    (tmp_path / "text.HEIC").write_text("no picture")
    for other in (".hidden.jpg", "notes.txt", "noending"):
        (tmp_path / other).write_text("no picture")
    person = read_person(tmp_path, by_brightness)
    assert person.more == ()
    assert len(caplog.records) == 2
    assert "cut.jpg" in caplog.text
    assert "text.HEIC" in caplog.text
    (tmp_path / "a.jpg").unlink()
    with pytest.raises(UserError, match=r"cut\.jpg") as raised:
        read_person(tmp_path, by_brightness)
    assert raised.value.remedy


def test_folder_of_photos_from_a_phone_is_read(tmp_path: Path) -> None:
    for number in range(2):
        (tmp_path / f"IMG_{number}.HEIC").write_bytes(heic_of(np.full((64, 64, 3), 90 + 20 * number, np.uint8)))
    assert len(read_person(tmp_path, by_brightness).more) == 1


@pytest.mark.parametrize("name", ["me.mts", "me.png", "me"])
def test_video_is_a_video_whatever_its_name(tmp_path: Path, name: str) -> None:
    write_clip(tmp_path / "clip.mp4", Clip(sound=None)).rename(tmp_path / name)
    assert len(read_person(tmp_path / name, by_brightness).more) == 2


@pytest.mark.parametrize("name", ["me.mp4", "me.txt", "me"])
def test_photo_is_a_photo_whatever_its_name(tmp_path: Path, name: str) -> None:
    grey(tmp_path, "photo.png", 120).rename(tmp_path / name)
    assert read_person(tmp_path / name, by_brightness).name == name


@pytest.mark.parametrize(("levels", "words"), [((), "no picture in"), ((10, 20), "no human face found in 0.png")])
def test_a_folder_without_a_face_is_refused_with_the_reason(
    tmp_path: Path, levels: tuple[int, ...], words: str
) -> None:
    for number, level in enumerate(levels):
        grey(tmp_path, f"{number}.png", level)
    with pytest.raises(UserError, match=words) as raised:
        read_person(tmp_path, by_brightness)
    assert raised.value.remedy


def test_consent_is_for_these_photos_and_asked_anew_with_another_one(tmp_path: Path) -> None:
    grey(tmp_path, "a.png", 100)
    first = content_of(tmp_path)
    grey(tmp_path, "b.png", 120)
    both = content_of(tmp_path)
    assert first != both
    (tmp_path / "a.png").rename(tmp_path / "z.png")
    assert content_of(tmp_path) == both
    assert content_of(tmp_path / "z.png") == (tmp_path / "z.png").read_bytes()


@pytest.mark.network
def test_a_folder_and_a_video_can_be_worn(tmp_path: Path, portrait: Path, video: Path, home: Path) -> None:
    folder = tmp_path / "grace"
    folder.mkdir()
    shutil.copy(portrait, folder / "one.jpg")
    shutil.copy(portrait, folder / "two.jpg")
    for face in (folder, video):
        out = tmp_path / f"{face.stem}.png"
        done = invoke(
            "run", "--face", str(face), "--input", str(portrait), "--output", str(out), "--i-have-consent", home=home
        )
        assert done.returncode == 0, done.stderr
        assert out.exists()
