"""Values and protocols of the engines: pixels and faces, no time and no devices.

Coordinate frame everywhere: pixels of the image at hand, origin at its top-left corner, x to the right, y down,
pixel centres at whole numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engines.track_state import TrackState

Image: TypeAlias = NDArray[np.uint8]
"""(H, W, 3) uint8 BGR, C-contiguous. BGR because OpenCV, PyAV and pyvirtualcam all take it."""

Points: TypeAlias = NDArray[np.float32]
"""(N, 2) or (N, 3) float32, image px; z has the scale of x, and a smaller z is nearer to the camera."""

Affine: TypeAlias = NDArray[np.float64]
"""(2, 3) float64, image px -> crop px. One direction everywhere; invert it to go back."""

FaceOrigin: TypeAlias = Literal["wearer", "source"]
"""Of the two people in a swapped face."""

MESH_POINTS = 468
"""Landmarks of a face mesh (MediaPipe's numbering)."""

IRIS_POINTS = 10
"""Landmarks of both irises."""

HAND_POINTS = 21
"""Landmarks of a hand (MediaPipe's numbering): the wrist, then four of each finger from the palm on, thumb first."""


@dataclass(frozen=True, slots=True)
class Detection:
    """A face found by a detector, roughly placed."""

    box_xyxy: Points  # (4,) float32 px
    keypoints: Points  # (5 or 6, 2) px: image-left eye, image-right eye, nose tip, then what the detector's family has
    score: float  # 0..1

    def __post_init__(self) -> None:
        if self.box_xyxy.shape != (4,) or self.keypoints.shape not in {(5, 2), (6, 2)}:
            raise ValueError(
                f"Detection needs box_xyxy (4,) and keypoints (5 or 6, 2), "
                f"got {self.box_xyxy.shape} and {self.keypoints.shape}"
            )


@dataclass(frozen=True, slots=True)
class Roi:
    """A rotated square of an image: where to look for landmarks."""

    centre_xy: tuple[float, float]  # px
    size: float  # edge, px
    angle: float  # radians; the square's x axis points along (cos, sin)


@dataclass(frozen=True, slots=True)
class HandLandmarks:
    """The joints and fingertips of one hand and how sure the model is that a hand is there."""

    points: Points  # (21, 3) px
    presence: float  # 0..1

    def __post_init__(self) -> None:
        if self.points.shape != (HAND_POINTS, 3):
            raise ValueError(f"HandLandmarks needs points ({HAND_POINTS}, 3), got {self.points.shape}")


@dataclass(frozen=True, slots=True)
class FaceLandmarks:
    """The dense landmarks of one face and how sure the model is that a face is there.

    irises: image-left, image-right: the middle, then four points of the edge; None from a model without. hands: those
    seen near it, whoever's they are. track_state: what was learnt about this person in the frames before; None for a
    single picture.
    """

    points: Points  # (468, 3) px
    presence: float  # 0..1
    irises: Points | None = None  # (10, 3) px
    track_state: TrackState | None = None
    hands: tuple[HandLandmarks, ...] = ()

    def __post_init__(self) -> None:
        if self.points.shape != (MESH_POINTS, 3):
            raise ValueError(f"FaceLandmarks needs points ({MESH_POINTS}, 3), got {self.points.shape}")
        if self.irises is not None and self.irises.shape != (IRIS_POINTS, 3):
            raise ValueError(f"FaceLandmarks needs irises ({IRIS_POINTS}, 3), got {self.irises.shape}")


@dataclass(frozen=True, slots=True)
class SourcePhoto:
    """A photo that was examined and found usable: the face that others will wear."""

    name: str
    image: Image
    face: FaceLandmarks
    more: tuple["SourcePhoto", ...] = ()  # further photos of the same person

    @property
    def views(self) -> tuple["SourcePhoto", ...]:
        """Every photo of the person, this one first."""
        return (self, *self.more)


class FaceDetector(Protocol):
    """Finds faces in a whole image."""

    def detect(self, image: Image) -> list[Detection]:
        """Faces of `image`, best first; an empty list says that it looked and saw nobody."""
        ...


class FaceLandmarker(Protocol):
    """Places dense landmarks on a face whose whereabouts are known."""

    def locate(self, image: Image, roi: Roi) -> FaceLandmarks:
        """Landmarks of the face inside `roi`, in pixels of `image`."""
        ...


class HandFinder(Protocol):
    """Finds hands, and follows them."""

    def search(self, image: Image, known: Sequence[HandLandmarks]) -> list[HandLandmarks]:
        """Hands in `image`, other than the known ones."""
        ...

    def follow(self, image: Image, hand: HandLandmarks) -> HandLandmarks | None:
        """A hand of the last picture in this one; None when it is not there any more."""
        ...


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of one face a painter really painted, told from the pixels (engines/compositor/coverage.py).

    painted: 0..1, of the camera-facing mesh inside the picture, what no longer shows the target, not even moved.
    occluded: 0..1, of the same, what the painter left out because something is in front of it.
    """

    painted: float
    occluded: float = 0.0

    def __post_init__(self) -> None:
        if not (0 <= self.painted <= 1 and 0 <= self.occluded <= 1):
            raise ValueError(f"Coverage needs shares from 0 to 1, got {self.painted} and {self.occluded}")


class PreparedFace(Protocol):
    """A source person made ready to be worn."""

    def paint(self, canvas: Image, face: FaceLandmarks) -> Coverage:
        """Swap `face` in `canvas`, in place; no pixel outside the face's rectangle is touched.

        Returns what became of the face.
        """
        ...


class FaceSwapper(Protocol):
    """A way of swapping faces."""

    name: str

    def prepare(self, photo: SourcePhoto) -> PreparedFace:
        """Do once per source whatever need not be done per frame."""
        ...
