"""Pairs of generated people: from a folder or a zip file, and none that a network is trained on."""

from pathlib import Path
from zipfile import ZipFile

import cv2
import numpy as np
import pytest

from benchmarks.common import people
from models.errors import UserError

SPLIT = Path(people.__file__).parents[2] / "models" / "training" / "test_split.txt"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, shade in (("ann", 40), ("bob", 200)):
        cv2.imwrite(str(tmp_path / f"{name}.jpg"), np.full((192, 192, 3), shade, np.uint8))
    return tmp_path


def zipped(folder: Path) -> Path:
    with ZipFile(folder / "faces.zip", "w") as archive:
        for path in folder.glob("*.jpg"):
            archive.write(path, path.name)
    return folder / "faces.zip"


@pytest.mark.parametrize("packed", [False, True])
def test_pictures_come_enlarged_from_a_folder_or_a_zip(folder: Path, packed: bool) -> None:
    found = people.pictures_of(zipped(folder) if packed else folder, ["bob", "ann", "bob"])
    assert {name: (image.shape, int(image.mean())) for name, image in found.items()} == {
        "ann": ((384, 384, 3), 40),
        "bob": ((384, 384, 3), 200),
    }


@pytest.mark.parametrize("packed", [False, True])
def test_somebody_who_is_missing_is_named(folder: Path, packed: bool) -> None:
    with pytest.raises(UserError, match=r"zoe\.jpg is not in"):
        people.pictures_of(zipped(folder) if packed else folder, ["ann", "zoe"])


def test_a_data_set_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no data set of people"):
        people.pictures_of(tmp_path / "none.zip", ["ann"])


def test_pairs_are_lines_of_two_names_and_words() -> None:
    assert people.pairs_of("# remark\n\na b old on young\n") == [people.Pair("a", "b", "old on young")]


def test_there_are_enough_pairs_and_nobody_wears_their_own_face() -> None:
    pairs = people.pairs_of(people.PAIRS.read_text())
    assert len({(pair.source, pair.target) for pair in pairs}) == len(pairs) >= 20
    assert all(pair.source != pair.target for pair in pairs)


def test_no_network_is_trained_on_any_of_them() -> None:
    held_out = set(SPLIT.read_text().split())
    used = {name for pair in people.pairs_of(people.PAIRS.read_text()) for name in (pair.source, pair.target)}
    assert used <= held_out
