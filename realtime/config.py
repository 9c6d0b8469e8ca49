"""Everything a person can set for one run, checked when it is made and then never changed.

Knows values and their limits; knows nothing of how they were typed.
"""

import re
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import UserError
from realtime.choices import Faces, Hdr, Strangers, WhenLost
from realtime.disclosure import Disclosure
from realtime.faces.swap_settings import PLAIN_BLEND, SwapSettings
from realtime.media.trim import Trim

if TYPE_CHECKING:
    from engines.types import FaceOrigin  # loads numpy, for which --help need not wait

BITRATE = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)([kKmM]?)")
RATE = re.compile(r"\d{1,6}(?:\.\d{1,9}|/\d{1,9})?")
"""No exponent: Python would count 1e999999999 out."""
LEAST_BITS, MOST_BITS = 100_000, 100_000_000
SIZE = re.compile(r"(\d{2,5})[xX](\d{2,5})")
MESH = "mesh"
CPU_DEVICES = ("auto", "cpu")
PRECISIONS = ("auto", "fp16", "mixed", "fp32")
MOST_BOOST = 8
WHOSE: "tuple[FaceOrigin, ...]" = ("wearer", "source")


@dataclass(frozen=True, slots=True, kw_only=True)
class NeuralConfig:
    """What holds for networks; all but the strength at their defaults for the mesh swapper.

    strength: 0..1, how much of the source; 0.5 is the plain one. pixel_boost: crop this many times finer than the
    network sees. morph: 0..1, of a DFM. occluder, parser, enhancer, detector: names of models. enhancer_blend: 0..1.
    relight: the target's light on the swapped crop. precision: of GPU engines. Raises UserError for a value out of
    range.
    """

    strength: float = 0.5
    pixel_boost: int = 1
    morph: float | None = None
    occluder: str | None = None
    parser: str | None = None
    relight: bool = False
    precision: str = "auto"

    def __post_init__(self) -> None:
        require_share("--strength", self.strength)
        if self.morph is not None:
            require_share("--morph", self.morph)
        if not 1 <= self.pixel_boost <= MOST_BOOST:
            raise UserError(
                f"--pixel-boost {self.pixel_boost} is out of range",
                remedy=f"give a whole number from 1 to {MOST_BOOST}",
            )
        if self.precision not in PRECISIONS:
            raise UserError(f"no precision {self.precision!r}", remedy=f"use --precision {', '.join(PRECISIONS)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunConfig:
    """One run: whose face, from where, to where, how.

    bits: a second, of streams; None for what suits their size.
    maps: (photo of a known target, photo of the face they wear); everybody else is a stranger, who is blurred or left.
    latency_budget_ms: live, what is tried to be kept by leaving work out; None for no limit.
    size_wh and rate: what a camera is asked for, or what a file's picture is turned into; None keeps what comes.
    microphone: "default" or part of its name, of a live recording.
    when_lost: None takes the default of `realtime.stream.privacy` for live and for files. duration_s: None for all of
    it; how long a video a picture becomes. at_s: of the one frame of a video that is wanted; None for all.
    swapper: "mesh" or the name of a model. detector: None for the built-in one. enhancer: a model that works on the
    swapped face, enhancer_blend of it (0..1). iris: whose colour of eyes, with the mesh swapper. mouth: whose lips.
    trim: the part of a video that is wanted; None for all.
    recursive: of a folder as input, also what lies in folders within it. workers: processes that make one video.
    cluster: address of a Ray cluster that makes videos, or "auto".
    hands: whether hands are looked for, to stay in front.
    Raises UserError for a value out of its range.
    """

    faces_from: tuple[Path, ...]
    input: str
    outputs: tuple[str, ...]
    swapper: str = MESH
    device: str = "auto"
    neural: NeuralConfig = field(default_factory=NeuralConfig)
    detector: str | None = None
    enhancer: str | None = None
    enhancer_blend: float = PLAIN_BLEND
    faces: Faces = field(default_factory=Faces)
    when_lost: WhenLost | None = None
    disclosure: Disclosure = field(default_factory=Disclosure)
    iris: "FaceOrigin" = "source"
    mouth: "FaceOrigin" = "source"
    hands: bool = True
    size_wh: tuple[int, int] | None = None
    rate: Fraction | None = None
    duration_s: float | None = None
    trim: Trim | None = None
    at_s: float | None = None
    maps: tuple[tuple[Path, Path], ...] = ()
    strangers: Strangers | None = None
    latency_budget_ms: float | None = None
    mirror: bool = False
    microphone: str | None = None
    codec: str | None = None
    hdr: Hdr = Hdr.SDR
    crf: int | None = None
    bits: int | None = None
    metrics_file: Path | None = None
    recursive: bool = False
    workers: int = 1
    cluster: str | None = None

    def __post_init__(self) -> None:
        if not self.outputs:
            raise UserError("no output", remedy="add --output OUT: a file such as out.mp4, a picture, or null")
        require_share("--enhancer-blend", self.enhancer_blend)
        if self.maps and self.faces_from:
            raise UserError("--map and --face do not go together", remedy="give every source face in a --map")
        parse_whose("--iris", self.iris)
        parse_whose("--mouth", self.mouth)
        if self.latency_budget_ms is not None and not 1 <= self.latency_budget_ms <= 10_000:
            raise UserError(
                f"--latency-budget {self.latency_budget_ms:g} is out of range", remedy="give 1 to 10000 milliseconds"
            )
        if self.swapper == MESH:
            self._require_mesh_options()
        elif self.iris != "source":
            raise UserError("--iris is for the mesh swapper", remedy="omit it: networks paint their own eyes")
        self._require_video_options()

    @property
    def sources(self) -> tuple[Path, ...]:
        """Photos of faces to be worn."""
        return (*self.faces_from, *(source for _, source in self.maps))

    @property
    def runs_more_networks(self) -> bool:
        """Whether, beside a neural swapper, something runs that needs a device to be chosen."""
        asked = self.device not in CPU_DEVICES or self.detector is not None
        return asked or self.enhancer is not None or bool(self.maps)

    def restyled(self, look: SwapSettings) -> "RunConfig":
        """The same run with faces put on in another way; what its swapper has no use for is left away."""
        is_mesh = look.swapper == MESH
        neural = NeuralConfig(strength=look.strength) if is_mesh else replace(self.neural, strength=look.strength)
        return replace(
            self,
            swapper=look.swapper,
            iris=look.iris if is_mesh else "source",
            mouth=look.mouth,
            enhancer=look.enhancer,
            enhancer_blend=look.enhancer_blend,
            neural=neural,
        )

    @property
    def look(self) -> SwapSettings:
        """How faces are put on."""
        strength, enhancer = self.neural.strength, (self.enhancer, self.enhancer_blend)
        return SwapSettings(self.swapper, strength, self.iris, self.mouth, *enhancer)

    @property
    def sees_hands(self) -> bool:
        """Whether hands are looked for: not where an occluder's network tells what is in front."""
        return self.hands and self.neural.occluder is None

    def _require_video_options(self) -> None:
        if self.duration_s is not None and not 0 < self.duration_s < float("inf"):
            raise UserError(f"--duration {self.duration_s:g} is not a length of time", remedy="give seconds above 0")
        if self.workers < 1:
            raise UserError(f"--workers {self.workers} is out of range", remedy="give 1 or more, at most one a core")
        if self.hdr is Hdr.KEEP and self.size_wh is not None:
            raise UserError("--size and --hdr keep do not go together", remedy="use only one of them")
        if self.at_s is not None and self.trim is not None:
            raise UserError("--at and --trim do not go together", remedy="give --at within the whole video")
        if self.at_s is not None and not 0 <= self.at_s < float("inf"):
            raise UserError(f"--at {self.at_s:g} is not a time in a video", remedy="give seconds from 0")

    def _require_mesh_options(self) -> None:
        if not self.sources:
            raise UserError("no source face", remedy="add --face PHOTO: a photo of the face to appear with")
        if self.neural != NeuralConfig(strength=self.neural.strength):
            raise UserError(
                "--pixel-boost, --morph, --occluder, --regions, --relight and --precision are for neural swappers",
                remedy="add --swapper NAME (liveswap models list shows them), or omit those options",
            )


def require_share(option: str, value: float) -> None:
    """Raise UserError unless `value` is within 0..1."""
    if not 0 <= value <= 1:
        said = f" {value:g}" if abs(value) < 1e9 else ""  # an int may be beyond every float
        raise UserError(f"{option}{said} is out of range", remedy="give a number from 0 to 1")


def parse_whose(option: str, text: str) -> "FaceOrigin":
    """ "wearer" or "source". Raises UserError."""
    for whose in WHOSE:
        if text == whose:
            return whose
    raise UserError(f"{option} {text} is not a choice", remedy=f"use {' or '.join(WHOSE)}")


def parse_map(text: str) -> tuple[Path, Path]:
    """ "target.jpg=source.jpg" -> both. Raises UserError."""
    target, found, source = text.partition("=")
    if not (found and target and source):
        raise UserError(f"--map {text!r} is not a pair", remedy="give --map target.jpg=source.jpg")
    return Path(target), Path(source)


def parse_size(text: str) -> tuple[int, int]:
    """ "1280x720" -> (1280, 720). Raises UserError."""
    match = SIZE.fullmatch(text)
    if match is None:
        raise UserError(f"--size {text!r} is not a size", remedy="give width x height in px, e.g. --size 1280x720")
    width, height = int(match[1]), int(match[2])
    if not (16 <= width <= 7680 and 16 <= height <= 7680):
        raise UserError(f"--size {text} is out of range", remedy="each side may be 16 to 7680 px")
    return width, height


def parse_bitrate(text: str) -> int:
    """ "2500k", "4M" or "800000" -> bits a second. Raises UserError."""
    match = BITRATE.fullmatch(text)
    if match is None:
        raise UserError(
            f"--bitrate {text!r} is not a bit rate", remedy="give bits a second, e.g. --bitrate 2500k or 4M"
        )
    bits = int(float(match[1]) * {"": 1, "k": 1000, "m": 1_000_000}[match[2].lower()])
    if not LEAST_BITS <= bits <= MOST_BITS:
        raise UserError(f"--bitrate {text} is out of range", remedy="give 100k to 100M bits a second")
    return bits


def parse_rate(text: str) -> Fraction:
    """ "30", "29.97" or "30000/1001" -> frames per second. Raises UserError."""
    try:
        rate = Fraction(text if RATE.fullmatch(text.strip()) else "")
    except (ValueError, ZeroDivisionError) as error:
        remedy = "give frames per second, e.g. --fps 30"
        raise UserError(f"--fps {text!r} is not a frame rate", remedy=remedy) from error
    if not 1 <= rate <= 240:
        raise UserError(f"--fps {text} is out of range", remedy="give 1 to 240 frames per second")
    return rate
