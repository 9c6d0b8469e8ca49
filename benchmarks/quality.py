"""How convincing is the mesh swap? Measured by models that have no part in it, over every source and clip.

    uv run --group quality python -m benchmarks.quality [--media FOLDER] [--people FOLDER_OR_ZIP] [--only media|people]
        [--every 3] [--strength 0.5] [--mouth source|wearer] [--second] [--sheet FILE.png] [--json]

Sources are the pictures of the folder that `liveswap run` accepts, clips its videos. Then generated people of a data
set, the pairs of benchmarks/people.txt, who are in no training: a camera with noise looks at each still. For
each pair: distance to the source and to the target (dlib: below 0.6 is one person), whether the nearest of all known
people is the source, the fine detail of plain skin and the step of colour at the jaw (`benchmarks.scoring.realism`),
expression (landmarks of the output against the input's, and what of it changes from frame to frame), pose, pixels
outside the face, the seam along the outline, flicker beside the input's own, and the light (angle, and mean colour).
Then jitter on a still picture with a camera's noise. Paintings bring the grain of their canvas: detail above 1 is no
fault there.
Some four minutes; one JSON line with --json; the sheet shows a frame of each pair. --second asks another network who it
is (InsightFace's w600k_mbf, for non-commercial use; ONNX Runtime: --extra cpu).
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.common import people
from benchmarks.common.clips import HELD_FRAMES, Seen, Swapped, held_still, swapped, tracker_of, watched
from benchmarks.common.command import run, videos_in
from benchmarks.common.sheets import in_rows, tile
from benchmarks.scoring import realism, scores
from benchmarks.scoring.evaluators import Embedding, Evaluator, SecondOpinion
from benchmarks.scoring.summary import Judged, Score, in_words, mean, of_pair, realism_in_words
from engines.errors import SourcePhotoError
from engines.swappers.neural.identity import DEFAULT_STRENGTH
from engines.types import Image, SourcePhoto
from models.errors import UserError
from models.store import ModelStore
from realtime.config import WHOSE, NeuralConfig, RunConfig
from realtime.face_engines import FaceEngines
from realtime.pictures.reading import read_image
from realtime.stream.clock import NS_PER_S

MEDIA = Path(__file__).parent.parent.parent / "shared" / "media"
STILL_FRAMES, NOISE = 60, 2.0
"""Of the still picture, and the standard deviation of its noise (0..255)."""


@dataclass(frozen=True, slots=True)
class Jury:
    """Who judges. known: people by name, as `evaluator` sees them."""

    evaluator: Evaluator
    known: dict[str, Embedding]
    second: SecondOpinion | None


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is compared. pairs: names of a source and of a clip, in the order of the sheet."""

    sources: dict[str, SourcePhoto]
    clips: dict[str, list[Seen]]
    pairs: list[tuple[str, str]]


def judged(first: Swapped, second: Swapped, jury: Jury, names: tuple[str, str]) -> Judged | None:
    """The first of two frames that follow each other; None for one that is not judged. names: of source and clip."""
    seen, face, after = first.seen, first.seen.face, first.after
    if seen.looks is None or second.seen.number != seen.number + 1:
        return None
    points, embedding = jury.evaluator.look(after, face)
    apart = {name: float(np.linalg.norm(embedding - who)) for name, who in jury.known.items()}
    source, clip = names
    own, ours = scores.flicker((seen.picture, second.seen.picture), (after, second.after), face)
    angle, colour = scores.light(seen.picture, after, face)
    numbers = {
        "to_source": apart[source],
        "to_target": apart[clip],
        "retrieved": float(min(apart, key=apart.__getitem__) == source),
        "pose_deg": scores.turned_deg(seen.looks[0], points),
        "outside": scores.changed_outside(seen.picture, after, face),
        "seam": scores.seam(seen.picture, after, face),
        "flicker": ours,
        "flicker_before": own,
        "light_deg": angle,
        "colour": colour,
        "detail": realism.fine_detail(seen.picture, after, face),
        "jaw": realism.jaw_step(seen.picture, after, face),
    }
    if jury.second is not None:
        numbers |= jury.second.of(after, face, names)
    return Judged(numbers, scores.displaced(seen.looks[0], points))


def jitter_px(engines: FaceEngines, picture: Image) -> float:
    """How far landmarks move on a still picture with a camera's noise: standard deviation, px."""
    tracker, noise, seen = tracker_of(engines), np.random.default_rng(0), []
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
            photo = engines.examiner.examine(read_image(path), path.name)
        except SourcePhotoError as error:
            sys.stderr.write(f"left out: {error}\n")
            continue
        count += 1
        yield replace(photo, name=path.stem)
    if not count:
        raise UserError(f"there is no picture of a face in {media}", remedy="put a portrait (*.jpg) beside the videos")


def everybody_of(media: Path, engines: FaceEngines, evaluator: Evaluator, every: int) -> Cast:
    """Every picture of the folder on each of its videos."""
    clips = {path.stem: watched(path, engines, evaluator, every) for path in videos_in(media)}
    sources = {photo.name: photo for photo in sources_of(media, engines)}
    return Cast(sources, clips, [(source, clip) for source in sources for clip in clips])


def generated(place: Path, engines: FaceEngines, evaluator: Evaluator) -> Cast:
    """The pairs of people.txt. Raises UserError or SourcePhotoError where one cannot be had."""
    pairs = people.pairs_of(people.PAIRS.read_text(encoding="utf-8"))
    pictures = people.pictures_of(place, [name for pair in pairs for name in (pair.source, pair.target)])
    sources = {pair.source: engines.examiner.examine(pictures[pair.source], pair.source) for pair in pairs}
    clips = {pair.target: held_still(pictures[pair.target], engines, evaluator) for pair in pairs}
    if short := [name for name, frames in clips.items() if len(frames) < HELD_FRAMES]:
        raise UserError(f"no face is followed in {short[0]}", remedy=f"name another target in {people.PAIRS.name}")
    return Cast(sources, clips, [(pair.source, pair.target) for pair in pairs])


def jury_of(evaluator: Evaluator, second: SecondOpinion | None, cast: Cast) -> Jury:
    """Who knows everybody that is there."""
    known: dict[str, Embedding] = {
        name: np.mean([seen.looks[1] for seen in frames if seen.looks is not None], axis=0)
        for name, frames in cast.clips.items()
    }
    known |= {name: evaluator.look(photo.image, photo.face)[1] for name, photo in cast.sources.items()}
    if second is not None:
        for name, frames in cast.clips.items():
            second.remember(name, [(seen.picture, seen.face) for seen in frames if seen.looks is not None])
        for name, photo in cast.sources.items():
            second.remember(name, [(photo.image, photo.face)])
    return Jury(evaluator, known, second)


def compared(cast: Cast, engines: FaceEngines, jury: Jury) -> tuple[list[Score], list[Image]]:
    """A score for each pair, told as it comes, and tiles of the sheet: a frame of it before and after."""
    pairs, tiles = [], []
    worn = {name: next(iter(engines.source_bank_of((photo,)))) for name, photo in cast.sources.items()}
    for source, clip in cast.pairs:
        found, frames = [], cast.clips[clip]
        for number, (first, second) in enumerate(pairwise(swapped(worn[source], frames))):
            if (verdict := judged(first, second, jury, (source, clip))) is not None:
                found.append(verdict)
            if number == len(frames) // 2:
                tiles += [tile(picture, first.seen.face) for picture in (first.seen.picture, first.after)]
        pairs.append(of_pair(source, clip, found))
        print(in_words(pairs[-1]), flush=True, file=sys.stderr)
    return pairs, tiles


def told(pairs: list[Score]) -> dict[str, Any]:
    """Ready for json.dumps; and in words, for people."""
    print(f"{in_words(mean(pairs), whole=True)}\n{realism_in_words(pairs)}", file=sys.stderr)
    return {"pairs": [asdict(pair) for pair in pairs], "mean": asdict(mean(pairs))}


def options_of() -> argparse.Namespace:
    """What the person wants."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--media", type=Path, default=MEDIA)
    parser.add_argument("--people", type=Path, default=people.PEOPLE)
    parser.add_argument("--only", choices=("media", "people"))
    parser.add_argument("--every", type=int, default=3)
    parser.add_argument("--strength", type=float, default=DEFAULT_STRENGTH)
    parser.add_argument("--mouth", choices=WHOSE, default="source")
    parser.add_argument("--second", action="store_true")
    parser.add_argument("--sheet", type=Path)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def main() -> None:
    """The command."""
    options, evaluator = options_of(), Evaluator()
    neural = NeuralConfig(strength=options.strength)
    config = RunConfig(faces_from=(options.media,), input="test", outputs=("null",), neural=neural, mouth=options.mouth)
    engines = FaceEngines(config, ModelStore(), live=False)
    results: dict[str, Any] = {}
    tiles: list[Image] = []
    for name in ("media", "people"):
        default = name == "people" and options.people == people.PEOPLE and not options.only
        if options.only not in {None, name} or (default and not options.people.exists()):
            continue
        cast = (
            everybody_of(options.media, engines, evaluator, options.every)
            if name == "media"
            else generated(options.people, engines, evaluator)
        )
        second = SecondOpinion(engines.landmarker, ModelStore()) if options.second else None
        pairs, shown = compared(cast, engines, jury_of(evaluator, second, cast))
        results[name] = told(pairs)
        tiles += shown
        if name == "media":
            results["jitter_px"] = jitter_px(engines, next(iter(cast.clips.values()))[0].picture)
            print(f"jitter {results['jitter_px']:.2f} px", file=sys.stderr)
    if options.sheet:
        cv2.imwrite(str(options.sheet), in_rows(tiles, 8))
    if options.json:
        print(json.dumps(results))


if __name__ == "__main__":
    run(main)
