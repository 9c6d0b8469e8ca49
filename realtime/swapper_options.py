"""What a run's options ask of the swapper: which row, which dials, which precisions.

Knows options and the library's rows; opens nothing.
"""

from engines.backends.onnx_file import Precision
from engines.errors import EngineError
from engines.kinds import SWAPPERS
from engines.registry import SwapChoices, swapper_names
from models.library import known_models
from models.manifest import Manifest
from models.spec import ModelSpec
from realtime.config import RunConfig


def swapper_spec(config: RunConfig, manifest: Manifest) -> ModelSpec | None:
    """The row of a neural swapper; None for a built-in one. Raises UserError for what is no swapper."""
    if config.swapper in SWAPPERS:
        return None
    if config.swapper not in manifest:
        raise EngineError(f"there is no swapper {config.swapper!r}", remedy=swapper_names(manifest, config.swapper))
    spec = manifest.get(config.swapper)
    if spec.task != "swap":
        raise EngineError(
            f"{spec.name} does not swap faces: its task is to {spec.task}", remedy=swapper_names(manifest)
        )
    return spec


def person_in_weights(config: RunConfig) -> ModelSpec | None:
    """The row of a swapper that needs no photo, because it was trained on one person; None for the others."""
    spec = swapper_spec(config, known_models())
    return spec if is_one_person(spec) else None


def is_one_person(spec: ModelSpec | None) -> bool:
    """Whether no photo is needed, because the weights were trained on one person."""
    return spec is not None and spec.identity is not None and spec.identity.kind == "none"


def swap_choices(config: RunConfig) -> SwapChoices:
    """The dials."""
    neural = config.neural
    return SwapChoices(
        strength=neural.strength,
        boost=neural.pixel_boost,
        morph=neural.morph,
        occluder=neural.occluder,
        parser=neural.parser,
        mouth=config.mouth,
        relight=neural.relight,
    )


def precisions(config: RunConfig) -> tuple[Precision, ...] | None:
    """To try, the fastest first; None for what suits the device."""
    match config.neural.precision:
        case "fp16" | "mixed" | "fp32" as precision:
            return (precision,)
    return None
