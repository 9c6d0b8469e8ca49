"""People cut out of real clips and placed before one camera, and what may happen to them there.

Every target carries a watermark. Knows pictures, places and covers; knows no pipeline.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.scoring.watermark import Watermark
from benchmarks.simulation.turned import turned
from engines.image.geometry import box_of, roi_from_detection, roi_from_landmarks, size_of
from engines.types import Image, Points
from realtime.face_engines import FaceEngines
from realtime.pictures.reading import read_image
from realtime.sources.media import open_file

SIZE_WH = 1280, 720
FRAMES = 90
"""Of a clip; then it runs backwards."""
AROUND, BELOW = 0.75, 1.0
"""Sizes of a face: what is cut out with it beside and above, and below."""
STILL_PX = 1000
Mask = NDArray[np.bool_]
Box = tuple[float, float, float, float]
COLOURS = {
    "grey": (90, 90, 90),
    "white": (235, 235, 235),
    "black": (25, 25, 25),
    "blue": (190, 150, 90),
    "red": (40, 40, 190),
    "skin": (120, 150, 205),
}
"""Of covers, BGR."""
SIDES: dict[str, Callable[[float], Box]] = {
    "left": lambda share: (-0.15, -0.2, share, 1.15),
    "right": lambda share: (1 - share, -0.2, 1.15, 1.15),
    "lower": lambda share: (-0.05, 1 - share, 1.05, 1.12),
    "upper": lambda share: (-0.1, -0.25, 1.1, share),
}
"""Rectangle of a cover, x1, y1, x2, y2 in the face's box, by the share of it that is covered."""


@dataclass(frozen=True, slots=True, eq=False)
class CutOut:
    """Somebody's head and shoulders. pictures and points: of each frame, (468, 3) px in it. size: of the face, px."""

    pictures: Sequence[Image]
    points: Sequence[Points]
    size: float

    @classmethod
    def of(cls, path: Path, engines: FaceEngines) -> "CutOut":
        """Of a video or a photo."""
        if path.suffix == ".mp4":
            frames = [frame.image for frame in islice(open_file(path).frames(), FRAMES)]
        else:
            photo = read_image(path)
            scale = STILL_PX / max(photo.shape[:2])
            frames = [np.asarray(cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)]
        found = list(seen_in(frames, engines))
        first = box_of(next(points for points in found if points is not None))
        size = size_of(first)
        left, top = (max(0, int(first[n] - AROUND * size)) for n in range(2))
        right, bottom = int(first[2] + AROUND * size), int(first[3] + BELOW * size)
        pairs = [(frame, points) for frame, points in zip(frames, found, strict=True) if points is not None]
        corner = np.array([left, top, 0], np.float32)
        cut = [np.ascontiguousarray(frame[top:bottom, left:right]) for frame, _ in pairs]
        return cls(cut, [points - corner for _, points in pairs], size)

    def draw(
        self,
        canvas: Image,
        number: int,
        middle_xy: tuple[float, float],
        size: float,
        roll: float = 0.0,
        yaw: float = 0.0,
    ) -> tuple[Points, Mask]:
        """Its frame of that number, with a face of so many px there, rolled by so many degrees anticlockwise.

        yaw: degrees that the head is turned to the right on top of its own.

        Returns landmarks, and where it hides others.
        """
        last = max(1, len(self.pictures) - 1)
        at = abs((number + last) % (2 * last) - last) % len(self.pictures)
        picture, points = self.pictures[at], self.points[at]
        if yaw:
            picture, points = turned(picture, points, yaw)
        scale, box = size / self.size, box_of(self.points[0])
        own = (box[:2] + box[2:]) / 2
        affine = np.asarray(cv2.getRotationMatrix2D((float(own[0]), float(own[1])), roll, scale), np.float64)
        affine[:, 2] += np.asarray(middle_xy) - own
        how = cv2.INTER_AREA if scale < 0.6 else cv2.INTER_LINEAR
        layer = cv2.warpAffine(picture, affine, SIZE_WH, flags=how)
        opaque = cv2.warpAffine(np.full(picture.shape[:2], 255, np.uint8), affine, SIZE_WH)
        hides = np.asarray(opaque > 128)
        cv2.copyTo(layer, hides.view(np.uint8), canvas)
        placed = points * np.float32(scale)
        placed[:, :2] = points[:, :2] @ affine[:, :2].T + affine[:, 2]
        return placed.astype(np.float32), hides


def seen_in(frames: Sequence[Image], engines: FaceEngines) -> Iterator[Points | None]:
    """The landmarks of the one face in each frame, found anew where they were lost."""
    last: Points | None = None
    for frame in frames:
        if last is not None:
            found = engines.landmarker.locate(frame, roi_from_landmarks(last))
            last = found.points if found.presence > 0.5 else None
        if last is None:
            detections = engines.detector.detect(frame)
            if detections:
                found = engines.landmarker.locate(frame, roi_from_detection(detections[0]))
                last = engines.landmarker.locate(frame, roi_from_landmarks(found.points)).points
        yield last


def cover(canvas: Image, points: Points, side: str, share: float, colour: str) -> Mask:
    """Put a thing before a face. Returns (H, W): where it is not."""
    box, sides = box_of(points), SIDES[side](share)
    size = box[2:] - box[:2]
    corners = [tuple(int(edge) for edge in box[:2] + np.array(sides[n : n + 2]) * size) for n in (0, 2)]
    hidden = np.zeros(canvas.shape[:2], np.uint8)
    for picture, paint in ((canvas, COLOURS[colour]), (hidden, (1.0,))):
        cv2.rectangle(picture, corners[0], corners[1], paint, -1)
    return np.asarray(hidden == 0)


def room() -> Image:
    """An empty one."""
    coarse = np.random.default_rng(3).integers(60, 140, (9, 16, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(coarse, SIZE_WH, interpolation=cv2.INTER_CUBIC), np.uint8)


Target = tuple[Points, Mask]
"""Landmarks, and (H, W) where nothing is in front of them."""


@dataclass(frozen=True, slots=True)
class Plot:
    """What happens before the camera. draw: puts the frame of that number on a room, and returns the targets in it.

    kind: of things that happen. words: which one. faces: as of --faces. fault: of `privacy_scenes.FAULTS`, from
    FAULT_FROM on. price: what a frame that is withheld counts for ("" for nothing), by its number.
    """

    kind: str
    words: str
    frames: int
    draw: Callable[[Image, int], list[Target]]
    faces: str = "largest"
    fault: str = ""
    price: Callable[[int], str] = lambda _number: ""

    def marked(self) -> Iterator[tuple[Image, list[Watermark]]]:
        """Its pictures, with a watermark on every target of whom enough is to be seen."""
        empty = room()
        for number in range(self.frames):
            picture = empty.copy()
            targets = self.draw(picture, number)
            marks = [Watermark.put(picture, points, visible, number) for points, visible in targets]
            yield picture, [found for found in marks if found is not None]
