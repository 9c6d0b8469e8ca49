"""Which BlazeFace? Recall, false finds and time of each, on real clips at falling face sizes.

    uv run python -m benchmarks.detectors [FOLDER]

FOLDER holds clips with one face in every frame (default: ../shared/media). A find counts when the face mesh, which the
product asks next, confirms it. Prints a table and one JSON line.
"""

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import av
import cv2
import numpy as np

from benchmarks.common.command import run, videos_in
from engines.backends.litert import LiteRtSession
from engines.detectors.blazeface import BlazeFaceDetector
from engines.image.geometry import roi_from_detection
from engines.landmarks.face_mesh import FaceMeshLandmarker
from engines.types import Image
from models.manifest import load_manifest
from models.store import ModelStore

FRAME_WH = (1280, 720)
EVERY = 12
SHARES = (1.0, 0.5, 0.25, 0.15)
"""Of the frame's height that the clip fills; the clips' faces are about a third of that."""
TIMED_RUNS = 60


@dataclass(frozen=True)
class Row:
    """One model: ms p50 at 1280x720, and confirmed finds / pictures for each share."""

    model: str
    ms_p50: float
    found: dict[str, str]
    extra: int  # detections beyond one a picture


def frames(folder: Path) -> list[Image]:
    """Every EVERY-th frame of every clip, BGR. Raises UserError without clips."""
    return [image for clip in videos_in(folder) for image in _sampled(clip)]


def _sampled(clip: Path) -> Iterator[Image]:
    with av.open(clip) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number % EVERY == 0:
                yield np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)


def placed(image: Image, share: float) -> Image:
    """`image` in the middle of a grey frame, filling `share` of its height or width."""
    scale = min(FRAME_WH[0] / image.shape[1], FRAME_WH[1] / image.shape[0]) * share
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    canvas = np.full((FRAME_WH[1], FRAME_WH[0], 3), 127, np.uint8)
    y, x = (canvas.shape[0] - small.shape[0]) // 2, (canvas.shape[1] - small.shape[1]) // 2
    canvas[y : y + small.shape[0], x : x + small.shape[1]] = small
    return canvas


def measure(name: str, store: ModelStore, pictures: list[Image]) -> Row:
    """Run one detector over the pictures at every share."""
    manifest = load_manifest()
    detector = BlazeFaceDetector(LiteRtSession(store.ensure(manifest.get(name))))
    landmarker = FaceMeshLandmarker(LiteRtSession(store.ensure(manifest.get("face_landmarks_detector"))))
    took_ms = []
    for image in (pictures[0],) * TIMED_RUNS:
        started = time.perf_counter()
        detector.detect(image)
        took_ms.append((time.perf_counter() - started) * 1e3)
    found, extra = {}, 0
    for share in SHARES:
        confirmed = 0
        for image in (placed(picture, share) for picture in pictures):
            faces = detector.detect(image)
            extra += max(0, len(faces) - 1)
            confirmed += bool(faces) and landmarker.locate(image, roi_from_detection(faces[0])).presence >= 0.5
        found[f"x{share:g}"] = f"{confirmed}/{len(pictures)}"
    return Row(name, round(float(np.median(took_ms)), 2), found, extra)


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/media")
    pictures = frames(folder)
    store = ModelStore()
    detectors = [spec.name for spec in load_manifest().for_task("detect")]
    rows = [measure(name, store, pictures) for name in detectors]
    for row in rows:
        print(f"{row.model:32} {row.ms_p50:6.2f} ms  extra {row.extra:3}  {row.found}")
    print(json.dumps([asdict(row) for row in rows]))


if __name__ == "__main__":
    run(main)
