"""From a row to an engine: which class reads which family, and which other models it needs.

Knows families and what they are made of; knows no download and no device (it is given ways to fetch and to open).
"""

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from engines.backends import Session
from engines.backends.io_validation import CropFacts, differs
from engines.backends.onnx_file import cached_emap
from engines.compositor.network import Compositor
from engines.errors import EngineError, ModelContractError
from engines.kinds import DETECTORS, SWAPPERS, BuiltInChoices
from engines.landmarks.landmarks_106 import Landmarks106
from engines.recognition.recogniser import EmbeddingConverter, FaceRecogniser
from engines.swappers.mesh.mouth import TargetMouth
from engines.swappers.neural.crop_paste import Finish, OcclusionEstimator
from engines.swappers.neural.dfm import DEFAULT_MORPH, DfmSwapper
from engines.swappers.neural.enhancer import FaceEnhancer
from engines.swappers.neural.identity import DEFAULT_STRENGTH, LatentEncoder, PictureEncoder
from engines.swappers.neural.masks import CropMask, FaceParser, Occluder
from engines.swappers.neural.swapper import NeuralSwapper, SourceEncoder, SwapOptions
from engines.types import FaceDetector, FaceOrigin, FaceSwapper
from models.manifest import Manifest
from models.spec import ModelSpec

RECOGNISERS = ("arcface_w600k_r50", "w600k_r50")
"""The network in whose embeddings every swapper's source is given; two publishers of the same weights."""
EMAP_DONOR = "inswapper_128"
"""reswapper files carry no matrix of their own and were trained with this one's."""


class EngineOpener(Protocol):
    """Opens a file on the device that was asked for."""

    def __call__(self, path: Path, edge: int | None = None) -> Session:
        """edge: px of a picture whose size the network leaves open."""
        ...


@dataclass(frozen=True, slots=True)
class ModelContext:
    """What it takes to open a model.

    fetch: a row's file on this disk. is_here: whether that costs no download. open_engine: a file on the device that
    was asked for. open_on_cpu: a file on the CPU, for what runs once per source. derived: a folder for what is
    computed from files. compositor: our own network, open.
    """

    manifest: Manifest
    fetch: Callable[[ModelSpec], Path]
    is_here: Callable[[ModelSpec], bool]
    open_engine: EngineOpener
    open_on_cpu: Callable[[Path], Session]
    derived: Path
    compositor: Callable[[], Compositor]


@dataclass(frozen=True, slots=True)
class SwapChoices:
    """What a person may choose about a neural swapper.

    occluder, parser: names of models, None for none. mouth: whose lips. relight: the target's light on the crop.
    """

    strength: float = DEFAULT_STRENGTH
    boost: int = 1
    morph: float | None = None
    occluder: str | None = None
    parser: str | None = None
    regions: Sequence[int] = field(default_factory=tuple)
    mouth: FaceOrigin = "source"
    relight: bool = False


def open_swapper(spec: ModelSpec, context: ModelContext, choices: SwapChoices = SwapChoices()) -> FaceSwapper:
    """A swapper of any neural family. Raises UserError: no such thing, not fetched, not that family, wrong choice."""
    if spec.task != "swap" or spec.identity is None:
        raise EngineError(
            f"{spec.name} does not swap faces: its task is to {spec.task}", remedy=swapper_names(context.manifest)
        )
    if choices.morph is not None and spec.family != "dfm":
        raise EngineError(f"{spec.name} has no morph", remedy="--morph is for DFM files; omit it")
    encoder = None if spec.family == "dfm" else _encoder(spec, context, per_frame=choices.strength != DEFAULT_STRENGTH)
    finish = Finish(open_masks(context, choices), choices.relight)
    session = context.open_engine(context.fetch(spec))
    if encoder is None:
        if choices.strength != DEFAULT_STRENGTH or choices.boost != 1:
            raise EngineError(
                f"{spec.name} has neither strength nor pixel boost: its person is in the weights",
                remedy="omit --strength and --pixel-boost; its dial is --morph",
            )
        morph = DEFAULT_MORPH if choices.morph is None else choices.morph
        return DfmSwapper(spec.name, session, morph=morph, finish=finish)
    return NeuralSwapper(spec, session, encoder, SwapOptions(choices.strength, choices.boost, finish))


def open_built_in(name: str, choices: BuiltInChoices) -> FaceSwapper:
    """A swapper that needs no model file. Raises EngineError where there is none of that name."""
    opener = SWAPPERS.get(name)
    if opener is None:
        raise EngineError(f"no built-in swapper {name!r}", remedy=f"use --swapper {', '.join(SWAPPERS.names())}")
    return opener(choices)


def models_for(spec: ModelSpec, context: ModelContext) -> list[ModelSpec]:
    """The files a swapper needs, its own first."""
    needed = [spec]
    if spec.identity is not None and spec.identity.kind in {"emap", "latent"}:
        needed.append(chosen_recogniser(context))
        needed += [context.manifest.get(spec.identity.converter)] if spec.identity.converter else []
    return needed


def open_recogniser(context: ModelContext) -> FaceRecogniser:
    """The recogniser whose embeddings swappers use, on the device that was asked for."""
    spec = chosen_recogniser(context)
    return FaceRecogniser(spec, context.open_engine(context.fetch(spec)))


def open_masks(context: ModelContext, choices: SwapChoices) -> list[CropMask]:
    """The masks beside the box; without an occluder the compositor says what is in front."""
    masks: list[CropMask] = []
    if choices.occluder is None:
        masks.append(OcclusionEstimator(context.compositor()))
    else:
        spec = _of_task(context, choices.occluder, "occlude")
        masks.append(Occluder(context.open_engine(context.fetch(spec)), spec.name))
    if choices.parser is not None:
        spec = _of_task(context, choices.parser, "parse")
        regions = {"regions": choices.regions} if choices.regions else {}
        masks.append(FaceParser(context.open_engine(context.fetch(spec)), spec.name, **regions))
    if choices.mouth == "wearer":
        masks.append(TargetMouth())
    return masks


def open_enhancer(name: str, context: ModelContext, blend: float) -> FaceEnhancer:
    """The enhancer called `name`. blend: 0..1."""
    spec = _of_task(context, name, "enhance")
    return FaceEnhancer(spec, context.open_engine(context.fetch(spec)), blend)


def open_detector(name: str, context: ModelContext) -> FaceDetector:
    """An ONNX detector. name: of the model, with "@320" behind it for an input of 320 px."""
    wanted, _, size = name.partition("@")
    if size and not size.isdecimal():
        raise EngineError(f"{name!r} does not say which size", remedy=f"use for example {wanted}@320")
    spec = _of_task(context, wanted, "detect")
    pixels = int(size) if size else None
    edge = pixels or (spec.input.size_px if spec.input is not None else None)
    session = context.open_engine(context.fetch(spec), edge)
    opener = DETECTORS.get(spec.family)
    if opener is None:
        raise EngineError(f"{spec.name} is not an ONNX detector", remedy="omit --detector for the built-in one")
    return opener(spec, session, size=pixels)


def check_contract(spec: ModelSpec, session: Session) -> None:
    """Raise ModelContractError when `session` is not what its row says. session: only its inputs and outputs count."""
    detector = DETECTORS.get(spec.family)
    if detector is not None:
        detector(spec, session, size=None)
    elif spec.family in CHECKS:
        CHECKS[spec.family](spec, session)
    else:
        known = ", ".join([*CHECKS, *DETECTORS.names()])
        raise differs(spec.name, f"one of the ONNX families {known}", spec.family)


def swapper_names(manifest: Manifest, meant: str = "") -> str:
    """A hint: which swapper was meant, or which there are."""
    built_in, neural = [*SWAPPERS.names()], [spec.name for spec in manifest.for_task("swap")]
    if close := difflib.get_close_matches(meant, [*built_in, *neural], n=3):
        return f"did you mean {' or '.join(close)}?"
    return f"use --swapper {', '.join(built_in)}, or one of: {', '.join(neural)}"


def _encoder(spec: ModelSpec, context: ModelContext, *, per_frame: bool) -> SourceEncoder:
    assert spec.identity is not None  # noqa: S101  open_swapper looked
    if spec.identity.picture is not None:
        taken = spec.identity.picture
        if taken.template is None:
            raise differs(spec.name, "a source picture with a template", "none")
        return PictureEncoder(CropFacts(taken, taken.template, CropFacts.of(spec).given))
    recogniser_spec = chosen_recogniser(context)
    opener: Callable[[Path], Session] = context.open_engine if per_frame else context.open_on_cpu
    recogniser = FaceRecogniser(recogniser_spec, opener(context.fetch(recogniser_spec)))
    converter = None
    if spec.identity.converter is not None:
        converter_spec = context.manifest.get(spec.identity.converter)
        converter = EmbeddingConverter(converter_spec, context.open_on_cpu(context.fetch(converter_spec)))
    emap = _emap(spec, context) if spec.identity.kind == "emap" else None
    return LatentEncoder(recogniser, emap=emap, converter=converter, to_unit=spec.identity.unit)


def chosen_recogniser(context: ModelContext) -> ModelSpec:
    """The recogniser that is on this disk, else the first."""
    known = [context.manifest.get(name) for name in RECOGNISERS if name in context.manifest]
    return next((spec for spec in known if context.is_here(spec)), known[0])


def _emap(spec: ModelSpec, context: ModelContext) -> NDArray[Any]:
    """The matrix of `spec`'s own file, else that of the donor if it is on this disk."""
    donor = context.manifest.get(EMAP_DONOR)
    for candidate in (spec, donor):
        if candidate is spec or context.is_here(candidate):
            emap = cached_emap(context.fetch(candidate), context.derived / f"{candidate.sha256[:16]}-emap.npy")
            if emap is not None:
                return emap
    raise ModelContractError(
        f"{spec.name} carries no embedding matrix (emap), and {EMAP_DONOR}, which has it, is not here",
        remedy=f"liveswap models pull {EMAP_DONOR}, or liveswap models add its file",
    )


def _of_task(context: ModelContext, name: str, task: str) -> ModelSpec:
    spec = context.manifest.get(name)
    if spec.task != task:
        names = ", ".join(other.name for other in context.manifest if other.task == task)
        raise EngineError(f"{name} is a model to {spec.task}, not to {task}", remedy=f"use one of: {names}")
    return spec


class _NoSource:
    """Stands in where only the contract is looked at."""

    def source(self, photo: object, strength: float) -> Any:
        raise AssertionError(f"asked for a source: {photo} {strength}")


CHECKS: dict[str, Callable[[ModelSpec, Session], object]] = {
    "latent": lambda spec, session: NeuralSwapper(spec, session, _NoSource()),
    "picture": lambda spec, session: NeuralSwapper(spec, session, _NoSource()),
    "dfm": lambda spec, session: DfmSwapper(spec.name, session),
    "arcface": FaceRecogniser,
    "crossface": EmbeddingConverter,
    "restorer": FaceEnhancer,
    "xseg": lambda spec, session: Occluder(session, spec.name),
    "bisenet": lambda spec, session: FaceParser(session, spec.name),
    "2d106": Landmarks106,
}
"""Families of ONNX models beside detectors; making the engine checks the contract."""
