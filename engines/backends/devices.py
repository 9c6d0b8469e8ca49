"""Where networks run: what may be asked for, what `auto` takes, and how a file is opened there.

Knows the order of devices; each device's own file (engines/devices) knows the device.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engines.backends import Opening, Session
from engines.backends.onnx_file import Precision
from engines.backends.onnxruntime import OrtSession
from engines.backends.precision import LADDER, CheckedSession, open_checked
from engines.backends.probe import Availability, probe
from engines.errors import BackendUnavailableError
from engines.kinds import DEVICES, DeviceKind
from models.install import to_add
from models.progress import Progress, ignore_progress


def auto_order() -> tuple[str, ...]:
    """What `auto` tries, the fastest first."""
    ranked = [(kind.rank, name) for name, kind in DEVICES.items() if kind.rank is not None]
    return tuple(name for _, name in sorted(ranked))


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen, and for `auto` why nothing better: one line a device that was passed over."""

    device: str
    passed_over: tuple[str, ...] = ()


def choose_device(wish: str, ask: Callable[[str], Availability] = probe) -> Choice:
    """`wish`, or for "auto" the first of `auto_order` that works here.

    Raises BackendUnavailableError for a wish that cannot be met: what was asked for is never replaced.
    """
    if wish != "auto":
        if wish not in DEVICES:
            names = ", ".join(DEVICES.names())
            raise BackendUnavailableError(f"no device {wish!r}", remedy=f"use --device auto, {names}")
        found = ask(wish)
        if not found.usable:
            raise BackendUnavailableError(f"--device {wish} does not work here: {found.reason}", remedy=found.remedy)
        return Choice(wish)
    passed_over: list[str] = []
    for device in auto_order():
        found = ask(device)
        if found.usable:
            return Choice(device, tuple(passed_over))
        if _kind(device).system is None:  # nobody expects another system's
            passed_over.append(f"{device}: {found.reason}")
    raise BackendUnavailableError(f"no device can run ONNX models here: {'; '.join(passed_over)}", remedy=to_add("cpu"))


class DeviceOpener:
    """Opens files on one device, and checks each engine against the CPU where that is not the CPU itself.

    derived: a folder for converted files and built engines. ladder: the precisions to try. progress: told about builds.
    opened: what was opened, for reports. cancel: set it to stop a build under way.
    """

    def __init__(
        self,
        device: str,
        derived: Path,
        *,
        ladder: tuple[Precision, ...] | None = None,
        progress: Progress = ignore_progress,
    ) -> None:
        self.device = device
        self._derived, self._progress = derived, progress
        self._kind = _kind(device)
        self._ladder = ladder or self._kind.ladder or LADDER
        self.opened: list[CheckedSession] = []
        self.cancel = threading.Event()

    def __call__(self, path: Path, edge: int | None = None) -> Session:
        """The network at `path`, ready on the device. edge: px of a picture whose size it leaves open."""
        if self.device == "cpu" and self._ladder == ("fp32",):
            return OrtSession(path)
        checked = open_checked(
            path,
            self._derived,
            open_engine=lambda file: self._open(file, edge),
            open_reference=OrtSession,
            ladder=self._ladder,
            edge=edge,
        )
        self.opened.append(checked)
        return checked.session

    def _open(self, path: Path, edge: int | None) -> Session:
        return self._kind.opener(path, Opening(self._derived, edge, self._progress, self.cancel))


def _kind(device: str) -> DeviceKind:
    kind = DEVICES.get(device)
    assert kind is not None, device  # noqa: S101  choose_device looked
    return kind
