"""Do the target's own hair and glasses stay in front? Of 20 frames of real clips, where somebody drew them by hand.

    uv run python -m benchmarks.occlusion [--media FOLDER] [--sheet FILE.png] [--json]

The annotations are benchmarks/annotations/CLIP.toml, of the videos of that name in the folder. Each is swapped from its
beginning, with every picture of the folder in turn. Of the pixels of each kind of thing, and of the face without its
rim: how far the swapper paints there (alpha: the aim is 0.12 at most on things, and 0.95 at least on the face); the
share that a swap changed, by over 8 of 255 in a channel; and the share that is new, like nothing within a few pixels,
so that what was only moved does not count. A face need not change everywhere: a swap that suits leaves much as it was.
The sheet shows each frame before and after, with outlines of what was drawn, and the alpha.
"""

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.common.clips import Seen, Swapped, swapped, watched
from benchmarks.common.command import run
from benchmarks.common.sheets import in_rows, tile
from benchmarks.quality import MEDIA, sources_of
from benchmarks.scoring.annotated import FOLDER, Annotation, annotations_of, masks_of, unclear_of
from benchmarks.scoring.scores import SKIN, Mask, hull
from engines.compositor.layers import Layers
from engines.image.geometry import eye_distance
from engines.image.image_ops import Field
from engines.swappers.mesh.swapper import MeshFace, MeshSwapper
from engines.types import FaceLandmarks, Image
from models.errors import UserError
from models.store import ModelStore
from realtime.config import RunConfig
from realtime.face_engines import FaceEngines

CHANGED = 8
"""Of 255."""
SLACK, MARGIN = 0.04, 0.06
"""Eye distances: how far a thing may be moved, and how near to one nobody is asked about the face."""
FACE = "face"
MEASURES = "alpha", "changed", "new"
Shares = dict[str, float]


def changed(before: Image, after: Image, slack_px: int = 0) -> Mask:
    """(H, W): pixels whose colour is not there before, within so many px."""
    around = np.ones((2 * slack_px + 1, 2 * slack_px + 1), np.uint8)
    low, high = cv2.erode(before, around).astype(int), cv2.dilate(before, around).astype(int)
    beyond = np.maximum(low - after, after.astype(int) - high)
    return np.asarray(beyond.max(axis=2) > CHANGED, bool)


def shares_of(change: NDArray[Any], frame: Annotation, face: FaceLandmarks, where: Mask | None = None) -> Shares:
    """Mean of the change over each kind of thing before the face, and over the face without its rim.

    change: (H, W) 0..1, such as an engine's alpha, or bool. where: (H, W), where it means anything; None for
    everywhere. A kind that covers nothing of the face is left out.
    """
    size_hw = (change.shape[0], change.shape[1])
    canvas = np.empty((*size_hw, 3), np.uint8)
    painted = hull(canvas, face, 1.0)
    asked = {
        what: masks_of(frame, size_hw, what) & painted for what in sorted({shape.what for shape in frame.in_front})
    }
    asked[FACE] = hull(canvas, face, SKIN) & ~near_things(frame, face, size_hw)
    if where is not None:
        asked = {what: mask & where for what, mask in asked.items()}
    return {what: float(change[mask].mean()) for what, mask in asked.items() if mask.any()}


def near_things(frame: Annotation, face: FaceLandmarks, size_hw: tuple[int, int]) -> Mask:
    """(H, W): what is drawn, clear or not, and MARGIN about it."""
    margin = round(MARGIN * eye_distance(face.points))
    drawn = (masks_of(frame, size_hw) | unclear_of(frame, size_hw)).astype(np.uint8)
    return np.asarray(cv2.dilate(drawn, np.ones((2 * margin + 1, 2 * margin + 1), np.uint8)), bool)


def opacity_in(picture: Image, alpha: Field, layers: Layers) -> tuple[Field, Mask]:
    """(H, W) 0..1 of the picture: how far it would be painted; and where that is asked: on the face, off its rim.

    alpha, layers: see `MeshFace.opacity_on`.
    """
    both = np.dstack([alpha * layers.holds, layers.valid > 0.5]).astype(np.float32)
    # The map leads from the picture to the square, which is the way that OpenCV looks things up when it inverts.
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    laid = cv2.warpAffine(both, layers.affine, picture.shape[1::-1], flags=flags)
    return np.asarray(laid[..., 0], np.float32), np.asarray(laid[..., 1] > 0.5, bool)


def judged(frame: Swapped, drawn: Annotation, alpha: tuple[Field, Mask]) -> dict[str, Shares]:
    """How far that frame is painted, what was changed of it, and what is new in it. alpha: see `opacity_in`."""
    before, after, face = frame.seen.picture, frame.after, frame.seen.face
    slack = max(1, round(SLACK * eye_distance(face.points)))
    return {
        "alpha": shares_of(alpha[0], drawn, face, alpha[1]),
        "changed": shares_of(changed(before, after), drawn, face),
        "new": shares_of(changed(before, after, slack), drawn, face),
    }


def outlined(picture: Image, drawn: Annotation) -> Image:
    """With green lines about what is in front, yellow ones about what is unclear."""
    shown, size_hw = picture.copy(), (picture.shape[0], picture.shape[1])
    for mask, colour in (
        (unclear_of(drawn, size_hw), (0.0, 255.0, 255.0)),
        (masks_of(drawn, size_hw), (0.0, 255.0, 0.0)),
    ):
        lines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(shown, lines, -1, colour, 1)
    return shown


def over_clip(
    frames: list[Seen], drawn: dict[int, Annotation], worn: MeshFace
) -> tuple[dict[int, dict[str, Shares]], list[Image]]:
    """What was changed of each frame that has annotations, by its number; and tiles of the sheet."""
    found, tiles = {}, []
    for frame in swapped(worn, frames):
        number, face = frame.seen.number, frame.seen.face
        if number in drawn:
            picture = frame.seen.picture
            alpha = opacity_in(picture, *worn.opacity_on(picture, face))
            found[number] = judged(frame, drawn[number], alpha)
            grey = np.asarray(cv2.cvtColor(np.round(alpha[0] * 255).astype(np.uint8), cv2.COLOR_GRAY2BGR), np.uint8)
            tiles += [tile(shown, face, 330) for shown in (outlined(picture, drawn[number]), frame.after, grey)]
    return found, tiles


def means(rows: list[dict[str, Any]]) -> dict[str, Shares]:
    """Over all frames and sources, of each kind."""
    gathered: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        for measure in MEASURES:
            for what, share in row[measure].items():
                gathered[measure][what].append(share)
    return {
        measure: {what: float(np.mean(shares)) for what, shares in kinds.items()} for measure, kinds in gathered.items()
    }


def in_words(shares: dict[str, Shares]) -> str:
    """One line for each measure."""
    return "\n".join(
        f"  {measure:8}" + ", ".join(f"{what} {share:.2f}" for what, share in kinds.items())
        for measure, kinds in shares.items()
    )


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--media", type=Path, default=MEDIA)
    parser.add_argument("--sheet", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    engines = FaceEngines(
        RunConfig(faces_from=(options.media,), input="test", outputs=("null",)), ModelStore(), live=False
    )
    photos = list(sources_of(options.media, engines))
    swapper = MeshSwapper()
    worn = {photo.name: swapper.prepare(photo) for photo in photos}
    rows: list[dict[str, Any]] = []
    tiles: list[Image] = []
    for path in sorted(FOLDER.glob("*.toml")):
        drawn, video = annotations_of(path.read_text(encoding="utf-8")), options.media / f"{path.stem}.mp4"
        if not video.exists():
            raise UserError(f"there is no {video.name} in {options.media}", remedy="name its folder: --media FOLDER")
        frames = watched(video, engines, None, most=max(drawn) + 1)
        for source, face in worn.items():
            found, shown = over_clip(frames, drawn, face)
            rows += [
                {"clip": path.stem, "source": source, "frame": number, **shares} for number, shares in found.items()
            ]
            tiles += shown if face is worn[photos[0].name] else []
        print(f"{path.stem}\n{in_words(means([row for row in rows if row['clip'] == path.stem]))}", file=sys.stderr)
    print(f"all, {len(rows)} frames\n{in_words(means(rows))}", file=sys.stderr)
    if options.sheet:
        cv2.imwrite(str(options.sheet), in_rows(tiles, 6))
    if options.json:
        print(json.dumps({"frames": rows, "mean": means(rows)}))


if __name__ == "__main__":
    run(main)
