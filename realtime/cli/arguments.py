"""The arguments of `liveswap run` and `liveswap serve`: one field an option, and the RunConfig that they ask for.

Knows order and defaults; options.py knows words and what they mean, config.py what a run may be.
"""

import datetime as dt
import inspect
from collections.abc import Callable, Sequence
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from models.errors import UserError
from realtime.choices import Faces, Hdr
from realtime.cli import disclosure_options, options, server_options
from realtime.config import NeuralConfig, RunConfig, parse_bitrate, parse_map, parse_rate, parse_size, parse_whose
from realtime.disclosure import BadgeLanguage, Disclosure, parse_caption, parse_reason
from realtime.faces.consent import Answer, ConsentFor, How, Terms
from realtime.media.local_path import without_scheme
from realtime.media.trim import Trim

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Arguments = TypeVar("Arguments", bound="DataclassInstance")


@dataclass(frozen=True, kw_only=True)
class SwapArguments:
    """Of whatever swaps: whose face, and how."""

    face: options.Photos = None
    i_have_consent: options.Consent = False
    consent_for: options.ConsentFor = ConsentFor.BOTH
    consent_until: options.ConsentUntil = None
    accept_licence: options.Accepts = False
    swapper: options.Swapper = "mesh"
    faces: options.Wanted = "largest"
    when_lost: options.Lost = None
    strangers: options.Others = None
    no_badge: disclosure_options.NoBadge = None
    badge_language: disclosure_options.Language = BadgeLanguage.EN
    caption: disclosure_options.Caption = ""
    mirror: options.Mirror = False
    strength: options.Strength = 0.5
    iris: options.Iris = "source"
    mouth: options.Mouth = "source"
    hands: options.Hands = True
    device: options.Device = "auto"
    enhancer: options.Enhancer = None
    detector: options.Finder = None
    precision: options.Precision = "auto"
    latency_budget: options.Budget = None

    def consent(self) -> Answer:
        """How consent may be had. Raises UserError for a day that is none."""
        given = How.FLAG if self.i_have_consent else None
        return Answer(given=given, terms=Terms(self.consent_for.scopes, parse_day(self.consent_until)))


@dataclass(frozen=True, kw_only=True)
class FileArguments:
    """What only `run` takes: more of networks, and what comes out. Without any, a run for a browser."""

    map_: options.Maps = None
    enhancer_blend: options.Blend = 0.8
    pixel_boost: options.Boost = 1
    morph: options.Morph = None
    occluder: options.Occlusion = None
    regions: options.Regions = None
    relight: options.Relight = False
    recursive: options.Recursive = False
    size: options.Size = None
    fps: options.Fps = None
    duration: options.Duration = None
    trim: options.Part = None
    at: options.At = None
    mic: options.Mic = None
    codec: options.Codec = None
    hdr: options.KeepHdr = Hdr.SDR
    crf: options.Crf = None
    bitrate: options.Bitrate = None
    metrics: options.Metrics = None
    workers: options.Workers = 1
    cluster: options.Cluster = None


@dataclass(frozen=True, kw_only=True)
class PlaceArguments:
    """From where to where."""

    where_from: options.Input
    output: options.Outputs


@dataclass(frozen=True, kw_only=True)
class RunArguments(FileArguments, SwapArguments, PlaceArguments):
    """`liveswap run`; its help has the last base's options first."""

    def config(self) -> RunConfig:
        """Raises UserError for what no run can be."""
        return _config(self, self, self.face or (), self.where_from, self.output)


@dataclass(frozen=True, kw_only=True)
class ListenArguments:
    """Where a server listens, and whom it lets in."""

    host: server_options.Host = "127.0.0.1"
    port: server_options.Port = 8080
    token: server_options.Token = None
    ice: server_options.Ice = None
    sessions: server_options.MostSessions = 4
    tls_cert: server_options.TlsCert = None
    tls_key: server_options.TlsKey = None
    self_signed: server_options.SelfSigned = False
    framed: server_options.Framed = False
    cluster: server_options.Cluster = None


@dataclass(frozen=True, kw_only=True)
class ServeArguments(SwapArguments, ListenArguments):
    """`liveswap serve`; its help has the last base's options first."""

    def config(self, photos: Sequence[Path]) -> RunConfig:
        """Raises UserError for what no run can be. photos: to be worn, whether they were given or are lent."""
        return _config(self, FileArguments(), photos, "browser", ["browser"])


def takes(arguments: type[Arguments]) -> Callable[[Callable[[Arguments], None]], Callable[..., None]]:
    """Makes a command of a function of one dataclass: its options are the fields, by their names."""

    def sign(function: Callable[[Arguments], None]) -> Callable[..., None]:
        def command(**given: Any) -> None:
            function(arguments(**given))

        command.__name__, command.__doc__ = function.__name__, function.__doc__
        parameters = [
            inspect.Parameter(
                field.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=inspect.Parameter.empty if field.default is MISSING else field.default,
                annotation=field.type,
            )
            for field in fields(arguments)
        ]
        command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        return command

    return sign


def _config(
    swap: SwapArguments, more: FileArguments, photos: Sequence[Path], where_from: str, outputs: Sequence[str]
) -> RunConfig:
    return RunConfig(
        faces_from=tuple(photos),
        input=without_scheme(where_from),
        outputs=tuple(map(without_scheme, outputs)),
        maps=tuple(parse_map(pair) for pair in more.map_ or ()),
        swapper=swap.swapper,
        device=swap.device,
        neural=_neural(swap, more),
        detector=swap.detector,
        enhancer=swap.enhancer,
        enhancer_blend=more.enhancer_blend,
        faces=Faces.parse(swap.faces),
        when_lost=swap.when_lost,
        strangers=swap.strangers,
        disclosure=_disclosure(swap),
        mirror=swap.mirror,
        iris=parse_whose("--iris", swap.iris),
        mouth=parse_whose("--mouth", swap.mouth),
        hands=swap.hands,
        latency_budget_ms=swap.latency_budget,
        size_wh=parse_size(more.size) if more.size else None,
        rate=parse_rate(more.fps) if more.fps else None,
        duration_s=more.duration,
        trim=Trim.parse(more.trim) if more.trim else None,
        at_s=more.at,
        microphone=more.mic,
        codec=more.codec,
        hdr=more.hdr,
        crf=more.crf,
        bits=parse_bitrate(more.bitrate) if more.bitrate else None,
        metrics_file=more.metrics,
        recursive=more.recursive,
        workers=more.workers,
        cluster=more.cluster,
    )


def _disclosure(swap: SwapArguments) -> Disclosure:
    no_badge = "" if swap.no_badge is None else parse_reason(swap.no_badge)
    return Disclosure(swap.badge_language, parse_caption(swap.caption), no_badge)


def _neural(swap: SwapArguments, more: FileArguments) -> NeuralConfig:
    return NeuralConfig(
        strength=swap.strength,
        pixel_boost=more.pixel_boost,
        morph=more.morph,
        occluder=more.occluder,
        parser=more.regions,
        relight=more.relight,
        precision=swap.precision,
    )


def parse_day(text: str | None) -> dt.date | None:
    """Raises UserError for what is no day, or one that is over."""
    if text is None:
        return None
    try:
        day = dt.date.fromisoformat(text)
    except ValueError as error:
        raise UserError(f"--consent-until {text} is not a day", remedy="write it as 2027-12-31") from error
    if day < dt.datetime.now(dt.UTC).date():
        raise UserError(f"--consent-until {text} is over", remedy="give today or a later day")
    return day
