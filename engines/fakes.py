"""Engines without weights, for tests, benchmarks and trying things out. They are part of the product, not of the tests.

A fake face is a bright square on a dark picture: its place and size can be read back from the pixels, so a wrong place,
a wrong size or a wrong colour shows.
"""

import math
from collections.abc import Sequence

import cv2
import numpy as np

from engines.geometry import box_of, invert_affine, roi_to_crop, transform_points
from engines.types import MESH_POINTS, Coverage, Detection, FaceLandmarks, Image, Points, Roi, SourcePhoto

SKIN = 200
"""Pixel value of a fake face."""


def mesh_at(centre_xy: tuple[float, float], size: float) -> Points:
    """(468, 3) points on a disc of `size` px around a centre; eye corners, nose and chin where faces have them."""
    index = np.arange(MESH_POINTS)
    radius, angle = np.sqrt((index + 0.5) / MESH_POINTS) * size / 2, index * math.pi * (3 - math.sqrt(5))
    points = np.column_stack([radius * np.cos(angle), radius * np.sin(angle), np.zeros(MESH_POINTS)])
    for landmark, xy in ((33, (-0.25, -0.15)), (263, (0.25, -0.15)), (152, (0, 0.5)), (10, (0, -0.5)), (1, (0, 0))):
        points[landmark, :2] = np.multiply(xy, size)
    points[:, :2] += centre_xy
    return points.astype(np.float32)


def picture_with_faces(size_wh: tuple[int, int], faces: Sequence[tuple[int, int, int]]) -> Image:
    """A black picture with bright squares: faces as (centre x, centre y, edge) px."""
    image = np.zeros((size_wh[1], size_wh[0], 3), np.uint8)
    for x, y, edge in faces:
        image[max(0, y - edge // 2) : y + edge // 2, max(0, x - edge // 2) : x + edge // 2] = SKIN
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
