"""README's moving picture: the demo's camera and the same frames swapped, side by side, the source face in the corner.

    python -m benchmarks.demo_picture [--out docs/pictures/demo.webp]

The frames go through an ordinary run as a lossless film, so that a busy machine drops none of them.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Picture

from engines.types import Image
from models.store import ModelStore
from realtime.app import build_run
from realtime.config import RunConfig
from realtime.faces.portraits import portraits
from realtime.outputs.recorder import EncoderOptions, VideoRecorder
from realtime.pictures.reading import read_image
from realtime.provenance.words import XMP
from realtime.sources.media import open_file
from realtime.sources.synthetic import SyntheticSource
from realtime.types import Outcome, ShownFrame

OUT = Path(__file__).parent.parent / "docs" / "pictures" / "demo.webp"
SECONDS, EVERY = 4, 3
"""Shown, and which frames of the camera's 30 a second."""
CUT_XY, CUT_PX, TILE_PX, INSET_PX, GAP_PX = (400, 20), 520, 360, 112, 6
"""The part of the 1280x720 camera picture that is shown, and its edge in the result."""
HEAD_XY, HEAD_PX = (110, 30), 290
"""The head in the source photo."""
MOST_BYTES = 1_500_000
QUALITIES = (80, 72, 64, 56, 48)


def main() -> None:
    """Swap the camera's frames, and keep the picture at the best quality that fits."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=OUT)
    out = parser.parse_args().out
    store = ModelStore()
    source, target = portraits(store)
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder) / "before.mkv", Path(folder) / "after.mkv"
        record(SyntheticSource(read_image(target), paced=False, timed=False), before)
        swap(source, before, after, store)
        frames = list(side_by_side(read_image(source), images_of(before), images_of(after)))
    out.parent.mkdir(exist_ok=True)
    for quality in QUALITIES:
        save(frames, out, quality)
        if out.stat().st_size <= MOST_BYTES:
            sys.stderr.write(f"{out}: {len(frames)} frames, quality {quality}, {out.stat().st_size} bytes\n")
            return
    sys.exit(f"{out.stat().st_size} bytes at quality {QUALITIES[-1]}, and no more than {MOST_BYTES} may be kept")


def record(camera: SyntheticSource, film: Path) -> None:
    """The first seconds of the camera, lossless."""
    recorder = VideoRecorder(film, camera.info, EncoderOptions(codec="ffv1"))
    for frame in islice(camera.frames(), int(SECONDS * camera.info.rate)):
        recorder.send(ShownFrame(frame.image, frame.seq, frame.captured_ns, frame.pts, Outcome.NO_FACE))
    recorder.close()


def swap(source: Path, film: Path, swapped: Path, store: ModelStore) -> None:
    """An ordinary run with the default options. Raises UserError."""
    run = build_run(RunConfig(faces_from=(source,), input=str(film), outputs=(str(swapped),), codec="ffv1"), store)
    try:
        run.runner.run()
    finally:
        run.close()


def images_of(film: Path) -> Iterator[Image]:
    """Those that are shown."""
    return (frame.image for frame in islice(open_file(film).frames(), 0, None, EVERY))


def side_by_side(source: Image, before: Iterable[Image], after: Iterable[Image]) -> Iterator[Image]:
    """Camera, gap, swapped; the source face in the lower left corner of the swapped half."""
    inset = _cut(source, HEAD_XY, HEAD_PX, INSET_PX)
    gap = np.full((TILE_PX, GAP_PX, 3), 255, np.uint8)
    for pair in zip(before, after, strict=True):
        left, right = (_cut(image, CUT_XY, CUT_PX, TILE_PX) for image in pair)
        sheet = np.hstack([left, gap, right])
        sheet[-INSET_PX:, TILE_PX + GAP_PX : TILE_PX + GAP_PX + INSET_PX] = inset
        yield np.asarray(sheet, np.uint8)


def save(frames: Iterable[Image], out: Path, quality: int) -> None:
    """An animated WebP that plays for ever, marked as made."""
    pictures = [Picture.fromarray(np.ascontiguousarray(frame[:, :, ::-1])) for frame in frames]
    rest, shown_ms = pictures[1:], EVERY * 1000 // 30
    pictures[0].save(
        out,
        save_all=True,
        append_images=rest,
        duration=shown_ms,
        loop=0,
        quality=quality,
        method=6,
        xmp=XMP.encode(),
    )


def _cut(image: Image, xy: tuple[int, int], edge: int, size: int) -> Image:
    """A square of `image`, scaled to `size` px."""
    x, y = xy
    scaled = cv2.resize(image[y : y + edge, x : x + edge], (size, size), interpolation=cv2.INTER_AREA)
    return np.asarray(scaled, np.uint8)


if __name__ == "__main__":
    main()
