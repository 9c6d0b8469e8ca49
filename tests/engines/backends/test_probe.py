# ruff: noqa: E501  a table is read by lines
"""Every known trap of the runtimes, as facts; no hardware is needed to know what to say."""

import time

import pytest

from engines.backends.devices import Choice, auto_order, choose_device
from engines.backends.facts import Driver, Facts, gather
from engines.backends.probe import Availability, probe
from engines.errors import BackendUnavailableError
from engines.kinds import DEVICES

GOOD = Driver((13, 1), 1, compute=(8, 9))
CPU = {"onnxruntime": "1.32.0"}
GPU = {"onnxruntime-gpu": "1.31.1"}
RTX = {**CPU, "tensorrt-rtx": "1.7.1", "cuda-python": "13.4"}
TRT = {**CPU, "tensorrt-cu13": "11.4", "cuda-python": "13.4"}

TRAPS = {
    "cpu is fine": ("cpu", Facts(wheels=CPU), None, ""),
    "cpu by the gpu wheel": ("cpu", Facts(wheels=GPU), None, ""),
    "no runtime": ("cpu", Facts(), "onnxruntime is not installed", "uv sync --extra cpu"),
    "two wheels": ("cpu", Facts(wheels={**CPU, **GPU}), "overwrite each other", "pip uninstall -y onnxruntime onnxruntime-gpu &&"),
    "two wheels on cuda": ("cuda", Facts(wheels={**CPU, **GPU}, driver=GOOD), "overwrite", "pip install onnxruntime-gpu"),
    "no driver": ("cuda", Facts(wheels=GPU), "no NVIDIA driver", "install NVIDIA's driver"),
    "driver without a gpu": ("rtx", Facts(wheels=RTX, driver=Driver((13, 0), 0, "cuInit answers 100")), "sees no GPU: cuInit answers 100", "nvidia-smi"),
    "old driver": ("rtx", Facts(wheels=RTX, driver=Driver((12, 4), 1)), "serves CUDA 12.4, and 13.0 is needed", "driver"),
    "plain wheel for cuda": ("cuda", Facts(wheels=CPU, driver=GOOD), "onnxruntime-gpu is not installed (onnxruntime is", "--extra cuda"),
    "no cublas": ("cuda", Facts(wheels=GPU, driver=GOOD, cuda_libraries_missing=("libcublasLt.so.13",)), "libcublasLt.so.13", "[cuda,cudnn]"),
    "cuda is fine": ("cuda", Facts(wheels=GPU, driver=GOOD), None, ""),
    "tensorrt 10": ("tensorrt", Facts(wheels={**TRT, "tensorrt-cu13": "10.16"}, driver=GOOD), "10.16 is too old, 11 is needed", "tensorrt-cu13>=11"),
    "no tensorrt": ("tensorrt", Facts(wheels=CPU, driver=GOOD), "tensorrt-cu13 is not installed", "--extra tensorrt --extra cpu"),
    "tensorrt without cuda-python": ("tensorrt", Facts(wheels={"tensorrt-cu13": "11.4"}, driver=GOOD), "cuda-python", "--extra tensorrt"),
    "tensorrt is fine": ("tensorrt", Facts(wheels=TRT, driver=GOOD), None, ""),
    "no rtx": ("rtx", Facts(wheels=CPU, driver=GOOD), "tensorrt-rtx is not installed", "--extra rtx --extra cpu"),
    "rtx on an H200": ("rtx", Facts(wheels=RTX, driver=Driver((13, 0), 1, compute=(9, 0))), "does not run on GPUs of compute capability 9.0", "--device cuda"),
    "rtx on what is to come": ("rtx", Facts(wheels=RTX, driver=Driver((13, 0), 1, compute=(13, 0))), None, ""),
    "rtx is fine": ("rtx", Facts(wheels=RTX, driver=GOOD), None, ""),
    "no openvino": ("openvino", Facts(wheels=CPU), "openvino is not installed", "--extra openvino --extra cpu"),
    "coreml elsewhere": ("coreml", Facts(wheels=CPU), "for macOS only", "another --device"),
    "coreml is fine": ("coreml", Facts(system="Darwin", wheels=CPU), None, ""),
    "directml elsewhere": ("directml", Facts(wheels=CPU), "for Windows only", "another --device"),
    "nvidia on a mac": ("cuda", Facts(system="Darwin", wheels=CPU), "NVIDIA has no driver for Darwin", "coreml"),
}  # fmt: skip  # a table


@pytest.mark.parametrize(("device", "facts", "reason", "remedy"), TRAPS.values(), ids=TRAPS)
def test_trap_is_told_with_its_cure(device: str, facts: Facts, reason: str | None, remedy: str) -> None:
    found = probe(device, facts)
    assert found.usable == (reason is None)
    assert (reason or "") in found.reason
    assert remedy in found.remedy


def test_every_device_that_can_be_asked_for_is_judged() -> None:
    assert [name for name, kind in DEVICES.items() if not kind.needs] == []
    assert auto_order() == ("tensorrt", "rtx", "cuda", "coreml", "directml", "cpu")


def test_looking_at_this_machine_is_quick_and_finds_its_runtime() -> None:
    began = time.perf_counter()
    facts = gather()
    assert time.perf_counter() - began < 1
    assert facts.ort_wheels


def test_auto_takes_the_best_that_works_and_says_why_not_the_better_ones() -> None:
    def ask(device: str) -> Availability:
        return Availability(device, device in {"cuda", "cpu"}, "" if device in {"cuda", "cpu"} else f"no {device} here")

    assert choose_device("auto", ask) == Choice("cuda", ("tensorrt: no tensorrt here", "rtx: no rtx here"))


def test_wish_that_cannot_be_met_is_never_replaced() -> None:
    with pytest.raises(BackendUnavailableError, match="--device rtx does not work here: broken") as caught:
        choose_device("rtx", lambda device: Availability(device, device == "cpu", "broken", "mend it"))
    assert caught.value.remedy == "mend it"


def test_nothing_at_all_is_an_error_with_every_reason() -> None:
    with pytest.raises(BackendUnavailableError, match=r"tensorrt: no.*cpu: no"):
        choose_device("auto", lambda device: Availability(device, False, "no"))
