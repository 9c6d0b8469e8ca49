"""Engines without weights, for tests, benchmarks and trying things out. They are part of the product, not of the tests.

A fake face is a bright square on a dark picture: its place and size can be read back from the pixels, so a wrong place,
a wrong size or a wrong colour shows.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from engines.image.geometry import box_of, invert_affine, roi_to_crop, transform_points
from engines.mesh import mesh_topology
from engines.types import Coverage, Detection, FaceLandmarks, Image, Points, Roi, SourcePhoto

SKIN = 200
"""Pixel value of a fake face."""
FEATURES = 55
"""How far a fake face with features differs from that."""


def mesh_at(centre_xy: tuple[float, float], size: float) -> Points:
    """(468, 3): the mean face, stretched to fill a square of `size` px around a centre."""
    mean = mesh_topology.mean_face()
    low, high = mean.min(axis=0), mean.max(axis=0)
    points = (mean - (low + high) / 2) / (high - low) * np.float32(size)
    points[:, 2] /= 2
    points[:, :2] += np.asarray(centre_xy, np.float32)
    return np.asarray(points, np.float32)


def picture_with_faces(
    size_wh: tuple[int, int], faces: Sequence[tuple[int, int, int]], people: Sequence[int] = ()
) -> Image:
    """A black picture with bright squares: faces as (centre x, centre y, edge) px.

    people: numbers, of as many faces, whose look is to be their own; the others' have no features.
    """
    image = np.zeros((size_wh[1], size_wh[0], 3), np.uint8)
    for number, (x, y, edge) in enumerate(faces):
        top, left = max(0, y - edge // 2), max(0, x - edge // 2)
        place = image[top : y + edge // 2, left : x + edge // 2]
        place[:] = SKIN
        if number < len(people) and place.size:
            features = np.random.default_rng(people[number]).uniform(-FEATURES, FEATURES, (5, 5)).astype(np.float32)
            whole = cv2.resize(features, (edge // 2 * 2, edge // 2 * 2), interpolation=cv2.INTER_CUBIC)
            shown = whole[top - y + edge // 2 :, left - x + edge // 2 :][: place.shape[0], : place.shape[1]]
            place[:] = np.clip(SKIN + shown, SKIN // 2 + 1, 255)[..., np.newaxis]
    return image


class FakeDetector:
    """Finds the bright squares of `picture_with_faces`. runs: how often it looked."""

    def __init__(self) -> None:
        self.runs = 0

    def detect(self, image: Image) -> list[Detection]:
        self.runs += 1
        bright = (image[:, :, 0] >= SKIN // 2).astype(np.uint8)
        _, _, stats, _ = cv2.connectedComponentsWithStats(bright)
        faces = []
        for x, y, width, height, _area in stats[1:]:
            box = np.array([x, y, x + width, y + height], np.float32)
            across = np.array([[-0.25, -0.15], [0.25, -0.15], [0, 0], [0, 0.3], [-0.5, 0], [0.5, 0]], np.float32)
            faces.append(Detection(box, (box[:2] + box[2:]) / 2 + across * np.float32(width), 0.9))
        return faces


class FakeLandmarker:
    """Finds the bright square inside a region; no brightness, no presence. calls: how often it looked."""

    def __init__(self) -> None:
        self.calls = 0

    def locate(self, image: Image, roi: Roi) -> FaceLandmarks:
        self.calls += 1
        size = 64
        affine = roi_to_crop(roi, size)
        bright = cv2.warpAffine(image, affine, (size, size))[:, :, 0] >= SKIN // 2
        if not bright.any():
            return FaceLandmarks(mesh_at(roi.centre_xy, roi.size / 1.5), 0.0)
        ys, xs = np.nonzero(bright)
        mesh = mesh_at((float(xs.mean()), float(ys.mean())), float(max(np.ptp(xs), np.ptp(ys)) + 1))
        return FaceLandmarks(transform_points(mesh, invert_affine(affine)), 1.0)


class FakePreparedFace:
    """Paints the face's box in one colour."""

    def __init__(self, colour: tuple[int, int, int]) -> None:
        self.colour = colour

    def paint(self, canvas: Image, face: FaceLandmarks) -> Coverage:
        x1, y1, x2, y2 = box_of(face.points).astype(int)
        place = canvas[max(0, y1) : y2, max(0, x1) : x2]
        place[:] = self.colour
        return Coverage(1.0 if place.size else 0.0)


class FakeSwapper:
    """Turns a source into one colour: the photo's middle pixel."""

    name = "fake"

    def prepare(self, photo: SourcePhoto) -> FakePreparedFace:
        b, g, r = photo.image[photo.image.shape[0] // 2, photo.image.shape[1] // 2]
        return FakePreparedFace((int(b), int(g), int(r)))
