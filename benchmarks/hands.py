"""Do hands stay in front? Real hands are laid over the faces of real clips, where the truth is known to the pixel.

    uv run python -m benchmarks.hands --photos FOLDER [--media FOLDER] [--sheet FILE.png] [--json]

FOLDER holds photos of a hand before a plain wall; those of the npm package fingerpose 0.1.0 (MIT) will do: npm pack
fingerpose@0.1.0. Each is cut out, given the brightness and colour of the target's cheeks (nothing but its outline then
sets it off) and moved over chin, mouth, cheek and eyes of each clip; the pictures of the folder are worn in turn. Of
the face: how much of what the hand covers is kept (recall), how much of what is kept is hand (precision), frames in
which nothing was kept, how far the swapper paints on the hand and beside it (alpha), and how much of the bare face is
left out. That, such as the target's own hair, is not counted as hand. The sheet shows each as it came and swapped.
"""

import argparse
import json
import math
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.common.command import run, videos_in
from benchmarks.common.sheets import in_rows
from benchmarks.quality import MEDIA
from benchmarks.scoring.covered import (
    FRAMES,
    Bare,
    Score,
    before_and_after,
    beginning_of,
    everybody,
    in_words,
    means,
    over_clip,
    score_of,
)
from benchmarks.scoring.covers import tone_of
from engines.image.geometry import eye_distance, smoothstep
from engines.types import Image, Points
from models.store import ModelStore
from realtime.config import RunConfig
from realtime.face_engines import FaceEngines

PHOTO_PX = 480
SATURATED = 75
"""Of 255: skin before a wall."""
NOSE = 4
SIZE = 1.15
"""Breadth of the fist, in distances between the outer eye corners: that of a grown person's, a little nearer."""
STOPS = (
    (0.9, 3.0),
    (0.3, 1.5),
    (0.15, 0.75),
    (-0.2, 0.5),
    (-0.45, 0.1),
    (-0.3, -0.25),
    (0.3, 0.2),
    (0.8, 1.4),
    (1.2, 3),
)
"""Where the fist goes, in eye distances from the nose: in from below, chin, mouth, cheek, eye, and out again."""
SHOWN_EVERY = 9


@dataclass(frozen=True, slots=True)
class Hand:
    """A hand cut out. image: BGR. opacity: (H, W) 0..1. middle: (2,) px of the fist. breadth: px of the fist."""

    name: str
    image: Image
    opacity: NDArray[np.float32]
    middle: Points
    breadth: float


def cut_out(path: Path) -> Hand:
    """The hand in a photo, told from the wall by GrabCut."""
    image = np.asarray(cv2.imread(str(path)), np.uint8)
    scale = PHOTO_PX / max(image.shape[:2])
    image = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    labels = np.full(image.shape[:2], cv2.GC_PR_BGD, np.uint8)
    labels[cv2.cvtColor(image, cv2.COLOR_BGR2HSV)[..., 1] > SATURATED] = cv2.GC_PR_FGD
    cv2.grabCut(image, labels, (0, 0, 1, 1), np.zeros((1, 65)), np.zeros((1, 65)), 5, cv2.GC_INIT_WITH_MASK)
    skin = (labels % 2).astype(np.uint8)
    _, parts, stats, _ = cv2.connectedComponentsWithStats(skin)
    whole = (parts == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())).astype(np.uint8)
    opacity = cv2.GaussianBlur(cv2.erode(whole, np.ones((3, 3), np.uint8)).astype(np.float32), (0, 0), 0.8)
    # The wrist leaves the picture below; the fist is the broadest part of what is above.
    rows = np.flatnonzero(whole.any(axis=1))
    widths = whole[rows].sum(axis=1)
    broadest = int(rows[int(widths.argmax())])
    middle = float(np.flatnonzero(whole[broadest]).mean()), float(broadest)
    return Hand(path.stem, image, np.asarray(opacity, np.float32), np.array(middle, np.float32), float(widths.max()))


def laid_over(picture: Image, face: Points, hand: Hand, progress: float) -> tuple[Image, NDArray[np.float32]]:
    """The picture with the hand in front of it, and where that is, (H, W) 0..1. progress: 0..1 of its way."""
    eyes, own = eye_distance(face), hand.image[hand.opacity > 0.9].mean(axis=0)
    toned = np.clip(hand.image * (tone_of(picture, face) / own), 0, 255)
    scale, turn = SIZE * eyes / hand.breadth, 0.25 * math.sin(9 * progress)
    linear = scale * np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    affine = np.column_stack([linear, face[NOSE, :2] + _stop(progress) * eyes - linear @ hand.middle])
    size_wh = picture.shape[1::-1]
    shown = cv2.warpAffine(toned, affine, size_wh, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    opacity = np.asarray(cv2.warpAffine(hand.opacity, affine, size_wh), np.float32)
    return (picture + (shown - picture) * opacity[..., np.newaxis]).astype(np.uint8), opacity


def _stop(progress: float) -> Points:
    """(2,) where the fist is, at rest at each stop."""
    along = progress * (len(STOPS) - 1)
    last = min(int(along), len(STOPS) - 2)
    part = smoothstep(np.float32(along - last), 0, 1)
    return np.asarray(np.array(STOPS[last]) * (1 - part) + np.array(STOPS[last + 1]) * part, np.float32)


def judged(engines: FaceEngines, hand: Hand, clip: str, frames: list[Bare]) -> tuple[Score, Image]:
    """One hand over one clip, and a row of the sheet."""
    made = (laid_over(bare.picture, bare.face.points, hand, n / len(frames)) for n, bare in enumerate(frames))
    found, tiles = [], {}
    for seen in over_clip(engines, frames, made):
        found.append(seen.covered)
        if seen.number % SHOWN_EVERY == SHOWN_EVERY // 2:
            tiles[seen.number] = before_and_after(frames[seen.number], seen.picture, seen.face)
    return score_of(hand.name, clip, found), in_rows(list(tiles.values()), FRAMES // SHOWN_EVERY)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--media", type=Path, default=MEDIA)
    parser.add_argument("--sheet", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    videos = videos_in(options.media)
    engines = FaceEngines(
        RunConfig(faces_from=(options.media,), input="test", outputs=("null",)), ModelStore(), live=False
    )
    worn = everybody(options.media, engines)
    hands = [cut_out(path) for path in sorted(options.photos.glob("*.jpg"))]
    if not hands:
        parser.error(f"no photo of a hand (*.jpg) in {options.photos}; see --help for where to get some")
    scores, rows = [], []
    for path in videos:
        frames = beginning_of(path, engines, worn)
        bare = np.mean([frame.look.left_out for frame in frames])
        print(f"{path.stem}: {bare:.1%} of the bare face left out, over {len(frames)} frames", file=sys.stderr)
        for hand in hands:
            score, row = judged(engines, hand, path.stem, frames)
            scores.append(score)
            rows.append(row)
            print(in_words(score), file=sys.stderr, flush=True)
    print("all: " + ", ".join(f"{name} {value:.3f}" for name, value in means(scores).items()), file=sys.stderr)
    if options.sheet:
        cv2.imwrite(str(options.sheet), np.vstack(rows))
    if options.json:
        print(json.dumps({"pairs": [asdict(score) for score in scores], "mean": means(scores)}))


if __name__ == "__main__":
    run(main)
