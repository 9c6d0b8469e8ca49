"""The demo: two public-domain portraits, the synthetic camera, a video and a before/after picture.

Needs nothing but the install. Knows what to show; the run itself is an ordinary one.
"""

from pathlib import Path

import cv2
import numpy as np

from engines.types import Image
from models.store import ModelStore
from realtime.cli.commands import execute
from realtime.cli.console import DownloadDisplay, say, shown_name
from realtime.config import RunConfig
from realtime.errors import SinkError
from realtime.faces.portraits import portraits
from realtime.pictures.reading import read_image
from realtime.sources.media import open_file
from realtime.sources.synthetic import DEFAULT_RATE, SyntheticSource

SECONDS = 8.0
SHOWN_AT_S = (0.0, 1.4, 3.4)
GAP_PX, TILE_WIDTH_PX = 6, 400
INSET_SHARE = 0.4
"""Width of the source's picture, in a tile's heights."""
NEXT = {
    "your webcam": "liveswap run --face alice.jpg --input 0 --output recording.mp4",
    "a video": "liveswap run --face alice.jpg --input holiday.mp4 --output swapped.mp4",
    "in a browser": "liveswap serve",
}
"""What to try next, with a photo of one's own: what for people, how for the shell."""


def make_demo(folder: Path) -> None:
    """Write demo.mp4 and demo.png into `folder`. Raises UserError."""
    if not folder.is_dir():
        raise SinkError(f"there is no folder {folder}", remedy=f"mkdir -p {folder}")
    with DownloadDisplay() as progress:
        source, target = portraits(ModelStore(progress=progress))
    video, sheet = folder / "demo.mp4", folder / "demo.png"
    execute(RunConfig(faces_from=(source,), input="test:plain", outputs=(str(video),), duration_s=SECONDS))
    picture = before_and_after(video, read_image(source), SyntheticSource(read_image(target)))
    if not cv2.imwrite(str(sheet), picture):
        raise SinkError(f"{sheet} cannot be written", remedy="use another folder")
    say(f"-> {shown_name(str(sheet))}")
    for what, command in NEXT.items():
        say(f"next, {what}: {command}")


def before_and_after(video: Path, source: Image, camera: SyntheticSource) -> Image:
    """A row of the camera's pictures, the same moments of `video` below, and the source face in the corner."""
    after = frames_at(video, SHOWN_AT_S)
    before = [camera.render(number) for number in after]
    above, below = (np.hstack([_tile(image) for image in row]) for row in (before, after.values()))
    sheet = np.vstack([above, np.full((GAP_PX, above.shape[1], 3), 255, np.uint8), below])
    inset = _scaled(source, round(above.shape[0] * INSET_SHARE))
    sheet[-inset.shape[0] :, : inset.shape[1]] = inset
    return np.asarray(sheet, np.uint8)


def frames_at(video: Path, times_s: tuple[float, ...]) -> dict[int, Image]:
    """The first frame of `video` at or after each time, by the camera's number for it."""
    wanted, found = list(times_s), {}
    source = open_file(video)
    for frame in source.frames():
        at_s = frame.pts * source.info.time_base
        if wanted and at_s >= wanted[0]:
            wanted.pop(0)
            found[round(at_s * DEFAULT_RATE)] = frame.image
    return found


def _tile(image: Image) -> Image:
    """The middle of a frame, where the portrait is, as wide as high."""
    height, width = image.shape[:2]
    left = (width - height) // 2
    return _scaled(image[:, left : left + height], TILE_WIDTH_PX)


def _scaled(image: Image, width: int) -> Image:
    height = round(image.shape[0] * width / image.shape[1])
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
