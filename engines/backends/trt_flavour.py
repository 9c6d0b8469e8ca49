"""TensorRT and TensorRT-RTX: two packages with the same names, and the few places where they differ.

Knows how each is imported, what it logs and which GPUs it can build for; builds and runs nothing.
"""

import importlib
import logging
from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

from engines.errors import BackendUnavailableError, EngineError
from models.install import to_add

logger = logging.getLogger(__name__)

Flavour: TypeAlias = Literal["tensorrt", "rtx"]

MODULES: dict[Flavour, str] = {"tensorrt": "tensorrt", "rtx": "tensorrt_rtx"}
OLDEST: dict[Flavour, int] = {"tensorrt": 11, "rtx": 1}
KEPT_LINES = 12


def load(flavour: Flavour) -> Any:
    """The package. Raises BackendUnavailableError when it is missing, broken or too old."""
    try:
        module = importlib.import_module(MODULES[flavour])
    except ImportError as error:  # also a missing libnvinfer, which is no ModuleNotFoundError
        raise BackendUnavailableError(
            f"{MODULES[flavour]} does not load: {error}",
            remedy=to_add(flavour, "cpu"),
        ) from error
    if int(module.__version__.partition(".")[0]) < OLDEST[flavour]:
        raise BackendUnavailableError(
            f"TensorRT {module.__version__} is too old: its precision flags went with version 11",
            remedy="pip install 'tensorrt-cu13>=11'; what needs TensorRT 10 (ONNX Runtime's provider) cannot share it",
        )
    return module


def make_logger(trt: Any) -> Any:
    """A TensorRT logger that passes on to Python's, and keeps its last complaints in `lines`."""

    class Log(trt.ILogger):  # type: ignore[misc]  # its base is known only now
        def __init__(self) -> None:
            super().__init__()
            self.lines: list[str] = []

        def log(self, severity: Any, message: str) -> None:
            serious = severity in {trt.ILogger.Severity.ERROR, trt.ILogger.Severity.INTERNAL_ERROR}
            if serious:
                self.lines = [*self.lines, message.strip()][-KEPT_LINES:]
            logger.log(logging.INFO if serious else logging.DEBUG, "%s: %s", trt.__name__, message)

    return Log()


def keeps_timings(trt: Any) -> bool:
    """Whether a timing cache is of use: TensorRT-RTX times nothing while it builds, and warns when given one."""
    return not hasattr(trt, "ComputeCapability")


def compute_capabilities(trt: Any, targets: Sequence[str]) -> list[Any]:
    """TensorRT-RTX's names for "sm86", "sm89" ... Raises EngineError for one it does not know."""
    if targets and not hasattr(trt, "ComputeCapability"):
        raise EngineError(
            "TensorRT builds for the GPU it runs on, not for others",
            remedy="use --device rtx, or build on that machine",
        )
    if not targets:
        return []
    known = _known_targets(trt)
    for target in targets:
        if target.lower() not in known:
            names = ", ".join(sorted(known, key=lambda name: int(name[2:])))
            raise EngineError(
                f"TensorRT-RTX {trt.__version__} cannot build for {target}",
                remedy=f"it builds for {names}; on another GPU use --device tensorrt",
            )
    return [known[target.lower()] for target in targets]


def own_target(trt: Any, architecture: str) -> tuple[str, ...]:
    """What to build for, to run on this machine's GPU ("sm89"): that alone where it can be named, else the default.

    The default of TensorRT-RTX leaves out the oldest it can serve, compute capability 7.5.
    """
    return (architecture,) if architecture in _known_targets(trt) else ()


def _known_targets(trt: Any) -> dict[str, Any]:
    """ "sm89" and the like; none for TensorRT, which builds for the GPU it runs on."""
    names = vars(getattr(trt, "ComputeCapability", object))
    return {name.lower(): value for name, value in names.items() if name.startswith("SM")}
