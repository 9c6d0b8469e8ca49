"""Is this the network its row says it is? Inputs are told apart by rank, never by position or by an exporter's names.

Knows tensors and what to say when they differ; knows no family.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from engines.backends import TensorSpec
from engines.errors import ModelContractError
from models.spec import InputSpec, ModelSpec, OutputSpec

EMBEDDING = 512
MOST_TOGETHER = 4
"""Pictures in one run: what TensorRT engines are built for, and more would only take memory."""
AS_IT_IS = OutputSpec((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))


@dataclass(frozen=True, slots=True)
class CropFacts:
    """What a row must say about a network that works on aligned crops."""

    taken: InputSpec
    template: str
    given: OutputSpec

    @classmethod
    def of(cls, spec: ModelSpec) -> "CropFacts":
        """Raises ModelContractError for a row that leaves something out."""
        if spec.input is None or spec.input.template is None:
            raise differs(spec.name, "a row with an input and its template", "none")
        return cls(spec.input, spec.input.template, spec.output or AS_IT_IS)


def the_one(specs: Sequence[TensorSpec], *, rank: int, what: str, model: str) -> TensorSpec:
    """The only tensor of this rank. Raises ModelContractError, which lists what there is instead."""
    fitting = [spec for spec in specs if len(spec.shape) == rank]
    if len(fitting) != 1:
        raise differs(model, f"one {what} (rank {rank})", described(specs))
    return fitting[0]


def require_shape(spec: TensorSpec, shape: Sequence[int], *, what: str, model: str) -> None:
    """Raise ModelContractError unless `spec` can have this shape; -1 on either side fits any size."""
    if len(spec.shape) != len(shape) or any(
        -1 not in pair and pair[0] != pair[1] for pair in zip(spec.shape, shape, strict=True)
    ):
        raise differs(model, f"{what} of shape {tuple(shape)}", described([spec]))


def require_count(specs: Sequence[TensorSpec], count: int, what: str, model: str) -> None:
    """Raise ModelContractError unless there are `count` tensors. what: all of them, for people, without the number."""
    if len(specs) != count:
        raise differs(model, f"{count} {what}", described(specs))


def require_float(specs: Sequence[TensorSpec], model: str) -> None:
    """Raise ModelContractError unless all are float32: files with 16-bit inputs need another exporter's setting."""
    if any(spec.dtype != "float32" for spec in specs):
        raise differs(model, "float32 inputs and outputs (an fp16 file may be 16-bit inside only)", described(specs))


def described(specs: Sequence[TensorSpec]) -> str:
    """For people: name, shape and dtype of each."""
    return ", ".join(f"{spec.name} {list(spec.shape)} {spec.dtype}" for spec in specs) or "nothing"


def differs(model: str, expected: str, got: str) -> ModelContractError:
    """The error for a model that breaks its contract."""
    return ModelContractError(
        f"{model}: expected {expected}, the file has {got}",
        remedy="it is another model than its row says: liveswap models add FILE.onnx tells which",
    )
