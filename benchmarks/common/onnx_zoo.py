"""ONNX files with each family's exact contract: tiny ones with known arithmetic, and one with inswapper's full cost.

Knows contracts (shared/swapper-contracts.md) and arithmetic that a test can redo in NumPy; no weights of anybody's are
used. The tests run on these, and so can anybody who has no weights.
"""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Array = NDArray[np.float32]
SEED = 7
KEPT = 0.25
"""Share of the target's crop in what a tiny swapper gives; the rest is one colour that stands for the identity."""
OPSET = 17


def random(*shape: int, scale: float = 1.0, seed: int = SEED) -> Array:
    """Seeded normal numbers."""
    return np.random.default_rng(seed).normal(0, scale, shape).astype(np.float32)


def value(name: str, *shape: int | str) -> onnx.ValueInfoProto:
    """A float32 input or output; a text is a dynamic dimension."""
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))


class Graph:
    """Nodes and constants of a model in the making."""

    def __init__(self, inputs: list[onnx.ValueInfoProto], outputs: list[onnx.ValueInfoProto]) -> None:
        self._inputs, self._outputs = inputs, outputs
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def constant(self, array: NDArray[Any] | float, name: str = "") -> str:
        """Add an initializer, a plain number as float32; returns its name."""
        name = name or f"c{len(self._constants)}"
        values = np.asarray(array, np.float32) if isinstance(array, float) else array
        self._constants.append(numpy_helper.from_array(values, name))
        return name

    def add(self, operator: str, *inputs: str, out: str = "", **attributes: Any) -> str:
        """Add a node; returns the name of its output."""
        out = out or f"n{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, list(inputs), [out], name=out, **attributes))
        return out

    def save(self, path: Path, *, opset: int = OPSET) -> Path:
        """Write the model to `path`."""
        graph = helper.make_graph(self._nodes, path.stem, self._inputs, self._outputs, self._constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)
        path.parent.mkdir(parents=True, exist_ok=True)
        onnx.save(model, str(path))
        return path


def identity_colour(latent: Array) -> Array:
    """(3,) 0..1: the colour a tiny swapper paints for a latent (512,)."""
    return np.asarray(1 / (1 + np.exp(-latent.reshape(1, 512) @ random(512, 3)))[0], np.float32)


@cache
def emap() -> Array:
    """(512, 512), read-only: a rotation, which any embedding survives."""
    matrix = np.asarray(np.linalg.qr(random(512, 512))[0], np.float32)
    matrix.setflags(write=False)
    return matrix


def swapper(  # noqa: PLR0913  one option a way in which real files differ
    path: Path,
    size: int,
    *,
    names: tuple[str, str, str] = ("target", "source", "output"),
    signed: bool = False,
    emap_at: int | None = None,
    latent_first: bool = False,
    mask: bool = False,
    batch: int | str = 1,
) -> Path:
    """target * KEPT + colour * (1 - KEPT), the colour from the latent.

    signed: values are -1..1 instead of 0..1. emap_at: place of the matrix among the initializers (-1: last); None for
    none. latent_first: the order of the inputs. mask: a second output, all ones. batch: of both inputs.
    """
    target, latent, output = names
    inputs = [value(target, batch, 3, size, size), value(latent, batch, 512)]
    outputs = [value(output, batch, 3, size, size)] + ([value("mask", batch, 1, size, size)] if mask else [])
    graph = Graph(inputs[::-1] if latent_first else inputs, outputs)
    colour = graph.add("Sigmoid", graph.add("MatMul", latent, graph.constant(random(512, 3))))
    if signed:
        colour = graph.add("Sub", graph.add("Mul", colour, graph.constant(2.0)), graph.constant(1.0))
    shaped = graph.add("Reshape", colour, graph.constant(np.array([-1, 3, 1, 1])))
    painted = graph.add("Mul", shaped, graph.constant(1 - KEPT))
    graph.add("Add", graph.add("Mul", target, graph.constant(KEPT)), painted, out=output)
    if mask:
        zero = graph.add("Mul", target, graph.constant(0.0))
        mean = graph.add("ReduceMean", zero, axes=[1], keepdims=1)
        graph.add("Add", mean, graph.constant(1.0), out="mask")
    if emap_at is not None:
        constants = graph._constants  # noqa: SLF001  our own class
        constants.insert(len(constants) if emap_at == -1 else emap_at, numpy_helper.from_array(emap(), "buff2fs"))
    return graph.save(path)


def picture_swapper(path: Path, size: int, source_px: int, *, names: tuple[str, str, str], signed: bool) -> Path:
    """target * KEPT + mean colour of the source picture (0..1) * (1 - KEPT)."""
    target, source, output = names
    inputs = [value(source, 1, 3, source_px, source_px), value(target, 1, 3, size, size)]
    graph = Graph(inputs, [value(output, 1, 3, size, size)])
    colour = graph.add("GlobalAveragePool", source)
    if signed:
        colour = graph.add("Sub", graph.add("Mul", colour, graph.constant(2.0)), graph.constant(1.0))
    painted = graph.add("Mul", colour, graph.constant(1 - KEPT))
    graph.add("Add", graph.add("Mul", target, graph.constant(KEPT)), painted, out=output)
    return graph.save(path)


def recogniser(path: Path, *, size: int = 112, batch: int | str = "batch") -> Path:
    """Means of 14 px tiles, projected to 512 numbers."""
    graph = Graph([value("input.1", batch, 3, size, size)], [value("683", batch, 512)])
    tiles = graph.add("AveragePool", "input.1", kernel_shape=[14, 14], strides=[14, 14])
    flat = graph.add("Flatten", tiles)
    graph.add("MatMul", flat, graph.constant(random(3 * (size // 14) ** 2, 512, scale=0.5)), out="683")
    return graph.save(path)


def converter(path: Path) -> Path:
    """A rotation of the embedding, twice as long."""
    graph = Graph([value("input", 1, 512)], [value("output", 1, 512)])
    graph.add("MatMul", "input", graph.constant(emap() * np.float32(2)), out="output")
    return graph.save(path)


def landmarks_106(path: Path, *, size: int = 192) -> Path:
    """Means of 24 px tiles, projected to 106 points within -1..1."""
    graph = Graph([value("data", "None", 3, size, size)], [value("fc1", 1, 212)])
    centred = graph.add("Sub", "data", graph.constant(127.5), out="Sub_data")
    scaled = graph.add("Mul", centred, graph.constant(1 / 128.0), out="Mul_data")
    flat = graph.add("Flatten", graph.add("AveragePool", scaled, kernel_shape=[24, 24], strides=[24, 24]))
    graph.add("Tanh", graph.add("MatMul", flat, graph.constant(random(192, 212, scale=0.3))), out="fc1")
    return graph.save(path)


def enhancer(path: Path, size: int, *, extra_output: bool = False) -> Path:
    """The picture, half as far from grey (values -1..1)."""
    outputs = [value("output", 1, 3, size, size)] + ([value("1288", 1, 3, size, size)] if extra_output else [])
    graph = Graph([value("input", 1, 3, size, size)], outputs)
    graph.add("Mul", "input", graph.constant(0.5), out="output")
    if extra_output:
        graph.add("Mul", "input", graph.constant(0.1), out="1288")
    return graph.save(path)


def occluder(path: Path, *, size: int = 256) -> Path:
    """1 where a pixel is brighter than a fifth, 0 below a tenth: what is black lies over the face."""
    graph = Graph([value("in_face:0", 1, size, size, 3)], [value("out_mask:0", 1, size, size, 1)])
    mean = graph.add("ReduceMean", "in_face:0", axes=[3], keepdims=1)
    steep = graph.add("Mul", graph.add("Sub", mean, graph.constant(0.1)), graph.constant(10.0))
    graph.add("Clip", steep, graph.constant(0.0), graph.constant(1.0), out="out_mask:0")
    return graph.save(path)


def parser(path: Path, *, size: int = 512) -> Path:
    """Class 1 (skin) where a pixel is brighter than ImageNet's mean, class 0 elsewhere."""
    graph = Graph([value("input", 1, 3, size, size)], [value("output", 1, 19, size, size)])
    mean = graph.add("ReduceMean", "input", axes=[1], keepdims=1)
    channels = np.zeros((19, 1, 1, 1), np.float32)
    channels[1] = 1
    scores = graph.add("Conv", mean, graph.constant(channels), kernel_shape=[1, 1])
    lower = np.full((1, 19, 1, 1), -100, np.float32)
    lower[:, :2] = 0
    graph.add("Add", scores, graph.constant(lower), out="output")
    return graph.save(path)


def dfm(path: Path, size: int, *, morph: bool = True, colour: tuple[float, float, float] = (0.1, 0.5, 0.9)) -> Path:
    """in_face * KEPT + colour (BGR 0..1) * (1 - KEPT); masks: a centred square; morph darkens the colour."""
    inputs = [value("in_face:0", "batch", size, size, 3)] + ([value("morph_value:0", 1)] if morph else [])
    masks = [value(f"out_{what}_mask:0", 1, size, size, 1) for what in ("face", "celeb_face")]
    graph = Graph(inputs, [masks[0], value("out_celeb_face:0", "batch", size, size, 3), masks[1]])
    painted = graph.constant((np.array(colour, np.float32) * np.float32(1 - KEPT)).reshape(1, 1, 1, 3))
    if morph:
        painted = graph.add("Mul", painted, "morph_value:0")
    graph.add("Add", graph.add("Mul", "in_face:0", graph.constant(KEPT)), painted, out="out_celeb_face:0")
    square = np.zeros((1, size, size, 1), np.float32)
    square[:, size // 4 : -size // 4, size // 4 : -size // 4] = 1
    graph.add("Identity", graph.constant(square), out="out_face_mask:0")
    graph.add("Identity", graph.constant(np.ones_like(square)), out="out_celeb_face_mask:0")
    return graph.save(path)
