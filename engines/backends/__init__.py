"""The seam between models and the runtimes that run them.

Knows what a session is; each runtime's own file knows the runtime. Runtimes are imported only when one is opened.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any, Protocol

from numpy.typing import NDArray

from models.progress import Progress


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """A named input or output of a model."""

    name: str
    shape: tuple[int, ...]  # -1 where any size will do
    dtype: str  # numpy's name, e.g. "float32"


class Session(Protocol):
    """A model that is loaded and ready. Used by one thread at a time."""

    @property
    def inputs(self) -> tuple[TensorSpec, ...]: ...

    @property
    def outputs(self) -> tuple[TensorSpec, ...]: ...

    def run(self, *tensors: NDArray[Any]) -> Mapping[str, NDArray[Any]]:
        """Run the model once; tensors in the order of `inputs`.

        Returns the outputs by name; the arrays are the caller's to keep.
        """
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Opening:
    """What opening a file on a device may need.

    derived: a folder for what is built. edge: px of a picture whose size the network leaves open. progress: told about
    builds. cancel: set to stop one.
    """

    derived: Path
    edge: int | None
    progress: Progress
    cancel: Event
