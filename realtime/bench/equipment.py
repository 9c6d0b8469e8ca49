"""What scenarios share: the engines, the portraits, pictures with one or several people in them.

Knows engines and pictures; measures nothing.
"""

from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np

from engines.image.geometry import roi_from_detection
from engines.types import Image, Roi
from models.store import ModelStore
from realtime.app import build_run, make_pipeline
from realtime.choices import Faces
from realtime.config import RunConfig
from realtime.face_engines import FaceEngines
from realtime.faces.portraits import portraits
from realtime.faces.source_bank import SourceBank
from realtime.pictures.reading import read_image
from realtime.sources.synthetic import SyntheticSource
from realtime.stream.metrics import Snapshot, StreamMetrics
from realtime.stream.pipeline import SwapPipeline
from realtime.types import StreamInfo

FILLED = 0.78
"""Of the picture's width, which the synthetic camera shows a little enlarged."""


class Equipment:
    """Opened as it is needed. Raises UserError for what cannot be fetched."""

    def __init__(self, store: ModelStore) -> None:
        self.store = store
        self.source, self.target = portraits(store)

    def config(self, people: int = 1) -> RunConfig:
        """A run that swaps so many."""
        return RunConfig(faces_from=(self.source,), input="test", outputs=("null",), faces=Faces(people))

    @cached_property
    def engines(self) -> FaceEngines:
        """Of the mesh swapper."""
        return FaceEngines(self.config(), self.store, live=True)

    @cached_property
    def source_bank(self) -> SourceBank:
        """The source's face, ready to be worn: looked at once, not in each row."""
        return self.engines.source_bank((self.source,))

    def camera(
        self, size_wh: tuple[int, int], people: int = 1, *, paced: bool = True, rate: int = 30
    ) -> SyntheticSource:
        """The synthetic camera with so many people in view."""
        return SyntheticSource(self.group(people), size_wh=size_wh, rate=Fraction(rate), paced=paced)

    def pipeline(
        self, info: StreamInfo, metrics: StreamMetrics, *, people: int = 1, source_bank: SourceBank | None = None
    ) -> SwapPipeline:
        """A new one, for so many people. source bank: None for the mesh swapper's."""
        return make_pipeline(self.config(people), self.engines, source_bank or self.source_bank, info, metrics)[0]

    def video(self, path: Path, seconds: float) -> Path:
        """A video of the synthetic camera at 1280x720, with a swapped face in it."""
        self.numbers_of_run(replace(self.config(), outputs=(str(path),), duration_s=seconds))
        return path

    def numbers_of_run(self, config: RunConfig) -> Snapshot:
        """Of a whole run, from opening to closing."""
        run = build_run(config, self.store)
        run.runner.run()
        run.close()
        return run.metrics.snapshot()

    def group(self, people: int) -> Image:
        """The target's portrait, or several of them side by side."""
        portrait = read_image(self.target)
        if people == 1:
            return portrait
        high, wide = 1080, 1920
        side = int(FILLED * wide / people)
        one = np.asarray(cv2.resize(portrait, (side, side * portrait.shape[0] // portrait.shape[1])), np.uint8)
        one = one[: high * 7 // 10]
        row = np.hstack([one if number % 2 == 0 else one[:, ::-1] for number in range(people)])
        picture = np.full((high, wide, 3), 60, np.uint8)
        top, left = (high - row.shape[0]) // 2, (wide - row.shape[1]) // 2
        picture[top : top + row.shape[0], left : left + row.shape[1]] = row
        return picture

    def roi_in(self, image: Image) -> Roi:
        """Where the largest face of a picture is."""
        faces = self.engines.detector.detect(image)
        return roi_from_detection(max(faces, key=lambda found: float(np.ptp(found.box_xyxy[1::2]))))
