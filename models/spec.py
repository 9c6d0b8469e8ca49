"""What a model file is: the values of a manifest row, checked elsewhere (models/rows.py).

Knows names, tasks, licences, sources and what a network takes and gives; touches no file.
"""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal, TypeAlias, get_args
from urllib.parse import quote, urlsplit

Task: TypeAlias = Literal[
    "detect", "landmarks", "hands", "picture", "recognise", "convert", "swap", "enhance", "occlude", "parse"
]
"""What a file is for: finding faces, placing landmarks, finding hands, being looked at, telling people apart,
translating embeddings, swapping, sharpening, finding what covers a face, naming its regions."""

TASKS: tuple[Task, ...] = get_args(Task)

UNKNOWN_SIZE_LIMIT = 4_000_000_000
"""Bytes that a file of unknown size may have."""

ByChannel: TypeAlias = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class InputSpec:
    """What a network takes: a picture of size_px x size_px, (value - mean) / std of values 0..255, by channel.

    template: the alignment its crop has (`engines.crops.alignment`); None where it takes whole pictures or regions.
    """

    size_px: int
    order: Literal["rgb", "bgr"]
    mean: ByChannel
    std: ByChannel
    template: str | None = None


@dataclass(frozen=True, slots=True)
class OutputSpec:
    """What a picture out of a network means: value * std + mean is 0..255, in the order of the input's channels."""

    mean: ByChannel
    std: ByChannel


@dataclass(frozen=True, slots=True)
class IdentitySpec:
    """How a swapper is told who the source is.

    kind: `emap`, the embedding through the matrix that the file itself carries; `latent`, the embedding, through
    `converter` if there is one; `image`, a picture as `picture` says; `none`, it is in the weights.
    unit: whether the network takes the vector at length 1.
    """

    kind: Literal["emap", "latent", "image", "none"]
    converter: str | None = None
    unit: bool = True
    picture: InputSpec | None = None


@dataclass(frozen=True, slots=True)
class PypiSource:
    """A member of a wheel on the package index that the user's pip is set up for."""

    requirement: str  # pinned: "name==1.2"
    member: str  # path inside the wheel; it may lead through an archive in it


@dataclass(frozen=True, slots=True)
class HttpsSource:
    """A file behind an address."""

    url: str


@dataclass(frozen=True, slots=True)
class HubSource:
    """A file of a repository on a Hugging Face hub, at one revision."""

    repository: str  # "owner/name"
    path: str
    revision: str = "main"

    def url(self, endpoint: str) -> str:
        """Its address. endpoint: of the hub or of a mirror, e.g. "https://huggingface.co"."""
        return f"{endpoint.rstrip('/')}/{self.repository}/resolve/{self.revision}/{quote(self.path)}"


@dataclass(frozen=True, slots=True)
class PackSource:
    """A member of one of insightface's model packs, kept where insightface keeps them."""

    pack: str  # "buffalo_l"
    member: str


@dataclass(frozen=True, slots=True)
class OwnSource:
    """Not fetched by us, because no trustworthy hash of it is known; where people get it."""

    url: str


@dataclass(frozen=True, slots=True)
class FileSource:
    """A file of the user's own, used where it lies."""

    path: Path


Source: TypeAlias = PypiSource | HttpsSource | HubSource | PackSource | OwnSource | FileSource


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """One row: what a file is, where it comes from, and which bytes it must have."""

    name: str
    task: Task
    family: str  # which class of `engines` reads it
    input: InputSpec | None  # None: not a network
    licence: str
    credit: str  # who made it, and who packaged it
    source: Source
    sha256: str  # empty for an OwnSource only
    bytes: int | None  # None: nobody wrote it down; the hash decides
    default: bool = False  # the default install needs it
    output: OutputSpec | None = None
    identity: IdentitySpec | None = None
    terms: str | None = None  # address of a licence that must be accepted before the file is fetched

    @property
    def most_bytes(self) -> int:
        """More than this is wrong already."""
        return self.bytes or UNKNOWN_SIZE_LIMIT

    @property
    def filename(self) -> str:
        """Its name in the cache. The hash is part of it, so a row that changes never meets the file of the old one."""
        match self.source:
            case PypiSource(member=place) | PackSource(member=place) | HubSource(path=place):
                pass
            case HttpsSource(url=url) | OwnSource(url=url):
                place = urlsplit(url).path
            case FileSource(path=path):
                place = path.name
        return f"{self.name}-{self.sha256[:8]}{PurePosixPath(place).suffix}"
