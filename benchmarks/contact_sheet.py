"""Every source on every target, at full size, for the eye to judge; and the table for what it says.

    uv run python -m benchmarks.contact_sheet --to FOLDER [--media FOLDER] [--people FOLDER_OR_ZIP] [--people-only]
        [--strength 0.5] [--mouth source|wearer] [--table FILE.md]

12 sources on 8 targets: the paintings and clips of the folder (a frame of each clip, tracked from its beginning) with
generated people; or, with --people-only, generated people alone, of the part of the data set that no network is trained
on, so that anybody who has it can judge. Each target is a picture target-NAME.png in FOLDER, with source, target and
result of each source. --table writes a row for each of the 96, its verdict empty; those that were filled in are in
benchmarks/results/verdicts-DATE.md.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from benchmarks.common import people
from benchmarks.common.clips import Seen, held_still, swapped, watched
from benchmarks.common.command import run, videos_in
from benchmarks.common.sheets import in_rows, tile
from benchmarks.quality import MEDIA, sources_of
from engines.swappers.neural.identity import DEFAULT_STRENGTH
from engines.types import Image, PreparedFace, SourcePhoto
from models.errors import UserError
from models.store import ModelStore
from realtime.config import WHOSE, NeuralConfig, RunConfig
from realtime.face_engines import FaceEngines

SOURCES = (
    *("t2i-00193", "t2i-01243", "t2i-01769", "faker-00004", "t2i-01446", "t2i-00717", "t2i-00537", "t2i-01688"),
    *("t2i-00815", "t2i-01414", "faker-00095", "t2i-00399"),
)
"""Dark, glasses, beard, old, smile, fringe, grin, freckles; then fifty, half profile, full and smiling, a hat."""
TARGETS = (
    *("faker-00007", "t2i-00590", "t2i-00656", "t2i-01313"),
    *("t2i-01261", "t2i-00136", "t2i-01435", "faker-00101"),
)
"""Old, glasses, very dark, beard; then very pale, hard light, turned, lined and smiling."""
FRAME = 60
"""Of each clip."""
TILE_PX, ACROSS = 300, 6
AROUND = 0.6
"""Heights of the face on each side of its middle: a little more than the face."""


def targets_of(options: argparse.Namespace, engines: FaceEngines) -> dict[str, list[Seen]]:
    """Frames up to the one that is shown, under the targets' names. Raises UserError when one has no face."""
    clips: dict[str, list[Seen]] = {}
    if not options.people_only:
        clips = {path.stem: watched(path, engines, None, most=FRAME + 1) for path in videos_in(options.media)}
    names = TARGETS[: len(TARGETS) - len(clips)]
    clips |= {
        name: held_still(picture, engines, None) for name, picture in people.pictures_of(options.people, names).items()
    }
    if faceless := [name for name, frames in clips.items() if not frames]:
        raise UserError(f"no face is seen in {faceless[0]}", remedy="name other videos: --media FOLDER")
    return clips


def worn_by(options: argparse.Namespace, engines: FaceEngines) -> list[SourcePhoto]:
    """The faces to wear."""
    photos = [] if options.people_only else list(sources_of(options.media, engines))
    names = SOURCES[: len(SOURCES) - len(photos)]
    pictures = people.pictures_of(options.people, names)
    return [*photos, *(engines.examiner.examine(pictures[name], name) for name in names)]


def triple(photo: SourcePhoto, worn: PreparedFace, frames: list[Seen]) -> tuple[Image, Image, Image]:
    """Source, target and result: of the last frame, after all before it."""
    *_, last = swapped(worn, frames)
    face = last.seen.face
    shown = (photo.image, photo.face), (last.seen.picture, face), (last.after, face)
    source, before, after = (tile(image, of, TILE_PX, AROUND) for image, of in shown)
    return labelled(source, photo.name), before, after


def labelled(image: Image, words: str) -> Image:
    """With words along its lower edge."""
    at, font = (6, image.shape[0] - 8), cv2.FONT_HERSHEY_SIMPLEX
    for colour, width in (((0.0, 0.0, 0.0), 3), ((255.0, 255.0, 255.0), 1)):
        image = np.asarray(cv2.putText(image, words, at, font, 0.45, colour, width, cv2.LINE_AA), np.uint8)
    return image


def table(sources: Sequence[str], targets: Sequence[str]) -> Iterator[str]:
    """Its lines: a row for each source on each target."""
    yield from ("| source | target | verdict |", "|---|---|---|")
    yield from (f"| {source} | {target} | |" for target in targets for source in sources)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--media", type=Path, default=MEDIA)
    parser.add_argument("--people", type=Path, default=people.PEOPLE)
    parser.add_argument("--people-only", action="store_true")
    parser.add_argument("--strength", type=float, default=DEFAULT_STRENGTH)
    parser.add_argument("--mouth", choices=WHOSE, default="source")
    parser.add_argument("--table", type=Path)
    options = parser.parse_args()
    neural = NeuralConfig(strength=options.strength)
    config = RunConfig(faces_from=(options.media,), input="test", outputs=("null",), neural=neural, mouth=options.mouth)
    engines = FaceEngines(config, ModelStore(), live=False)
    photos, targets = worn_by(options, engines), targets_of(options, engines)
    worn = list(engines.source_bank_of(tuple(photos)))
    options.to.mkdir(parents=True, exist_ok=True)
    for name, frames in targets.items():
        tiles = [part for photo, face in zip(photos, worn, strict=True) for part in triple(photo, face, frames)]
        cv2.imwrite(str(options.to / f"target-{name}.png"), in_rows(tiles, ACROSS))
        print(options.to / f"target-{name}.png", flush=True)
    if options.table:
        lines = table([photo.name for photo in photos], list(targets))
        options.table.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    run(main)
