"""What is in front of a source's own face is not worn: the compositor is shown the photo, and a face of nobody."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engines.mesh_topology import mean_colours, mirrored
from engines.source_photo import PhotoExaminer
from engines.swappers.atlas import Atlas, Layout
from engines.swappers.compositor import Compositor, default_compositor
from engines.swappers.nobody import bare, nobody
from engines.swappers.texture import VALID, textures_of
from engines.types import Image, SourcePhoto
from realtime.pictures import read_image
from tests.engines.fake_compositor import FixedNetwork, fields
from tests.engines.made_faces import everybody
from tests.engines.moving import textured

LAYOUT = Layout.of(96)


class DarkIsInFront(FixedNetwork):
    """Takes for in front whatever of the wearer is nearly black."""

    def __init__(self) -> None:
        super().__init__(fields())
        self.sources: list[NDArray[np.float32]] = []

    def run(self, *tensors: NDArray[Any]) -> Mapping[str, NDArray[Any]]:
        self.sources.append(tensors[0][0, 3:6].copy())
        return super().run(*tensors)

    def of(self, layers: NDArray[np.float32]) -> NDArray[np.float32]:
        return fields(alpha=(layers[:3].mean(axis=0) > 0.05).astype(np.float32))


def test_a_face_of_nobody_is_evenly_lit_and_the_same_on_both_sides() -> None:
    colours = mean_colours()
    assert np.abs(colours - colours[mirrored()]).max() <= 1
    assert colours.min() > 20
    assert (nobody().image[..., VALID] > 0).mean() > 0.5


def test_what_is_in_front_of_the_photo_is_left_out_and_the_rest_is_not() -> None:
    photo = everybody(textured((400, 400)))
    x, y = photo.face.points[10, :2]
    covered = photo.image.copy()
    cv2.circle(covered, (int(x), int(y) + 25), 30, (0.0, 0.0, 0.0), -1)
    seen = bare(SourcePhoto("covered", covered, photo.face), LAYOUT, Compositor(DarkIsInFront()))

    def at(landmark: int) -> float:
        column, row = LAYOUT.points[landmark].round().astype(int)
        return float(seen[row, column])

    assert at(151) < 0.1  # the middle of the forehead
    assert min(at(landmark) for landmark in (50, 280, 199)) > 0.95  # cheeks and chin


def test_textures_do_not_hold_where_something_is_in_front() -> None:
    photo = everybody(textured((400, 400)))

    def lower_half(_view: SourcePhoto, atlas: Atlas, layout: Layout) -> Atlas:
        seen = atlas.seen.copy()
        seen[: layout.size_hw[0] // 2] = 0
        return Atlas(atlas.image, seen)

    [texture, *_] = textures_of([photo], np.ones(468, np.float32), lower_half)
    height = texture.image.shape[0]
    assert texture.image[: int(0.45 * height), :, VALID].max() == 0
    assert texture.image[int(0.6 * height) : int(0.8 * height), texture.image.shape[1] // 3, VALID].min() > 250


@pytest.mark.network
@pytest.mark.media
@pytest.mark.parametrize("name", ["monalisa", "sargent", "woman-black"])
def test_of_a_painting_with_nothing_in_front_nearly_all_is_worn(
    examiner: PhotoExaminer, media: Path, name: str
) -> None:
    image: Image = read_image(media / f"face-painting-{name}.jpg")
    seen = bare(examiner.examine(image, name), LAYOUT, default_compositor())
    inside = cv2.erode(LAYOUT.inside().astype(np.uint8), np.ones((15, 15), np.uint8)) > 0
    assert seen[inside].mean() > 0.9
