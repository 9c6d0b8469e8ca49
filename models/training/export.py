"""The trained network as files that the product's runtimes read: compositor.tflite and compositor.onnx.

Knows both formats and their weights in 16 and in 8 bits; knows no training. Each file is run and compared with torch
before it is kept.

The graph that is exported is the same function written for runtimes: the 2x2 blocks of the first layer are a 6x6
convolution with stride 2, and the activations' constants lie in the last layer's weights.
"""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from models.errors import UserError
from models.training.network import (
    BIAS,
    BLOCK,
    INPUTS,
    LOWEST,
    SIZE,
    SPAN,
    STEEPNESS,
    Compositor,
)
from models.training.weights import Checkpoint

INPUT, OUTPUT = "square", "fields"
OPSET = 17
TOLERANCES = {"compositor.onnx": 0.001, "compositor.tflite": 0.01}
"""Mean difference of the fields from torch's, on noise, which is harder than faces: of weights in 16 and in 8 bits."""
BYTES = {
    "regex": ".*",
    "operation": "CONV_2D",
    "algorithm_key": "min_max_uniform_quantize",
    "op_config": {
        "weight_tensor_config": {"num_bits": 8, "dtype": "INT", "symmetric": True, "granularity": "CHANNELWISE"},
        "compute_precision": "INTEGER",
        "explicit_dequantize": False,
        "skip_checks": False,
    },
}
"""How the quantiser is told to keep the weights of convolutions in 8 bits, and to have XNNPACK multiply them with
values that it rounds to 8 bits anew in each layer and run: a third of the time (6.5 -> 1.9 ms on a thread with
AVX512-VNNI), and pictures that differ by 0.4 of 255 (12 sources on 8 targets; a hundredth of the pixels by 2, none by
more than 4)."""
Run = Callable[[NDArray[np.float32]], NDArray[np.float32]]


class Exported(nn.Module):
    """The compositor as it is exported: square -> fields."""

    def __init__(self, network: Compositor) -> None:
        super().__init__()
        self.network = network
        stem, head = network.stem, network.head
        self.stem = nn.Conv2d(INPUTS, stem.out_channels, 3 * BLOCK, BLOCK, BLOCK)
        self.head = nn.Conv2d(head.in_channels, head.out_channels, 3, padding=1)
        steepness, bias = (torch.tensor(row).repeat_interleave(BLOCK**2) for row in (STEEPNESS, BIAS))
        lowest, span = (torch.tensor(row).repeat_interleave(BLOCK**2).view(1, -1, 1, 1) for row in (LOWEST, SPAN))
        self.register_buffer("lowest", lowest)
        self.register_buffer("span", span)
        with torch.no_grad():
            self.stem.weight.copy_(unblocked(stem.weight))
            self.stem.bias.copy_(cast("Tensor", stem.bias))  # type: ignore[union-attr]
            self.head.weight.copy_(head.weight * steepness.view(-1, 1, 1, 1))
            self.head.bias.copy_(cast("Tensor", head.bias) * steepness + bias)  # type: ignore[union-attr]

    def forward(self, square: Tensor) -> Tensor:
        """square: (N, 8, 128, 128). Returns (N, 9, 128, 128)."""
        trunk = self.network.after_stem(functional.relu6(self.stem(square)))
        return functional.pixel_shuffle(self.lowest + self.span * torch.sigmoid(self.head(trunk)), BLOCK)


def unblocked(weight: Tensor) -> Tensor:
    """The 6x6 kernel that equals a 3x3 one on blocks of 2x2. weight: (O, 32, 3, 3). Returns (O, 8, 6, 6)."""
    outputs = weight.shape[0]
    apart = weight.reshape(outputs, INPUTS, BLOCK, BLOCK, 3, 3)  # (row, column) in the block, then (row, column) of it
    return apart.permute(0, 1, 4, 2, 5, 3).reshape(outputs, INPUTS, 3 * BLOCK, 3 * BLOCK)


def blocked(weight: Tensor) -> Tensor:
    """What `unblocked` was given. weight: (O, 8, 6, 6). Returns (O, 32, 3, 3)."""
    outputs = weight.shape[0]
    apart = weight.reshape(outputs, INPUTS, 3, BLOCK, 3, BLOCK)
    return apart.permute(0, 1, 3, 5, 2, 4).reshape(outputs, INPUTS * BLOCK**2, 3, 3)


def imported(path: Path) -> dict[str, Tensor]:
    """The weights in an .onnx file that `export` wrote, by their names in the network. Raises UserError for another."""
    import onnx  # noqa: PLC0415  heavy
    from onnx import numpy_helper  # noqa: PLC0415

    names = Compositor().state_dict()
    try:
        graph = onnx.load(str(path)).graph
        held = {
            each.name: torch.from_numpy(numpy_helper.to_array(each).astype(np.float32)) for each in graph.initializer
        }
        own = ("stem", "head")
        found = {name: held[f"{name if name.startswith(own) else f'network.{name}'}.half"] for name in names}
    except (OSError, KeyError, ValueError, RuntimeError) as error:
        raise UserError(f"{path} holds no weights of the compositor: {error}", remedy="give a checkpoint") from error
    steepness, bias = (torch.tensor(row).repeat_interleave(BLOCK**2) for row in (STEEPNESS, BIAS))
    found["stem.weight"] = blocked(found["stem.weight"])
    found["head.weight"] = found["head.weight"] / steepness.view(-1, 1, 1, 1)
    found["head.bias"] = (found["head.bias"] - bias) / steepness
    return found


def export(checkpoint: Checkpoint, folder: Path) -> dict[Path, float]:
    """Write both files into `folder`. Returns each one's mean difference from torch; raises if it is too large."""
    network = Compositor().eval()
    network.load_state_dict(checkpoint.averaged)
    graph = Exported(network).eval()
    square = torch.rand(1, INPUTS, SIZE, SIZE, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected = network(square).numpy()
    folder.mkdir(parents=True, exist_ok=True)
    apart: dict[Path, float] = {}
    for name, write, opened in (
        ("compositor.onnx", write_onnx, open_onnx),
        ("compositor.tflite", write_tflite, open_tflite),
    ):
        partial = folder / f"partial-{name}"
        write(graph, square, partial)
        apart[folder / name] = float(np.abs(opened(partial)(square.numpy()) - expected).mean())
        if not apart[folder / name] <= TOLERANCES[name]:
            raise UserError(
                f"{name} is off by {apart[folder / name]:.4f} from torch, more than {TOLERANCES[name]}",
                remedy="train on, or look for weights that so few bits cannot hold",
            )
        partial.replace(folder / name)
    return apart


def write_onnx(graph: nn.Module, square: Tensor, path: Path) -> None:
    """An ONNX file with 16-bit weights, computed in 32 bits, for any number of squares."""
    import onnx  # noqa: PLC0415  heavy
    from onnx import TensorProto, helper, numpy_helper  # noqa: PLC0415

    with warnings.catch_warnings():
        # The old exporter is to go; the new one needs one more package, and makes graphs that TensorRT knows less well.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            graph,
            (square,),
            str(path),
            input_names=[INPUT],
            output_names=[OUTPUT],
            opset_version=OPSET,
            dynamo=False,
            dynamic_axes={INPUT: {0: "faces"}, OUTPUT: {0: "faces"}},
        )
    model = onnx.load(str(path))
    casts = []
    for weight in model.graph.initializer:
        if weight.data_type != TensorProto.FLOAT:
            continue
        name, half = weight.name, numpy_helper.to_array(weight).astype(np.float16)
        weight.CopyFrom(numpy_helper.from_array(half, f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def write_tflite(graph: nn.Module, square: Tensor, path: Path) -> None:
    """A .tflite file with 8-bit weights, for one square at a time."""
    import litert_torch  # noqa: PLC0415  heavy, and an environment that only tests may lack it
    from ai_edge_quantizer import quantizer  # noqa: PLC0415
    from ai_edge_quantizer.utils import tfl_flatbuffer_utils as flatbuffer  # noqa: PLC0415

    litert_torch.convert(graph, (square,)).export(str(path))
    smaller = quantizer.Quantizer(str(path))
    smaller.load_quantization_recipe([BYTES])
    smaller.quantize().export_model(str(path), overwrite=True)
    model = flatbuffer.read_model(str(path))
    for subgraph in model.subgraphs:
        subgraph.tensors[subgraph.inputs[0]].name = INPUT.encode()
        subgraph.tensors[subgraph.outputs[0]].name = OUTPUT.encode()
    flatbuffer.write_model(model, str(path))


def open_onnx(path: Path) -> Run:
    """An ONNX file as a function."""
    import onnxruntime  # noqa: PLC0415

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return lambda square: np.asarray(session.run([OUTPUT], {INPUT: square})[0], np.float32)


def open_tflite(path: Path) -> Run:
    """A .tflite file as a function."""
    from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415

    interpreter = Interpreter(str(path), num_threads=1)
    interpreter.allocate_tensors()
    given, made = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]

    def run(square: NDArray[np.float32]) -> NDArray[np.float32]:
        interpreter.set_tensor(given, square)
        interpreter.invoke()
        return np.asarray(interpreter.get_tensor(made), np.float32)

    return run
