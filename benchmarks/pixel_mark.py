"""Does a mark in the pixels survive? Found again after H.264, at half size, cropped; and in pictures that have none.

    uv run python -m benchmarks.pixel_mark [--media FOLDER] [--frames 8] [--bare 1000] [--sheet FILE.png] [--json FILE]

Frames of the clips in FOLDER, and its photos, are brought to 1280x720 and marked (common/periodic_mark.py). Wanted:
found in 99 % after each of the ways, in 0.1 % or less of pictures without it, PSNR 42 dB or more. Looked for in each
frame, and in all frames of a clip together. The sheet shows each first frame as it came and marked, at its own size:
PSNR sees no grain on a wall.
"""

import argparse
import io
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path

import av
import cv2
import numpy as np

from benchmarks.common.command import run, videos_in
from benchmarks.common.periodic_mark import FOUND, likeness, marked
from benchmarks.quality import MEDIA
from engines.types import Image
from realtime.pictures.reading import read_image

SIZE_WH = (1280, 720)
EVERY = 8
"""Frames from one that is marked to the next: they are to differ."""
CRF = 28
Way = Callable[[Sequence[Image]], list[Image]]


def compressed(images: Sequence[Image]) -> list[Image]:
    """The same through x264 at CRF, as one video."""
    file = io.BytesIO()
    height, width = (edge // 2 * 2 for edge in images[0].shape[:2])
    with av.open(file, "w", format="mp4") as video:
        stream = video.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt, stream.options = width, height, "yuv420p", {"crf": str(CRF)}
        for image in images:
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image[:height, :width]), format="bgr24")
            video.mux(stream.encode(frame))
        video.mux(stream.encode())
    file.seek(0)
    with av.open(file, "r") as again:
        return [as_image(frame) for frame in again.decode(video=0)]


def as_image(frame: av.VideoFrame) -> Image:
    """(H, W, 3) uint8 BGR."""
    return np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)


def resized(image: Image, scale: float) -> Image:
    """The same, so much larger."""
    way = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    return np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=way), np.uint8)


def halved(images: Sequence[Image]) -> list[Image]:
    """Half as wide and high."""
    return [resized(image, 0.5) for image in images]


def cropped(images: Sequence[Image]) -> list[Image]:
    """Without a tenth of the width and of the height, more of it on one side."""
    height, width = images[0].shape[:2]
    rows, columns = slice(int(height * 0.06), int(height * 0.96)), slice(int(width * 0.03), int(width * 0.93))
    return [np.ascontiguousarray(image[rows, columns]) for image in images]


WAYS: dict[str, Way] = {
    "as it is": list,
    f"H.264 at crf {CRF}": compressed,
    "half size": halved,
    "cropped by 10 %": cropped,
    "all three": lambda images: compressed(halved(cropped(images))),
}


def fitted(image: Image) -> Image:
    """Its middle, at SIZE_WH."""
    height, width = image.shape[:2]
    scale = max(SIZE_WH[0] / width, SIZE_WH[1] / height)
    large = resized(image, scale)
    left, top = ((have - want) // 2 for have, want in zip(large.shape[1::-1], SIZE_WH, strict=True))
    return np.ascontiguousarray(large[top : top + SIZE_WH[1], left : left + SIZE_WH[0]])


def groups_of(folder: Path, frames: int) -> list[list[Image]]:
    """Frames of each clip, and each photo alone."""
    found = []
    for path in videos_in(folder):
        with av.open(str(path)) as video:
            chosen = islice(video.decode(video=0), 0, frames * EVERY, EVERY)
            found.append([fitted(as_image(frame)) for frame in chosen])
    return found + [[fitted(read_image(path))] for path in sorted(folder.glob("*.jpg"))]


def bare_pictures(groups: Sequence[Sequence[Image]], seed: int = 0) -> Iterator[Image]:
    """Pictures without a mark, endless: frames cut and sized by chance, every second one through H.264."""
    chance = np.random.default_rng(seed)
    for number, image in enumerate(cycle([image for group in groups for image in group])):
        height, width = (int(edge * chance.uniform(0.5, 1)) for edge in image.shape[:2])
        top, left = chance.integers(0, image.shape[0] - height + 1), chance.integers(0, image.shape[1] - width + 1)
        scale = chance.uniform(360, 720) / min(height, width)
        cut = resized(image[top : top + height, left : left + width], scale)
        yield compressed([cut])[0] if number % 2 else cut


def psnr_db(one: Image, other: Image) -> float:
    """Over all pixels and channels."""
    return float(cv2.PSNR(one, other))


def measured(groups: Sequence[Sequence[Image]], bare: int) -> dict[str, object]:
    """What the table shows, for machines: shares of frames, least and most likeness, dB, ms."""
    begun = time.perf_counter()
    with_mark = [[marked(image) for image in group] for group in groups]
    count = sum(map(len, groups))
    marking_ms = (time.perf_counter() - begun) / count * 1e3
    ratios = [psnr_db(*pair) for pairs in zip(groups, with_mark, strict=True) for pair in zip(*pairs, strict=True)]
    found: dict[str, object] = {"frames": count, "psnr_db": float(np.mean(ratios)), "least_psnr_db": min(ratios)}
    found["marking_ms"] = marking_ms
    for name, way in WAYS.items():
        shown = [way(group) for group in with_mark]
        found[name] = found_in(f"{name}, frames", [likeness(image) for images in shown for image in images])
        found[f"{name}, files"] = found_in(f"{name}, files", [likeness(*images) for images in shown])
    found["bare"] = found_in(f"{bare} without it", [likeness(image) for image in islice(bare_pictures(groups), bare)])
    print(f"PSNR {np.mean(ratios):.1f} dB, at least {min(ratios):.1f} dB; {marking_ms:.1f} ms a frame to mark")
    return found


def found_in(name: str, scores: Sequence[float]) -> dict[str, float]:
    """One line of the table, and the same for machines."""
    share = float(np.mean(np.array(scores) >= FOUND))
    print(f"{name:<28} found in {share:7.1%}, likeness {min(scores):.2f} to {max(scores):.2f}", flush=True)
    return {"found": share, "least": min(scores), "most": max(scores)}


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--media", type=Path, default=MEDIA)
    parser.add_argument("--frames", type=int, default=8, help="of each clip")
    parser.add_argument("--bare", type=int, default=1000, help="pictures without a mark")
    parser.add_argument("--sheet", type=Path)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    groups = groups_of(given.media, given.frames)
    found = measured(groups, given.bare)
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n")
    if given.sheet:
        cv2.imwrite(str(given.sheet), np.vstack([np.hstack([group[0], marked(group[0])]) for group in groups]))
    return 0


if __name__ == "__main__":
    sys.exit(run(main))
