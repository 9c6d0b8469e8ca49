"""What is in front of a source's own face is not worn: the compositor is shown the photo, and a face of nobody."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engines.compositor.network import Compositor, default_compositor
from engines.mesh.mesh_topology import mean_colours, mirrored
from engines.mesh.uv_map import UVLayout
from engines.source_faces.photo import PhotoExaminer
from engines.source_faces.texture import VALID, textures_of
from engines.swappers.mesh.source_occlusion import bare, nobody
from engines.types import Image, SourcePhoto
from realtime.pictures.reading import read_image
from tests.engines.fake_compositor import FixedNetwork, fields
from tests.engines.made_faces import everybody
from tests.engines.moving import textured

LAYOUT = UVLayout.of(96)


class DarkIsInFront(FixedNetwork):
    """Takes for in front whatever of the target is nearly black."""

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


def test_textures_show_skin_where_something_is_in_front() -> None:
    image = np.full((400, 400, 3), (100, 130, 180), np.uint8)
    photo = everybody(image)
    y = round(float(photo.face.points[6, 1]))
    image[:y] = (255, 0, 0)  # a blue band over forehead and eyes

    def lower_half(_view: SourcePhoto, layout: UVLayout) -> NDArray[np.float32]:
        seen = np.ones(layout.size_hw, np.float32)
        seen[: round(float(layout.points[6, 1])) + 3] = 0
        return seen

    [texture, *_] = textures_of([photo], np.ones(468, np.float32), lower_half)
    for landmark in (151, 108, 337, 50, 280):
        column, row = texture.points[landmark].round().astype(int)
        assert texture.image[row, column, VALID] > 250
        assert texture.image[row, column, :3] == pytest.approx((100, 130, 180), abs=40)


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
