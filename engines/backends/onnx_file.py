"""What only the ONNX file itself tells: the matrix that inswapper carries, and the same network in half precision.

The only importer of `onnx` in the product. Knows files and graphs; runs nothing.
"""

import os
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engines.errors import BackendUnavailableError, ModelContractError
from models.install import to_add

Precision: TypeAlias = Literal["fp32", "mixed", "fp16"]

EMAP_SHAPE = (512, 512)
KEPT_IN_MIXED = ("InstanceNormalization", "LayerNormalization", "ReduceMean", "Pow", "Sqrt", "Div", "Exp", "Softmax")
"""Operators whose sums and quotients leave the range of 16 bits first."""


def read_emap(path: Path) -> NDArray[np.float32] | None:
    """(512, 512) float32: the one matrix of that shape among the constants; None when there is none.

    insightface takes "the last constant", which optimisers and converters shuffle: then faces melt without an error.
    Raises ModelContractError when several fit, or when the file cannot be read.
    """
    from onnx import numpy_helper  # noqa: PLC0415

    found = [tensor for tensor in _load(path).graph.initializer if tuple(tensor.dims) == EMAP_SHAPE]
    if not found:
        return None
    if len(found) > 1:
        raise ModelContractError(
            f"{path.name} has {len(found)} matrices of 512 x 512, and its emap cannot be identified",
            remedy="take the original inswapper file",
        )
    return np.asarray(numpy_helper.to_array(found[0]), np.float32)


def cached_emap(path: Path, cache: Path) -> NDArray[np.float32] | None:
    """`read_emap`, remembered in the file `cache`: half a gigabyte need not be read for a megabyte at every start."""
    if cache.is_file():
        return np.asarray(np.load(cache), np.float32)
    emap = read_emap(path)
    if emap is not None:
        part = cache.with_name(f"{cache.name}.{os.getpid()}.part")
        cache.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            np.save(file, emap)
        part.replace(cache)
    return emap


def write_half(path: Path, out: Path, precision: Precision) -> None:
    """Write the network at `path` with 16-bit weights to `out`; its inputs and outputs stay float32.

    precision: "mixed" leaves the operators of KEPT_IN_MIXED at 32 bits.
    """
    try:
        from onnxruntime.transformers.float16 import (  # noqa: PLC0415
            DEFAULT_OP_BLOCK_LIST,
            convert_float_to_float16,
        )
    except ImportError as error:
        raise BackendUnavailableError(
            f"half precision needs ONNX Runtime's converter: {error}", remedy=f"{to_add('cpu')}, or --precision fp32"
        ) from error
    kept = [*DEFAULT_OP_BLOCK_LIST, *(KEPT_IN_MIXED if precision == "mixed" else ())]
    made = convert_float_to_float16(_load(path), keep_io_types=True, op_block_list=kept)
    part = out.with_name(f"{out.name}.{os.getpid()}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_bytes(made.SerializeToString())
    part.replace(out)


def _load(path: Path) -> Any:
    try:
        import onnx  # noqa: PLC0415  an extra, and heavy
        from google.protobuf.message import DecodeError  # noqa: PLC0415
        from onnx.checker import ValidationError  # noqa: PLC0415
    except ImportError as error:
        raise BackendUnavailableError(f"onnx does not load: {error}", remedy=to_add("cpu")) from error
    try:
        return onnx.load(str(path))
    except (DecodeError, ValidationError, OSError, ValueError) as error:  # ValidationError: weights outside its folder
        raise ModelContractError(
            f"{path.name} is not a readable ONNX file: {error}", remedy="fetch it again: liveswap models pull"
        ) from error
