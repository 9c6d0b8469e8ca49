"""Half precision where it is right, and the reason where it is not: fp16, then mixed, then fp32, each one checked.

A precision that the device cannot open is passed over like one that computes something else.

Knows the order of trying and where converted files are kept; knows no runtime (it is given ways to open files).
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from engines.backends import Session
from engines.backends.onnx_file import Precision, write_half
from engines.backends.parity import GOOD_DB, check
from engines.errors import BackendUnavailableError, EngineError, ModelContractError

logger = logging.getLogger(__name__)

LADDER: tuple[Precision, ...] = ("fp16", "mixed", "fp32")

Opener = Callable[[Path], Session]


@dataclass(frozen=True, slots=True)
class CheckedSession:
    """An engine that was compared with the CPU. rejected: what was tried before, with the reason."""

    session: Session
    precision: Precision
    agreement_db: float
    rejected: tuple[str, ...]


def open_checked(
    model: Path,
    cache: Path,
    *,
    open_engine: Opener,
    open_reference: Opener,
    ladder: Sequence[Precision] = LADDER,
    edge: int | None = None,
) -> CheckedSession:
    """The first precision of `ladder` whose engine agrees with the CPU.

    model: the fp32 file. cache: a folder for its converted versions. open_engine: on the device that was asked for.
    open_reference: on the CPU. edge: px of a picture whose sides are free.
    Raises EngineError when none agrees: a wrong picture must not be shown. When none opens, the last one's error.
    """
    rejected: list[str] = []
    unopened: list[EngineError] = []
    reference = open_reference(model)
    try:
        for precision in ladder:
            file = at_precision(model, cache, precision)
            try:
                session = open_engine(file)
            except (BackendUnavailableError, ModelContractError) as error:  # not a build that a person stopped
                unopened.append(error)
                rejected.append(f"{precision}: {error}")
            else:
                agreement = _agreement(session, reference, edge)
                if agreement >= GOOD_DB:
                    return CheckedSession(session, precision, agreement, tuple(rejected))
                session.close()
                rejected.append(f"{precision}: {agreement:.0f} dB against the CPU, {GOOD_DB:.0f} are needed")
            logger.warning("%s at %s", model.name, rejected[-1])
    finally:
        reference.close()
    if len(unopened) == len(rejected) > 0:
        raise unopened[-1]
    raise _wrong(model, rejected)


def _wrong(model: Path, rejected: Sequence[str]) -> EngineError:
    return EngineError(
        f"{model.name} computes something else on this device: {'; '.join(rejected)}",
        remedy="update the driver and the runtime (liveswap doctor), or ask for another --device",
    )


def _agreement(session: Session, reference: Session, edge: int | None) -> float:
    """dB. Closes the session when it cannot even be asked."""
    try:
        return check(session, reference, edge)
    except BaseException:
        session.close()
        raise


def at_precision(model: Path, cache: Path, precision: Precision) -> Path:
    """The file of `model` at a precision, converted once. cache: the folder it is kept in."""
    if precision == "fp32":
        return model
    stamp = model.stat()
    converted = cache / f"{model.stem}-{stamp.st_size:x}-{stamp.st_mtime_ns:x}-{precision}.onnx"
    if not converted.is_file():
        write_half(model, converted, precision)
    return converted
