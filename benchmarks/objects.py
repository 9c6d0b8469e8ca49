"""Do things before the face stay in front? Drawn ones over the faces of real clips, where the truth is known.

    uv run python -m benchmarks.objects [--media FOLDER] [--sheet FILE.png] [--json]

A microphone, a white and a red cup, a pen, a telephone and a lock of hair, shaded and with a camera's noise, each with
the head of each clip, a little late and adrift; the pictures of the folder are worn in turn. Of the face: how much of
what the thing covers is kept (recall), how much of what is kept is the thing (precision), both in one (IoU), and how
far the swapper paints on the thing and beside it (alpha). What stays in front of the bare face in the same frame, the
target's own hair, is not counted, and told for itself. Then a plain cover in the colour of skin over 30, 50 and 70 % of
the face: how far the rest stays painted. Then the clips with parts of the face in hard, coloured or glaring light: how
much more stays in front, which should be nothing. The sheet shows each thing, and each cover, before and after a swap.
"""

import argparse
import json
import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.common.command import run, videos_in
from benchmarks.common.sheets import TILE_PX
from benchmarks.quality import MEDIA
from benchmarks.scoring import covers
from benchmarks.scoring.covered import (
    Bare,
    Score,
    before_and_after,
    beginning_of,
    everybody,
    in_words,
    looked,
    means,
    over_clip,
    score_of,
)
from engines.image.geometry import CHIN, FOREHEAD_TOP, NOSE_TIP, eye_distance, smoothstep
from engines.image.image_ops import FINE_BITS, Field, in_sixteenths
from engines.swappers.mesh.swapper import MeshFace
from engines.types import FaceLandmarks, Image, Points
from models.store import ModelStore
from realtime.config import RunConfig
from realtime.face_engines import FaceEngines

MOUTH, CHEEK = 13, 352
LATE = 13
"""Frames over which the head's motion is averaged before a thing follows it."""
ADRIFT = 0.06
"""Eye distances."""
SHOWN, SELDOM = 30, 5
"""The frame from which on the sheet shows one of each thing, and each how many are looked at in other light."""
LIGHTS = {
    "left half": (0.0, 0.06, (0.4, 0.4, 0.4)),
    "left third": (-0.4, 0.06, (0.4, 0.4, 0.4)),
    "right third": (0.4, 0.06, (0.3, 0.3, 0.3)),
    "left half, cool": (0.0, 0.25, (0.6, 0.5, 0.46)),
    "left half, warm": (0.0, 0.25, (0.45, 0.58, 0.65)),
    "left half, glaring": (0.0, 0.1, (2.2, 2.2, 2.2)),
}
"""Where the edge is, in eye distances right of the nose, with the other light on the side away from it; how soft; how
much of the light there is, BGR."""


@dataclass(frozen=True, slots=True)
class Thing:
    """What can be drawn. at: the landmark that it goes with. outline: (N, 2) about it, in eye distances.

    thickness: of a line along the outline, in eye distances; 0 fills it. colour: BGR. roundness: 0 flat, 1 dark rims.
    """

    name: str
    at: int
    outline: Callable[[], Points]
    thickness: float
    colour: tuple[int, int, int]
    roundness: float


def _ball() -> Points:
    angles = np.linspace(0, 2 * np.pi, 40)
    ball = np.column_stack([np.cos(angles), np.sin(angles)]) * 0.33 + [0.15, -0.2]
    stick = np.array([[0.27, 0.1], [0.7, 2.8], [0.5, 2.8], [0.1, 0.12]])
    return np.concatenate([ball[:8], stick, ball[12:]])


def _cup() -> Points:
    return np.array([(-0.6, 0.25), (0.4, 0.25), (0.32, 1.45), (-0.52, 1.45)])


def _pen() -> Points:
    return np.array([(-1.1, 0.8), (0.2, -0.05)])


def _telephone() -> Points:
    return np.array([(-0.1, -0.9), (0.7, -0.8), (0.5, 1.1), (-0.3, 1.0)])


def _lock() -> Points:
    along = np.linspace(0, 1, 24)[:, np.newaxis]
    start, bend, end = (np.array(point) for point in ((0.0, -0.5), (-0.2, 0.35), (-0.75, 1.2)))
    return np.asarray((1 - along) ** 2 * start + 2 * along * (1 - along) * bend + along**2 * end, np.float32)


THINGS = (
    Thing("microphone", CHIN, _ball, 0, (42, 40, 38), 0.5),
    Thing("white cup", MOUTH, _cup, 0, (222, 228, 232), 0.5),
    Thing("red cup", MOUTH, _cup, 0, (45, 40, 190), 0.5),
    Thing("pen", MOUTH, _pen, 0.12, (160, 60, 20), 0),
    Thing("telephone", CHEEK, _telephone, 0, (28, 26, 25), 0),
    Thing("lock", FOREHEAD_TOP, _lock, 0.35, (35, 50, 75), 0.3),
)


def drawn(thing: Thing, picture: Image, at: Points, eyes: float) -> tuple[Image, Field]:
    """The picture with the thing in front, and where that is, (H, W) 0..1. at: (2,) px. eyes: their distance, px."""
    mask: NDArray[np.uint8] = np.zeros(picture.shape[:2], np.uint8)
    outline = in_sixteenths((at + thing.outline() * eyes).astype(np.float32))
    if thing.thickness:
        cv2.polylines(mask, [outline], False, (255.0,), round(thing.thickness * eyes), cv2.LINE_AA, FINE_BITS)
    else:
        cv2.fillPoly(mask, [outline], (255.0,), cv2.LINE_AA, FINE_BITS)
    opacity = np.asarray(cv2.GaussianBlur(mask, (0, 0), 0.8) / np.float32(255), np.float32)
    depth = np.minimum(cv2.distanceTransform((mask > 127).astype(np.uint8), cv2.DIST_L2, 3) / (0.35 * eyes), 1)
    shade = 1 - thing.roundness * (1 - depth[..., np.newaxis])
    shown = np.array(thing.colour) * shade + covers.camera_noise(mask.shape)
    laid = picture + (shown - picture) * opacity[..., np.newaxis]
    return np.clip(laid, 0, 255).astype(np.uint8), opacity


def scenes(thing: Thing, frames: list[Bare]) -> Iterator[tuple[Image, Field]]:
    """Each frame with the thing in front, and where that is."""
    eyes = float(np.median([eye_distance(bare.face.points) for bare in frames]))
    weights = np.hanning(LATE + 2)[1:-1]
    path = np.array([bare.face.points[thing.at, :2] for bare in frames])
    padded = np.pad(path, ((LATE // 2, LATE // 2), (0, 0)), "edge")
    followed = np.column_stack([np.convolve(column, weights / weights.sum(), "valid") for column in padded.T])
    for number, (bare, at) in enumerate(zip(frames, followed, strict=True)):
        adrift = ADRIFT * eyes * np.array([math.sin(number / 9), math.sin(number / 13 + 1)])
        yield drawn(thing, bare.picture, at + adrift, eyes)


def judged(engines: FaceEngines, thing: Thing, clip: str, frames: list[Bare], shown_number: int) -> tuple[Score, Image]:
    """One thing over one clip, and what is seen of it before and after."""
    found, shown = [], np.zeros((2 * TILE_PX, TILE_PX, 3), np.uint8)
    for seen in over_clip(engines, frames, scenes(thing, frames)):
        found.append(seen.covered)
        if seen.number == shown_number:
            shown = before_and_after(frames[seen.number], seen.picture, seen.face)
    return score_of(thing.name, clip, found), shown


def in_light(picture: Image, face: FaceLandmarks, edge: float, soft: float, light: tuple[float, ...]) -> Image:
    """With one side of it in another light: see `LIGHTS`."""
    eyes, away = eye_distance(face.points), 1 if edge > 0 else -1
    across = np.arange(picture.shape[1], dtype=np.float32) - face.points[NOSE_TIP, 0] - edge * eyes
    other = smoothstep(across * np.float32(away), -soft * eyes, soft * eyes)[np.newaxis, :, np.newaxis]
    return np.asarray(np.clip(picture * (1 - other * (1 - np.array(light))), 0, 255), np.uint8)


def unpainted(frames: list[Bare], light: tuple[float, float, tuple[float, ...]]) -> float:
    """Share of the face that stays in front in that light, and does not as it was filmed."""
    shares = []
    for bare in frames[::SELDOM]:
        look = looked(bare.worn, in_light(bare.picture, bare.face, *light), bare.face)
        own = bare.look.alpha < 0.5
        shares.append(np.count_nonzero(look.face & (look.alpha < 0.5) & ~own) / np.count_nonzero(look.face))
    return float(np.mean(shares))


@dataclass(slots=True)
class Results:
    """What was found so far. bare: of each clip, the share of the face that stays in front with nothing there."""

    scores: list[Score] = field(default_factory=list)
    covered: list[covers.Cover] = field(default_factory=list)
    unpainted: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)

    @property
    def mean(self) -> dict[str, float]:
        """Over all clips."""
        rest = {"unpainted": float(np.mean(self.unpainted)), "bare": float(np.mean(self.bare))}
        return means(self.scores) | rest


def over_video(path: Path, engines: FaceEngines, worn: list[MeshFace], results: Results) -> Image:
    """Everything over one clip, told as it comes; and its row of the sheet."""
    frames = beginning_of(path, engines, worn)
    tiles = []
    for number, thing in enumerate(THINGS):
        score, shown = judged(engines, thing, path.stem, frames, SHOWN + number)
        results.scores.append(score)
        tiles.append(shown)
        print(in_words(score), file=sys.stderr, flush=True)
    for side in covers.SIDES:
        found, shown_covers = covers.judged(engines, path.stem, frames, side)
        results.covered += found
        print("\n".join(in_words(cover.score) for cover in found), file=sys.stderr)
        tiles += shown_covers
    lights = {name: unpainted(frames, light) for name, light in LIGHTS.items()}
    results.unpainted += lights.values()
    results.bare.append(float(np.mean([bare.look.left_out for bare in frames])))
    told = ", ".join(f"{name} {share:.1%}" for name, share in lights.items())
    print(f"{path.stem}: of the face left unpainted {results.bare[-1]:.1%}, more in {told}", file=sys.stderr)
    return np.hstack(tiles)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--media", type=Path, default=MEDIA)
    parser.add_argument("--sheet", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    videos = videos_in(options.media)
    config = RunConfig(faces_from=(options.media,), input="test", outputs=("null",))
    engines = FaceEngines(config, ModelStore(), live=False)
    worn, results = everybody(options.media, engines), Results()
    rows = [over_video(path, engines, worn, results) for path in videos]
    print("all: " + ", ".join(f"{name} {value:.3f}" for name, value in results.mean.items()), file=sys.stderr)
    print(covers.in_words(results.covered), file=sys.stderr)
    if options.sheet:
        cv2.imwrite(str(options.sheet), np.vstack(rows))
    if options.json:
        found = {"pairs": [asdict(score) for score in results.scores], "mean": results.mean}
        print(json.dumps(found | {"covered": covers.means(results.covered)}))


if __name__ == "__main__":
    run(main)
