"""A plain thing in the colour of the target's skin before so much of the face: does the rest stay painted?

A palm, or a sheet, that has nothing but its edge comes from below, from the side and from above, and stops where it
covers 30, 50 and 70 % of the face. It is judged with the landmarks of the bare frame, so that the swapper alone is
asked; how often the face would still be followed is told beside it. Knows how it is drawn and what is counted; knows no
video.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from benchmarks.scoring.covered import (
    Bare,
    Covered,
    Score,
    before_and_after,
    compared,
    face_in,
    looked,
    score_of,
    tracker_of,
)
from benchmarks.scoring.scores import outline_of
from engines.image.geometry import CHIN, FOREHEAD_TOP, eye_distance, smoothstep
from engines.image.image_ops import Field
from engines.types import FaceLandmarks, Image, Points
from realtime.face_engines import FaceEngines

SIDES = {"below": 0.0, "the side": 0.25, "above": 0.5}
"""Whence it comes, in turns from the chin."""
SHARES = 0.3, 0.5, 0.7
MOVES = 0.4
"""Of the time for each share, in which it comes nearer; then it rests and is looked at."""
BOW, ROUND, DARKER = 0.25, 0.3, 0.25
"""How far its edge is bent, at an eye distance from the middle; over what it is round, and how dark it is there."""
NOISE = 3.0
CHEEKS = 50, 280, 205, 425


@dataclass(frozen=True, slots=True)
class Cover:
    """One share of one clip's face. followed: share of the frames in which its landmarks are still found."""

    share: float
    score: Score
    followed: float


def tone_of(picture: Image, points: Points) -> Points:
    """(3,) BGR of the cheeks. points: (468, 2 or 3) px."""
    at = points[list(CHEEKS), :2].astype(int)
    patches = [picture[y - 3 : y + 4, x - 3 : x + 4].reshape(-1, 3).mean(axis=0) for x, y in at]
    return np.asarray(np.mean(patches, axis=0), np.float32)


@cache
def camera_noise(size_hw: tuple[int, int]) -> Field:
    """(H, W, 3): the same for every frame. Read-only."""
    noise = np.random.default_rng(1).normal(0, NOISE, (*size_hw, 3)).astype(np.float32)
    noise.setflags(write=False)
    return noise


def covering(picture: Image, face: FaceLandmarks, turn: float, share: float) -> tuple[Image, Field]:
    """The picture with so much of the face covered, and where it is, (H, W) 0..1. turn: see `SIDES`."""
    points, eyes = face.points[:, :2], eye_distance(face.points)
    down = (points[CHIN] - points[FOREHEAD_TOP]) / np.linalg.norm(points[CHIN] - points[FOREHEAD_TOP])
    sine, cosine = np.sin(2 * np.pi * turn), np.cos(2 * np.pi * turn)
    out = np.array([cosine * down[0] - sine * down[1], sine * down[0] + cosine * down[1]], np.float32)
    ys, xs = np.mgrid[: picture.shape[0], : picture.shape[1]].astype(np.float32)
    xs, ys = (xs - points[:, 0].mean()) / eyes, (ys - points[:, 1].mean()) / eyes
    along, across = xs * out[0] + ys * out[1], ys * out[0] - xs * out[1]
    along -= BOW * across**2
    within = cv2.fillConvexPoly(np.zeros(picture.shape[:2], np.uint8), outline_of(face), (1.0,)) > 0
    depth = along - np.quantile(along[within], 1 - share)
    opacity = smoothstep(depth * np.float32(eyes), -1, 1)
    shade = 1 - DARKER * (1 - smoothstep(depth, 0, ROUND))
    shown = tone_of(picture, face.points) * shade[..., np.newaxis] + camera_noise(within.shape)
    laid = picture + (shown - picture) * opacity[..., np.newaxis]
    return np.clip(laid, 0, 255).astype(np.uint8), opacity


def schedule(count: int) -> list[tuple[float, bool]]:
    """For each of so many frames, how much is covered, and whether the cover rests there."""
    planned, each = [], count / len(SHARES)
    for number in range(count):
        stage = min(int(number // each), len(SHARES) - 1)
        part = (number - stage * each) / each
        before, then = (0.0, *SHARES)[stage], SHARES[stage]
        rests = part >= MOVES
        planned.append((then if rests else before + (then - before) * part / MOVES, rests))
    return planned


def judged(engines: FaceEngines, clip: str, frames: Sequence[Bare], side: str) -> tuple[list[Cover], list[Image]]:
    """A cover over one clip, at rest at each share of the face; and what is seen of it before and after."""
    tracker, plan, turn = tracker_of(engines), schedule(len(frames)), SIDES[side]
    found: dict[float, list[Covered]] = {share: [] for share in SHARES}
    followed, tiles = Counter[float](), dict[float, Image]()
    for number, (bare, (share, rests)) in enumerate(zip(frames, plan, strict=True)):
        picture, truth = covering(bare.picture, bare.face, turn, share)
        face = face_in(tracker, picture, number)
        if rests:
            found[share].append(compared(bare.look, looked(bare.worn, picture, bare.face), truth))
            followed[share] += face is not None
            tiles[share] = tiles[share] if share in tiles else before_and_after(bare, picture, bare.face)
    return [
        Cover(share, score_of(f"{share:.0%} from {side}", clip, covered), followed[share] / len(covered))
        for share, covered in found.items()
    ], list(tiles.values())


def means(covers: Sequence[Cover]) -> dict[str, dict[str, float]]:
    """By share: how much of the rest stayed painted, also at worst, and how much of the cover was kept."""
    told = {}
    for share in SHARES:
        here = [cover for cover in covers if cover.share == share]
        told[f"{share:.0%}"] = {
            "on_face": float(np.mean([cover.score.on_face for cover in here])),
            "worst": min(cover.score.on_face for cover in here),
            "recall": float(np.mean([cover.score.recall for cover in here])),
            "on_thing": float(np.mean([cover.score.on_thing for cover in here])),
            "followed": float(np.mean([cover.followed for cover in here])),
        }
    return told


def in_words(covers: Sequence[Cover]) -> str:
    """A line for each share."""
    return "\n".join(
        f"covered {share}: alpha on the rest of the face {row['on_face']:.2f} (worst {row['worst']:.2f}), on the cover "
        f"{row['on_thing']:.2f}, kept of it {row['recall']:.2f}; the face is followed in {row['followed']:.0%}"
        for share, row in means(covers).items()
    )
