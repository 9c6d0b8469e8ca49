"""Visitors' videos on the disk: they come in pieces, which can go on after a lost connection, and go when unused.

Knows bytes, names and limits; what is in a video is `looking`'s business, and HTTP `video_api`'s.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path, PurePath
from typing import Any

from models.records import require_kinds
from realtime.web.auth import RefusedError
from realtime.web.videos.looking import VideoFacts, require_video
from realtime.web.videos.people import FoundPerson
from realtime.web.videos.private_folder import (
    Limits,
    PrivateFolder,
    discard,
    no_room,
    owner_in,
    record_in,
)

KIND, CONTENT = "videos", "video"
MOST_VIDEOS = 32
"""Of one visitor."""
MOST_PIECES = 8
"""Held in memory at once."""
HEAD_BYTES = 4096
NAME_LENGTH = 120
KINDS = {"name": str, "bytes": int, "problem": list | None, "facts": dict | None, "people": list | None}
"""Of what is recorded."""


class VideoState(StrEnum):
    """How far a video is."""

    ARRIVING = "arriving"
    READING = "reading"
    READY = "ready"
    REFUSED = "refused"


@dataclass(slots=True, eq=False)
class StoredVideo:
    """owner: see `owner_of`. name: the visitor's file's. bytes: that it will have. uploaded: those that are here.

    facts: None until it was looked at. people: None until they were searched. problem: why it is refused, and what to
    do. is_busy: a piece of it is coming.
    """

    id: str
    owner: str
    folder: Path
    name: str
    bytes: int
    uploaded: int = 0
    state: VideoState = VideoState.ARRIVING
    facts: VideoFacts | None = None
    people: tuple[FoundPerson, ...] | None = None
    problem: tuple[str, str] | None = None
    is_busy: bool = False

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / CONTENT

    def is_now(self, state: VideoState) -> None:
        """Change the state, on the disk too. Raises UserError when that is full."""
        self.state = state
        self.save()

    def save(self) -> None:
        """Raises UserError."""
        facts = None if self.facts is None else asdict(self.facts)
        people = None if self.people is None else [asdict(person) for person in self.people]
        known = {"name": self.name, "bytes": self.bytes, "state": self.state, "problem": self.problem}
        record_in(self.folder).write({**known, "facts": facts, "people": people})

    @classmethod
    def load(cls, folder: Path) -> "StoredVideo":
        """As it was saved. Raises UserError, KeyError, TypeError and ValueError for what no video is."""
        known = record_in(folder).read()
        require_kinds(known, KINDS)
        if known["bytes"] <= 0:
            raise ValueError("a video has bytes")
        facts = None if known["facts"] is None else VideoFacts(**known["facts"])
        people = None if known["people"] is None else tuple(FoundPerson(**each) for each in known["people"])
        path, problem = folder / CONTENT, known["problem"]
        uploaded = path.stat().st_size if path.exists() else 0
        state, where = VideoState(known["state"]), (folder.name, owner_in(folder), folder)
        told = None if problem is None else (str(problem[0]), str(problem[1]))
        return cls(*where, known["name"], known["bytes"], uploaded, state, facts, people, told)


class VideoStore:
    """Used in the event loop; `append` in a thread, one piece of a video at a time."""

    def __init__(self, folders: PrivateFolder, limits: Limits) -> None:
        self.folders, self.limits = folders, limits
        self._videos: dict[str, StoredVideo] = {}

    def open(self) -> None:
        """Find what is on the disk; what cannot be read is thrown away."""
        self._videos = {video.id: video for video in self.folders.loaded(KIND, StoredVideo.load)}

    def __iter__(self) -> Iterator[StoredVideo]:
        return iter(list(self._videos.values()))

    def __contains__(self, video: StoredVideo) -> bool:
        """Whether it was not removed."""
        return self._videos.get(video.id) is video

    def of(self, owner: str) -> list[StoredVideo]:
        """Those of one visitor."""
        return [video for video in self if video.owner == owner]

    def begin(self, owner: str, name: str, size: int, used: int, used_by_all: int) -> StoredVideo:
        """A video is to come. used, used_by_all: bytes that this visitor's things and everybody's have on the disk.

        Raises RefusedError (413, 429, 507).
        """
        self._require_room(owner, size, used, used_by_all)
        folder = self.folders.new(owner, KIND)
        video = StoredVideo(folder.name, owner, folder, tidy_file(name), size)
        video.save()
        self._videos[video.id] = video
        return video

    def find(self, owner: str, key: str) -> StoredVideo:
        """Raises RefusedError (404), for another visitor's too."""
        video = self._videos.get(key)
        if video is None or video.owner != owner:
            raise RefusedError(404, "there is no such video of yours", remedy="GET /videos lists them")
        self.folders.uses.note(video.folder)
        return video

    @contextmanager
    def taking(self, video: StoredVideo) -> Iterator[None]:
        """A piece of it comes in the block, which is held in memory. Raises RefusedError (409, 503)."""
        if video.state is not VideoState.ARRIVING or video.is_busy:
            raise RefusedError(409, f"{video.name} takes no piece now", remedy="ask GET /videos/ID how far it is")
        if sum(each.is_busy for each in self) >= MOST_PIECES:
            raise RefusedError(503, "too many videos come at once", remedy="try again in a second", retry_after_s=1)
        video.is_busy = True
        try:
            yield
        finally:
            video.is_busy = False

    def require_room_for(self, video: StoredVideo, length: int) -> None:
        """Raises RefusedError (413) for a piece that is longer than what is left."""
        if length > video.bytes - video.uploaded:
            raise RefusedError(413, f"{video.name} was to have {video.bytes} bytes", remedy="delete it and begin anew")

    def append(self, video: StoredVideo, piece: bytes) -> None:
        """The next piece. In a thread. Raises RefusedError (507), and (422) where it begins as no video does."""
        if video.uploaded == 0:
            require_video(piece[:HEAD_BYTES], video.name)
        try:
            with video.path.open("ab") as file:
                file.truncate(video.uploaded)  # of a piece that a full disk cut short
                file.write(piece)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise no_room(error) from error
        video.uploaded += len(piece)

    def remove(self, video: StoredVideo) -> None:
        """With all that is known of it."""
        self._videos.pop(video.id, None)
        discard(video.folder)

    def expired(self) -> list[StoredVideo]:
        """Those that nobody used for long."""
        return [video for video in self if self.folders.uses.ago_s(video.folder) >= self.limits.kept_s]

    def expires_s(self, video: StoredVideo) -> float:
        """Seconds since 1970, by the wall's clock as it is now."""
        return time.time() + self.limits.kept_s - self.folders.uses.ago_s(video.folder)

    def _require_room(self, owner: str, size: int, used: int, used_by_all: int) -> None:
        limits, remedy = self.limits, "delete videos and results here, or send a shorter part"
        if size > limits.most_bytes:
            raise RefusedError(413, f"a video may have {limits.most_bytes / 1e9:g} GB at most", remedy=remedy)
        if len(self.of(owner)) >= MOST_VIDEOS:
            raise RefusedError(429, f"there are {MOST_VIDEOS} videos of yours already", remedy="delete some")
        if used + size > limits.of_visitor:
            raise RefusedError(507, f"you may keep {limits.of_visitor / 1e9:g} GB here", remedy=remedy)
        coming = sum(video.bytes - video.uploaded for video in self)
        if used_by_all + size > limits.of_all or coming + size > self.folders.free_bytes() - limits.free_bytes:
            raise RefusedError(507, "the server has no room for this video", remedy=remedy, retry_after_s=600)


def tidy_file(name: str) -> str:
    """A file's name without its folder and without what cannot be shown."""
    plain = PurePath(name.replace("\\", "/").replace("\0", "")).name
    return "".join(letter for letter in plain if letter.isprintable())[-NAME_LENGTH:] or "video"


def state_of(video: StoredVideo, expires_s: float) -> dict[str, Any]:
    """For JSON."""
    problem = {} if video.problem is None else {"error": video.problem[0], "hint": video.problem[1]}
    facts = {} if video.facts is None else asdict(video.facts)
    people = None if video.people is None else [asdict(person) for person in video.people]
    known = {"id": video.id, "name": video.name, "bytes": video.bytes, "uploaded": video.uploaded}
    return {**known, "state": video.state, **facts, "people": people, **problem, "expires_s": round(expires_s)}
