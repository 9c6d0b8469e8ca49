"""The options of `liveswap run`, in the order of its help, with what each is when it is not given.

Knows order and defaults; options.py knows words and what they mean.
"""

import inspect
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from typing import Any, TypeVar

from realtime.cli.options import (
    Accepts,
    At,
    BadgeSwitch,
    Bitrate,
    Blend,
    Boost,
    Budget,
    Codec,
    Consent,
    Crf,
    Device,
    Duration,
    Enhancer,
    Finder,
    Fps,
    Hands,
    Input,
    Iris,
    KeepHdr,
    Lost,
    Maps,
    Metrics,
    Mic,
    Mirror,
    Morph,
    Mouth,
    Occlusion,
    Others,
    Outputs,
    Part,
    Photos,
    Precision,
    Recursive,
    Regions,
    Relight,
    Size,
    Strength,
    Swapper,
    Wanted,
    Workers,
)
from realtime.config import Hdr

Command = TypeVar("Command", bound=Callable[..., None])


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """One field an option; the type of each is how it is written and explained."""

    where_from: Input
    output: Outputs
    face: Photos = None
    map_: Maps = None
    i_have_consent: Consent = False
    swapper: Swapper = "mesh"
    faces: Wanted = "largest"
    when_lost: Lost = None
    strangers: Others = None
    badge: BadgeSwitch = True
    mirror: Mirror = False
    device: Device = "auto"
    strength: Strength = 0.5
    iris: Iris = "wearer"
    mouth: Mouth = "source"
    hands: Hands = True
    pixel_boost: Boost = 1
    morph: Morph = None
    occluder: Occlusion = None
    regions: Regions = None
    relight: Relight = False
    enhancer: Enhancer = None
    enhancer_blend: Blend = 0.8
    detector: Finder = None
    precision: Precision = "auto"
    accept_licence: Accepts = False
    recursive: Recursive = False
    size: Size = None
    fps: Fps = None
    duration: Duration = None
    trim: Part = None
    at: At = None
    latency_budget: Budget = None
    mic: Mic = None
    codec: Codec = None
    hdr: KeepHdr = Hdr.SDR
    crf: Crf = None
    bitrate: Bitrate = None
    metrics: Metrics = None
    workers: Workers = 1


def takes(options: type[RunOptions]) -> Callable[[Command], Command]:
    """Gives a command, which takes them by keyword, the options that are the fields of a dataclass."""

    def sign(command: Command) -> Command:
        parameters = [
            inspect.Parameter(
                field.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=inspect.Parameter.empty if field.default is MISSING else field.default,
                annotation=field.type,
            )
            for field in fields(options)
        ]
        command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        return command

    return sign


def defaults_of(options: type[RunOptions]) -> dict[str, Any]:
    """What each is that is not given; those that must be given are left out."""
    return {field.name: field.default for field in fields(options) if field.default is not MISSING}
