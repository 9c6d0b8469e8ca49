"""Sources as the engines prepare them: photos of the people, some of them harder, through the product's own cleaning.

What the network is shown in use has been through engines/source_faces: hair and glasses filled in, hard light evened,
the other half mirrored. What that leaves behind is what it must learn to see through, so it is done here once, to a few
photos of everybody, and kept in the cache. Knows photos and the engines; knows no wearer and no network of a training.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from importlib.resources import files
from multiprocessing import get_context
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engines.compositor.network import default_compositor
from engines.image.image_ops import Field
from engines.source_faces.cleanup import FlatFace
from engines.source_faces.smile import without_smile
from engines.swappers.mesh.source_occlusion import bare
from engines.types import FaceLandmarks, Image, Points, SourcePhoto
from models.training.image_ops import Dice, inverted, mean_of, pixel_grid, resized, sampled
from models.training.occluders import OF_A_SOURCE, Bank, put
from models.training.people import PICTURE_PX, People, in_picture, people_in
from models.training.people_tensors import Crowd
from models.training.sources import WORN, aged, lit_otherwise, with_skin_of
from models.training.uv_sampling import FRONT, INSIDE, LAYOUT, NORMAL_X, SQUARE_PX, features_map

PHOTOS = 3
"""Of everybody: the picture as it is, then harder ones."""
SEEN, REMAINS = 3, 4
"""Channels behind B, G, R: how well a photo shows the place, and how far it shows what was in front of the face."""
CHUNK = 32
Prepared: TypeAlias = NDArray[np.uint8]
Sources: TypeAlias = NDArray[np.uint8]


def prepared_sources(
    place: Path, people: People, bank: Bank, cache: Path, processes: int, tell: Callable[[str], None]
) -> Sources:
    """(N, PHOTOS, H, W, 5) uint8 of the flat face, everybody in the order of `people`; from `cache` where it is there.

    place: the data set. bank: of things that may be on a source. 3,500 photos take some ten minutes on two cores.
    """
    path = cache / f"sources-{_hash(bank)}.npy"
    if not path.is_file():
        _write(path, place, people, bank, processes, tell)
    return np.load(path, mmap_mode="c")  # copy on write: torch warns of arrays that it could not write to


def _write(path: Path, place: Path, people: People, bank: Bank, processes: int, tell: Callable[[str], None]) -> None:
    points = [in_picture(person.points) for person in people_in(place)]
    shape = (len(points), PHOTOS, *LAYOUT.size_hw, 5)
    unfinished = path.with_suffix(".unfinished")
    made = np.lib.format.open_memmap(unfinished, mode="w+", dtype=np.uint8, shape=shape)
    generator = torch.Generator().manual_seed(17)
    crowd = Crowd(people, np.arange(len(points)), generator)
    with _workers(processes) as each:
        for first in range(0, len(points), CHUNK):
            who = torch.arange(first, min(first + CHUNK, len(points)))
            for photo in range(PHOTOS):
                pictures, things = photographed(crowd, who, bank, generator, harder=photo > 0)
                made[first : first + len(who), photo] = list(each(pictures, things, points[first : first + CHUNK]))
            tell(f"prepared the sources of {first + len(who)} of {len(points)} people")
    made.flush()
    unfinished.replace(path)


@contextmanager
def _workers(processes: int) -> Iterator[Callable[..., Iterator[Prepared]]]:
    """`as_prepared` of many, here or in so many processes."""
    if processes == 1:
        yield partial(map, as_prepared)
    else:
        with ProcessPoolExecutor(processes, get_context("spawn"), cv2.setNumThreads, (1,)) as pool:
            yield partial(pool.map, as_prepared, chunksize=4)


@torch.no_grad()
def photographed(
    crowd: Crowd, who: Tensor, bank: Bank, generator: torch.Generator, *, harder: bool
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """(N, 192, 192, 3) BGR of so many people and (N, 192, 192), where something is in front of them.

    harder: in other light, with other skin, with hair or glasses on them, of lesser quality.
    """
    pictures = crowd.picture_of(who)
    hidden = torch.zeros_like(pictures[:, :1])
    if harder:
        pictures, hidden = _harder(crowd, who, pictures, bank, Dice(len(who), PICTURE_PX, generator))
    both = (torch.cat([pictures, hidden], 1).clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).numpy()
    return np.ascontiguousarray(both[..., :3]), np.ascontiguousarray(both[..., 3])


def _harder(crowd: Crowd, who: Tensor, pictures: Tensor, bank: Bank, dice: Dice) -> tuple[Tensor, Tensor]:
    maps = resized(crowd.maps.index_select(0, who).float(), PICTURE_PX)
    inside = (maps[:, INSIDE : INSIDE + 1] > 0.5).float()
    features = torch.from_numpy(features_map())[None, None].expand(dice.count, -1, -1, -1)
    features = sampled(features, maps[:, :2]) * inside
    skin = (1 - features) * inside
    theirs = sampled(crowd.flat_of(crowd.drawn(dice.count))[:, :3], maps[:, :2])
    made = with_skin_of(pictures, theirs, skin * (maps[:, FRONT : FRONT + 1] > 0), features, dice)
    made = lit_otherwise(made, theirs, maps[:, NORMAL_X:], skin, dice)
    at_px = (pixel_grid(PICTURE_PX, dice.device) + 0.5) * (SQUARE_PX / PICTURE_PX) - 0.5
    at_px, from_square = at_px.expand(dice.count, -1, -1, -1), inverted(crowd.affines[who])
    things, hidden = bank.drawn_by(*OF_A_SOURCE), torch.zeros_like(inside)
    for share in WORN:
        chosen, there = things[dice.numbers(0, len(things))], dice.chance(share)
        thing = bank.place(chosen, from_square, at_px, mean_of(made, skin), made, dice)
        made = put(made, thing, there)
        hidden = torch.maximum(hidden, thing.alpha * there)
    return aged(made.clamp(0, 1), dice), hidden


def as_prepared(picture: Image, thing: NDArray[np.uint8], points: Points) -> Prepared:
    """(H, W, 5): what the engines make of a photo. thing: (192, 192), 255 where something is in front.

    points: (468, 3) px of it.
    """
    photo = SourcePhoto("", picture, FaceLandmarks(points, 1.0))
    flat = LAYOUT.unroll(picture, points)
    face = without_smile(FlatFace.of(flat, bare(photo, LAYOUT, default_compositor()), LAYOUT), points, LAYOUT)
    in_front = LAYOUT.unroll(np.dstack([thing] * 3), points).image[..., 0].astype(np.float32)
    remains = in_front * face.trust
    remains += (1 - face.trust) * remains[:, ::-1]
    whole = face.completed(face.mirrored(), 1.0, LAYOUT.unit)
    columns: list[Field] = [whole.image(LAYOUT), whole.front[..., np.newaxis] * 255, remains[..., np.newaxis]]
    return np.asarray(np.concatenate(columns, axis=2).round().clip(0, 255), np.uint8)


def _hash(bank: Bank) -> str:
    """What names a file of sources: any change of the engines' cleaning, or of what is on the photos, makes another."""
    told = sha256(bank.layers.numpy().tobytes() + Path(__file__).read_bytes())
    for file in sorted(files("engines.source_faces").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".py"):
            told.update(file.read_bytes())
    return told.hexdigest()[:12]
