"""Pairs of people whom nobody tuned on: generated ones, of the part of the data set that no network is trained on.

The data set is a folder or a zip file of crops, ID.jpg. Who wears whom stands in people.txt. Knows files and names;
knows no engine.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import cv2
import numpy as np

from engines.types import Image
from models.errors import UserError
from realtime.pictures.reading import decode_image

PEOPLE = Path(__file__).parent.parent.parent.parent / "shared" / "compositor" / "faces.zip"
PAIRS = Path(__file__).parent.parent / "people.txt"
WHOLE = "name the whole data set: --people FOLDER_OR_ZIP"
LARGER = 2
"""The crops are of 192 px; faces in them become some 280 px high."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people by their names in the data set, and what is hard about them."""

    source: str
    target: str
    words: str


def pairs_of(text: str) -> list[Pair]:
    """A pair a line: source, target, words. Lines that begin with # are remarks."""
    lines = [line.split(maxsplit=2) for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [Pair(source, target, words) for source, target, words in lines]


def pictures_of(place: Path, names: Iterable[str]) -> dict[str, Image]:
    """Their pictures, enlarged. place: a folder or a zip file. Raises UserError when one is not there."""
    wanted = sorted(set(names))
    if place.is_dir():
        return {name: _enlarged(_content(place / f"{name}.jpg"), name) for name in wanted}
    if not place.is_file():
        raise UserError(f"there is no data set of people at {place}", remedy="name one: --people FOLDER_OR_ZIP")
    with ZipFile(place) as archive:
        missing = {f"{name}.jpg" for name in wanted} - set(archive.namelist())
        if missing:
            raise UserError(f"{min(missing)} is not in {place}", remedy=WHOLE)
        return {name: _enlarged(archive.read(f"{name}.jpg"), name) for name in wanted}


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise UserError(f"{path.name} is not in {path.parent}", remedy=WHOLE)
    return path.read_bytes()


def _enlarged(content: bytes, name: str) -> Image:
    image = decode_image(content, name)
    return np.asarray(cv2.resize(image, None, fx=LARGER, fy=LARGER, interpolation=cv2.INTER_CUBIC), np.uint8)
