"""The people of the data set, prepared: each one's picture, their face laid flat, and where it lies in the picture.

What is the same for every pair made of a person is computed once and kept in a cache folder outside the tree. Knows
pictures, landmarks and the engines' flat face; knows no torch and no pair.
"""

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.image.geometry import eye_distance
from engines.source_faces.smile import mouth_of
from engines.types import Image, Points
from models.errors import UserError
from models.training.split import is_test, removed
from models.training.uv_sampling import LAYOUT, SQUARE_PX, affine_of, continued_flat, maps_of, shape_of

PICTURE_PX = 192
"""Edge of the data set's crops, which show what the network's square shows."""
CHEEKS = 50, 101, 117, 205, 280, 330, 346, 425
"""Landmarks whose surroundings tell the tone of a skin."""
DARK_ITA, LIGHT_ITA = 10.0, 41.0
"""Individual typology angle, degrees: brown and dark skin is below the first, light skin above the second."""


@dataclass(frozen=True, slots=True)
class People:
    """N people, ready to be paired. Arrays are mapped from the cache.

    pictures: (N, 192, 192, 3) uint8 BGR. flat: (N, H, W, 4) uint8, the face laid flat and how well it is seen. maps:
    (N, 7, 128, 128) float16, see `maps_of`. shapes: (N, 2, *SHAPE_GRID) float32, in eye distances. affines: (N, 2, 3)
    float32, mean face (eye distances) -> px of the square. mouths: (N, 3) float32, see `mouth_of`. eyes: (N,) float32
    px. weights: (N,) float32, how often each is to be drawn. tones: (N,) int8 0 dark, 1 middle, 2 light. women: (N,)
    int8 1 yes, 0 no, -1 not told. test: (N,) bool.
    """

    pictures: NDArray[np.uint8]
    flat: NDArray[np.uint8]
    maps: NDArray[np.float16]
    shapes: NDArray[np.float32]
    affines: NDArray[np.float32]
    mouths: NDArray[np.float32]
    eyes: NDArray[np.float32]
    weights: NDArray[np.float32]
    tones: NDArray[np.int8]
    women: NDArray[np.int8]
    test: NDArray[np.bool_]

    def chosen(self, test: bool) -> NDArray[np.intp]:
        """Numbers of those who are kept for judging, or of all others."""
        return np.flatnonzero(self.test == test)


@dataclass(frozen=True, slots=True)
class Person:
    """One row of the data set.

    points: (468, 3) px of the square. sharpness: of the original, in the data set's own measure. path: within the
    collection it comes from, which may tell whether it shows a woman.
    """

    name: str
    picture: Image
    points: Points
    sharpness: float
    path: str


def prepared(place: Path, cache: Path, tell: Callable[[str], None]) -> People:
    """The data set at `place`, a folder or a zip file, from `cache` where it was prepared before."""
    stamp = cache / "complete.json"
    columns = [field.name for field in fields(People)]
    known = {"of": str(place.resolve()), "removed": len(removed()), "columns": columns}
    if not (stamp.is_file() and json.loads(stamp.read_text(encoding="utf-8")) == known):
        cache.mkdir(parents=True, exist_ok=True)
        stamp.unlink(missing_ok=True)
        rows: dict[str, list[NDArray[Any]]] = {name: [] for name in columns}
        for count, person in enumerate(people_in(place), 1):
            for name, value in _prepared(person).items():
                rows[name].append(np.asarray(value))
            if count % 100 == 0:
                tell(f"prepared {count} people")
        rows["weights"] = list(balanced(np.array(rows["weights"]), np.array(rows["tones"])))
        for name, column in rows.items():
            np.save(cache / f"{name}.npy", np.stack(column))
        stamp.write_text(json.dumps(known), encoding="utf-8")
    # Copy on write: torch warns of arrays that it could not write to.
    return People(**{name: np.load(cache / f"{name}.npy", mmap_mode="c") for name in columns})


def people_in(place: Path) -> Iterator[Person]:
    """Everybody in a data set who is of use. Raises UserError where there is none."""
    read = _reader(place)
    rows = json.loads(read("rows.json"))
    with np.load(io.BytesIO(read("landmarks.npz"))) as held:
        points = dict(zip(held["ids"].tolist(), held["pts128"], strict=True))
    for row in rows:
        if row["id"] in removed():
            continue
        picture = cv2.imdecode(np.frombuffer(read(f"{row['id']}.jpg"), np.uint8), cv2.IMREAD_COLOR)
        if picture is None or picture.shape != (PICTURE_PX, PICTURE_PX, 3):
            raise UserError(
                f"{row['id']}.jpg in {place} is no picture of {PICTURE_PX} px", remedy="take the data set as it is"
            )
        yield Person(
            row["id"], np.asarray(picture, np.uint8), points[row["id"]].astype(np.float32), row["sharp"], row["path"]
        )


def _reader(place: Path) -> Callable[[str], bytes]:
    remedy = "give the folder or the zip file of faces: --people faces.zip"
    if place.is_dir() and (place / "rows.json").is_file():
        return lambda name: (place / name).read_bytes()
    try:
        return ZipFile(place).read
    except (OSError, BadZipFile) as error:
        raise UserError(f"there is no data set of people at {place}: {error}", remedy=remedy) from error


def _prepared(person: Person) -> dict[str, NDArray[Any] | np.generic]:
    points = person.points
    flat = LAYOUT.unroll(person.picture, in_picture(points))
    ita = tone_of(person)
    return {
        "pictures": person.picture,
        "flat": np.dstack([continued_flat(np.asarray(flat.image, np.uint8)), np.asarray(flat.seen * 255, np.uint8)]),
        "maps": maps_of(points),
        "shapes": shape_of(points),
        "affines": affine_of(points),
        "mouths": mouth_of(points),
        "eyes": np.float32(eye_distance(points)),
        "weights": np.float32(min(1.0, person.sharpness / 14) * (1 + 1.5 * expressive(points))),
        "tones": np.int8(0 if ita < DARK_ITA else 2 if ita > LIGHT_ITA else 1),
        "women": np.int8({"female": 1, "male": 0}.get(person.path.partition("/")[0], -1)),
        "test": np.bool_(is_test(person.name)),
    }


def in_picture(points: Points) -> Points:
    """Places of the square in the larger picture, px; pixel centres are at whole numbers in both."""
    scale = np.float32(PICTURE_PX / SQUARE_PX)
    return np.asarray(points * scale + np.array([scale / 2 - 0.5, scale / 2 - 0.5, 0], np.float32), np.float32)


def balanced(weights: NDArray[np.float32], tones: NDArray[np.int8]) -> NDArray[np.float32]:
    """Weights by which each tone of skin is drawn equally often. weights, tones: (N,)."""
    shares = np.array([weights[tones == tone].sum() for tone in tones])
    return np.asarray(weights / shares, np.float32)


def tone_of(person: Person) -> float:
    """Individual typology angle of the cheeks, degrees; light skin has the larger one."""
    at = in_picture(person.points)[list(CHEEKS), :2].round().astype(int)
    around = [person.picture[y - 3 : y + 4, x - 3 : x + 4].reshape(-1, 3) for x, y in np.clip(at, 3, PICTURE_PX - 4)]
    middle = np.median(np.concatenate(around), axis=0).astype(np.float32).reshape(1, 1, 3) / 255
    light, _, yellow = cv2.cvtColor(middle, cv2.COLOR_BGR2LAB)[0, 0]
    return float(np.degrees(np.arctan2(light - 50, max(yellow, 1.0))))


def expressive(points: Points) -> float:
    """0 or 1: whether a mouth is open or eyes are closed, which is rare, and hard. points: (468, 2 or 3)."""
    gap = np.linalg.norm(points[13, :2] - points[14, :2]) / np.linalg.norm(points[61, :2] - points[291, :2])
    lids = [np.linalg.norm(points[a, :2] - points[b, :2]) for a, b in ((159, 145), (386, 374))]
    return float(gap > 0.25 or max(lids) < 0.045 * eye_distance(points))
