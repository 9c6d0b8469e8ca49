"""Where networks run: what may be asked for, what `auto` takes, and how a file is opened there.

Knows the devices and their order; each runtime's own file knows the runtime, engines/backends/probe.py this machine.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from engines.backends import Session
from engines.backends.onnx_file import Precision
from engines.backends.onnxruntime import OrtSession
from engines.backends.precision import LADDER, CheckedSession, open_checked
from engines.backends.probe import Availability, probe
from engines.errors import BackendUnavailableError
from models.progress import Progress, ignore_progress

Device: TypeAlias = Literal["cpu", "cuda", "tensorrt", "rtx", "openvino", "coreml", "directml"]
DEVICES: tuple[Device, ...] = get_args(Device)

ELSEWHERE: dict[Device, str] = {"coreml": "Darwin", "directml": "Windows"}
"""Devices of one system only."""

AUTO_ORDER: tuple[Device, ...] = ("tensorrt", "rtx", "cuda", "coreml", "directml", "cpu")
"""Fastest first. OpenVINO is not among them: in fp32 it ties with ONNX Runtime (shared/runtime-facts.md, 4)."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen, and for `auto` why nothing better: one line a device that was passed over."""

    device: Device
    passed_over: tuple[str, ...] = ()


def choose_device(wish: str, ask: Callable[[Device], Availability] = probe) -> Choice:
    """`wish`, or for "auto" the first of AUTO_ORDER that works here.

    Raises BackendUnavailableError for a wish that cannot be met: what was asked for is never replaced.
    """
    if wish != "auto":
        device = next((device for device in DEVICES if device == wish), None)
        if device is None:
            raise BackendUnavailableError(f"no device {wish!r}", remedy=f"use --device auto, {', '.join(DEVICES)}")
        found = ask(device)
        if not found.usable:
            raise BackendUnavailableError(f"--device {device} does not work here: {found.reason}", remedy=found.remedy)
        return Choice(device)
    passed_over: list[str] = []
    for device in AUTO_ORDER:
        found = ask(device)
        if found.usable:
            return Choice(device, tuple(passed_over))
        if device not in ELSEWHERE:  # nobody expects another system's
            passed_over.append(f"{device}: {found.reason}")
    raise BackendUnavailableError(
        f"no device can run ONNX models here: {'; '.join(passed_over)}", remedy="uv sync --extra cpu"
    )


class DeviceOpener:
    """Opens files on one device, and checks each engine against the CPU where that is not the CPU itself.

    derived: a folder for converted files and built engines. ladder: the precisions to try. progress: told about builds.
    opened: what was opened, for reports. cancel: set it to stop a build under way.
    """

    def __init__(
        self,
        device: Device,
        derived: Path,
        *,
        ladder: tuple[Precision, ...] | None = None,
        progress: Progress = ignore_progress,
    ) -> None:
        self.device = device
        self._derived, self._progress = derived, progress
        self._ladder = ladder or (("fp32",) if device in {"cpu", "openvino"} else LADDER)
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
        match self.device:
            case "tensorrt" | "rtx":
                from engines.backends.trt import open_engine  # noqa: PLC0415  imports CUDA

                engines = self._derived / "engines"
                return open_engine(path, self.device, engines, edge=edge, progress=self._progress, cancel=self.cancel)
            case "openvino":
                from engines.backends.openvino import OpenVinoSession  # noqa: PLC0415  an extra

                return OpenVinoSession(path)
            case _:
                return OrtSession(path, self.device)
