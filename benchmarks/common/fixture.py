"""What both sides of a timing work on: a clip, its frames, the face in them, and our engines.

Knows our engines; knows no peer.
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from itertools import islice
from pathlib import Path

from benchmarks.common.ab_timing import Side, per_go
from engines.types import FaceLandmarks, Image, PreparedFace, Roi
from models.store import ModelStore
from realtime.app import build_run
from realtime.bench.equipment import Equipment
from realtime.faces.source_bank import SourceBank
from realtime.sources.media import MediaSource, open_file
from realtime.stream.metrics import StreamMetrics
from realtime.types import Frame, StreamInfo

FRAMES = 45
VIDEO_S = 4.0


class Fixture:
    """clip: a video file; None for a video of the synthetic camera. folder: for what is made. frames: of the clip, that
    a side goes through in a round. Raises UserError."""

    def __init__(self, clip: Path | None, folder: Path, store: ModelStore, *, frames: int = FRAMES) -> None:
        self.folder, self._most, self._count = folder, frames, 0
        self.equipment = Equipment(store)
        self.clip = clip or self.equipment.video(folder / "camera.mp4", VIDEO_S)

    def frames(self) -> Iterator[Image]:
        """Copies, to be painted on."""
        return (image.copy() for image in self._images)

    @property
    def first(self) -> Image:
        """The first picture, to be left alone."""
        return self._images[0]

    @cached_property
    def roi(self) -> Roi:
        """Where its face is."""
        return self.equipment.roi_in(self.first)

    @cached_property
    def face(self) -> FaceLandmarks:
        """In the first picture."""
        return self.equipment.engines.landmarker.locate(self.first, self.roi)

    @property
    def worn(self) -> PreparedFace:
        """By the mesh swapper."""
        return next(iter(self.equipment.source_bank))

    def whole_frames(self, source_bank: SourceBank | None = None) -> Side:
        """All that is done to a frame between source and output. source bank: None for the mesh swapper's."""
        metrics = StreamMetrics(primary="null", swapper="mesh", device="cpu")
        pipeline = self.equipment.pipeline(self._info, metrics, source_bank=source_bank)
        return per_go(pipeline.process, lambda: map(self._as_frame, self.frames()))

    def swap_video(self, output: Path, codec: str) -> float:
        """The whole clip to a file, as `liveswap run` does it once its engines are open: ms a frame."""
        config = replace(self.equipment.config(), input=str(self.clip), outputs=(str(output),), codec=codec)
        run = build_run(config, self.equipment.store)
        began_s = time.perf_counter()
        run.runner.run()
        took_s = time.perf_counter() - began_s
        run.close()
        return 1000 * took_s / max(1, run.metrics.snapshot()["frames_out"])

    def _as_frame(self, image: Image) -> Frame:
        """The next of one stream, which never goes back."""
        self._count += 1
        pts = round(self._count / (self._info.rate * self._info.time_base))
        return Frame(image, self._count, time.monotonic_ns(), pts)

    @cached_property
    def _images(self) -> list[Image]:
        """The beginning of the clip, at its own size."""
        return [frame.image for frame in islice(self._source().frames(), self._most)]

    @cached_property
    def _info(self) -> StreamInfo:
        source = self._source()
        source.close()
        return replace(source.info, live=True)

    def _source(self) -> MediaSource:
        return open_file(self.clip)
