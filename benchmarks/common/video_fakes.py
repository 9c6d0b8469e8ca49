"""What stands in for engines and processes behind the requests of the video tab."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from engines.recognition.appearance import Appearance
from engines.types import Image, SourcePhoto
from realtime.config import RunConfig
from realtime.faces.consent import ConsentLedger, Scope
from realtime.fakes import landmarks_in
from realtime.tracking.reidentification import Track
from realtime.types import Outcome
from realtime.web.consents import is_revoked as revoked_of
from realtime.web.videos.beside import Beside
from realtime.web.videos.jobs import JobStore
from realtime.web.videos.library import VideoLibrary
from realtime.web.videos.looking import frame_of
from realtime.web.videos.making import Workshop
from realtime.web.videos.people import Embedding
from realtime.web.videos.private_folder import Limits, PrivateFolder
from realtime.web.videos.queue import JobQueue, RunWords
from realtime.web.videos.store import VideoStore

PAINT_BGR = (20, 200, 40)


@dataclass
class TwoEyes:
    """Sees a person at the left and one at the right of every frame. asked: the previews that were made."""

    can_recognise: bool = False
    asked: list[tuple[RunConfig, tuple[str, ...]]] = field(default_factory=list)

    def people_in(self, image: Image) -> tuple[Track, ...]:
        high, wide = image.shape[:2]
        boxes = [(0, 0, wide // 2 - 1, high), (wide // 2, 0, wide, high // 2)]
        return tuple(Track(n, landmarks_in(box), 1, (wide, high), Appearance()) for n, box in enumerate(boxes))

    def embedding(self, _image: Image, track: Track) -> Embedding | None:
        return np.eye(512, dtype=np.float32)[track.id] if self.can_recognise else None

    def is_target(self, _image: Image) -> bool:
        return True

    def swapped(self, config: RunConfig, photos: tuple[SourcePhoto, ...]) -> tuple[Image, Outcome]:
        self.asked.append((config, tuple(photo.name for photo in photos)))
        image = frame_of(Path(config.input), config.at_s or 0.0).copy()
        image[:8, :8] = PAINT_BGR
        return image, Outcome.SWAPPED


@dataclass
class Maker:
    """Makes "videos" when it is told to. folders: in which it worked, and what files it found there."""

    may_end: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    folders: list[tuple[Path, list[str]]] = field(default_factory=list)
    said: dict[str, Any] = field(default_factory=lambda: {"done": True, "outcomes": {"swapped": 3}, "notes": []})
    content: bytes = b"0123456789"

    async def __call__(self, words: Sequence[str], folder: Path, tell: Callable[[dict[str, Any]], None]) -> int:
        found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
        self.folders.append((folder, found))
        tell({"frames": 1, "total": 3, "fps": 2.0})
        (folder / f"{words[-1]}.abc.part").write_bytes(b"half")
        self.begun.set()
        await self.may_end.wait()
        (folder / words[-1]).write_bytes(self.content)
        tell(self.said)
        return 0


def make_workshop(
    folders: PrivateFolder, sight: TwoEyes, make: RunWords, limits: Limits, consents: ConsentLedger
) -> Workshop:
    """With these behind it."""
    library = VideoLibrary(VideoStore(folders, limits), sight, Beside())

    def is_revoked(keys: Sequence[str]) -> bool:
        return revoked_of(consents.entries(), keys, Scope.FILE)

    jobs = JobStore(folders, most=limits.jobs, kept_s=limits.kept_s)
    return Workshop(library, jobs, JobQueue(jobs, partial(make), is_revoked), consents.path.parent)
