"""How convincing is the mesh swap? Measured by models that have no part in it, over every source and clip.

    uv run --group quality python -m benchmarks.quality [--media FOLDER] [--every 3] [--strength 0.5]
        [--mouth source|wearer] [--second] [--sheet FILE.png] [--json]

Sources are the pictures of the folder that `liveswap run` accepts, clips its films. For each pair: distance to the
source and to the wearer (dlib: below 0.6 is one person), whether the nearest of all known people is the source,
expression (landmarks of the output against the input's, and what of it changes from frame to frame), pose, pixels
outside the face, the seam along the outline, flicker beside the input's own, and the light (angle, and mean colour).
Then jitter on a still picture with a camera's noise.
About two minutes; one JSON line with --json; the sheet shows a frame of each pair. --second asks another network who it
is (InsightFace's w600k_mbf, for non-commercial use; ONNX Runtime: --extra cpu).
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from benchmarks import scores
from benchmarks.command import films_in, run
from benchmarks.judges import Embedding, Judge, SecondOpinion
from benchmarks.sheets import tile
from benchmarks.verdicts import Judged, Score, in_words, mean, of_pair
from engines.errors import SourcePhotoError
from engines.swappers.identity import DEFAULT_STRENGTH
from engines.types import FaceLandmarks, Image, Points, PreparedFace, SourcePhoto
from engines.wearer import Wearer
from models.errors import UserError
from models.store import ModelStore
from realtime.assembly import FaceEngines
from realtime.clock import NS_PER_S, stream_time_ns
from realtime.config import WHOSE, NeuralConfig, RunConfig
from realtime.pictures import read_image
from realtime.sources.media import open_file
from realtime.tracking import FaceTracker

MEDIA = Path(__file__).parent.parent.parent / "shared" / "media"
STILL_FRAMES, NOISE = 60, 2.0
"""Of the still picture, and the standard deviation of its noise (0..255)."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One frame of a clip in which a face was tracked. number: of the frame.

    looks: (68, 2) px and embedding, as the judge sees it; None for frames that are painted, but not judged.
    """

    number: int
    picture: Image
    face: FaceLandmarks
    looks: tuple[Points, Embedding] | None


def watched(clip: Path, engines: FaceEngines, judge: Judge, every: int) -> list[Seen]:
    """The frames of a film in which a face is tracked; every n-th is for the judge."""
    tracker = FaceTracker(engines.detector, engines.landmarker, hands=engines.hand_tracker())
    film, found = open_file(clip), []
    for number, frame in enumerate(film.frames()):
        tracks = tracker.update(frame.image, stream_time_ns(frame, film.info))
        if tracks:
            looks = judge.look(frame.image, tracks[0].face) if number % every == 0 else None
            found.append(Seen(number, frame.image, tracks[0].face, looks))
    return found


@dataclass(frozen=True, slots=True)
class Jury:
    """Who judges. known: people by name, as `judge` sees them."""

    judge: Judge
    known: dict[str, Embedding]
    second: SecondOpinion | None


@dataclass(frozen=True, slots=True)
class Swapped:
    """A frame before and after."""

    seen: Seen
    after: Image


def swapped(worn: PreparedFace, frames: list[Seen]) -> Iterator[Swapped]:
    """Each frame in turn, of somebody about whom nothing is known at first: as in a call."""
    wearer = Wearer()
    for seen in frames:
        after = seen.picture.copy()
        worn.paint(after, replace(seen.face, wearer=wearer))
        yield Swapped(seen, after)


def judged(first: Swapped, second: Swapped, jury: Jury, names: tuple[str, str]) -> Judged | None:
    """The first of two frames that follow each other; None for one that is not judged. names: of source and clip."""
    seen, face, after = first.seen, first.seen.face, first.after
    if seen.looks is None or second.seen.number != seen.number + 1:
        return None
    points, embedding = jury.judge.look(after, face)
    apart = {name: float(np.linalg.norm(embedding - who)) for name, who in jury.known.items()}
    source, clip = names
    own, ours = scores.flicker((seen.picture, second.seen.picture), (after, second.after), face)
    angle, colour = scores.light(seen.picture, after, face)
    numbers = {
        "to_source": apart[source],
        "to_wearer": apart[clip],
        "retrieved": float(min(apart, key=apart.__getitem__) == source),
        "pose_deg": scores.turned_deg(seen.looks[0], points),
        "outside": scores.changed_outside(seen.picture, after, face),
        "seam": scores.seam(seen.picture, after, face),
        "flicker": ours,
        "flicker_before": own,
        "light_deg": angle,
        "colour": colour,
    }
    if jury.second is not None:
        numbers |= jury.second.of(after, face, names)
    return Judged(numbers, scores.displaced(seen.looks[0], points))


def jitter_px(engines: FaceEngines, picture: Image) -> float:
    """How far landmarks move on a still picture with a camera's noise: standard deviation, px."""
    tracker, noise, seen = FaceTracker(engines.detector, engines.landmarker), np.random.default_rng(0), []
    for number in range(STILL_FRAMES):
        noisy = np.clip(picture + noise.normal(0, NOISE, picture.shape), 0, 255).astype(np.uint8)
        seen.append(tracker.update(noisy, number * NS_PER_S // 30)[0].face.points[:, :2])
    settled = np.array(seen[STILL_FRAMES // 2 :])
    return float(settled.std(axis=0).mean())


def sources_of(media: Path, engines: FaceEngines) -> Iterator[SourcePhoto]:
    """The pictures that can be worn, under their names. Raises UserError when there are none."""
    count = 0
    for path in sorted((*media.glob("*.jpg"), *media.glob("*.png"))):
        try:
            photo = engines.examine(read_image(path), path.name)
        except SourcePhotoError as error:
            sys.stderr.write(f"left out: {error}\n")
            continue
        count += 1
        yield replace(photo, name=path.stem)
    if not count:
        raise UserError(f"there is no picture of a face in {media}", remedy="put a portrait (*.jpg) beside the films")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--media", type=Path, default=MEDIA)
    parser.add_argument("--every", type=int, default=3)
    parser.add_argument("--strength", type=float, default=DEFAULT_STRENGTH)
    parser.add_argument("--mouth", choices=WHOSE, default="source")
    parser.add_argument("--second", action="store_true")
    parser.add_argument("--sheet", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    judge = Judge()
    neural = NeuralConfig(strength=options.strength)
    config = RunConfig(faces_from=(options.media,), input="test", outputs=("null",), neural=neural, mouth=options.mouth)
    engines = FaceEngines(config, ModelStore(), live=False)
    second = SecondOpinion(engines.landmarker, ModelStore()) if options.second else None
    clips = {path.stem: watched(path, engines, judge, options.every) for path in films_in(options.media)}
    sources = list(sources_of(options.media, engines))
    pairs, rows = compared(sources, clips, engines, jury_of(judge, second, sources, clips))
    jitter = jitter_px(engines, next(iter(clips.values()))[0].picture)
    print(f"{in_words(mean(pairs), whole=True)}   jitter {jitter:.2f} px", file=sys.stderr)
    if options.sheet:
        cv2.imwrite(str(options.sheet), np.vstack(rows))
    if options.json:
        print(json.dumps({"pairs": [asdict(pair) for pair in pairs], "mean": asdict(mean(pairs)), "jitter_px": jitter}))


def jury_of(
    judge: Judge, second: SecondOpinion | None, sources: list[SourcePhoto], clips: dict[str, list[Seen]]
) -> Jury:
    """Who knows everybody that is there."""
    known: dict[str, Embedding] = {
        name: np.mean([seen.looks[1] for seen in frames if seen.looks is not None], axis=0)
        for name, frames in clips.items()
    }
    known |= {photo.name: judge.look(photo.image, photo.face)[1] for photo in sources}
    if second is not None:
        for photo in sources:
            second.remember(photo.name, [(photo.image, photo.face)])
        for name, frames in clips.items():
            second.remember(name, [(seen.picture, seen.face) for seen in frames if seen.looks is not None])
    return Jury(judge, known, second)


def compared(
    sources: list[SourcePhoto], clips: dict[str, list[Seen]], engines: FaceEngines, jury: Jury
) -> tuple[list[Score], list[Image]]:
    """A score for each pair, told as it comes, and a row of the sheet for each source."""
    pairs, rows = [], []
    for photo in sources:
        [worn] = engines.wardrobe_of((photo,))
        tiles = []
        for clip, frames in clips.items():
            found = []
            for number, (first, second) in enumerate(pairwise(swapped(worn, frames))):
                if (verdict := judged(first, second, jury, (photo.name, clip))) is not None:
                    found.append(verdict)
                if number == len(frames) // 2:
                    tiles += [tile(picture, first.seen.face) for picture in (first.seen.picture, first.after)]
            pairs.append(of_pair(photo.name, clip, found))
            print(in_words(pairs[-1]), flush=True, file=sys.stderr)
        rows.append(np.hstack(tiles))
    return pairs, rows


if __name__ == "__main__":
    run(main)
