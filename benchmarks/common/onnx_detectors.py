"""ONNX files with the contracts of grid detectors, and the full-size inswapper for its cost: see onnx_zoo.py.

The detectors' weights are random but seeded, so they "find" a fixed set of boxes in a picture: enough to compare
decoders.
"""

from pathlib import Path

import numpy as np

from benchmarks.common.onnx_zoo import Graph, emap, random, value

STRIDES = (8, 16, 32)


def _rows(graph: Graph, stride: int, values: int, *, bias: float, spread: float) -> str:
    """Two anchors a cell: a convolution of the stride's size, as rows of `values` numbers."""
    weights = random(values * 2, 3, stride, stride, scale=spread / stride, seed=stride + values)
    biases = np.full(len(weights), bias, np.float32)
    made = graph.add(
        *("Conv", "input.1", graph.constant(weights), graph.constant(biases)),
        kernel_shape=[stride, stride],
        strides=[stride, stride],
    )
    last = graph.add("Transpose", made, perm=[0, 2, 3, 1])
    return graph.add("Reshape", last, graph.constant(np.array([-1, values])))


def scrfd(path: Path, *, size: int | None = None, bias: float = -0.5) -> Path:
    """Nine outputs as det_10g has them; size None: any size. bias: of the scores; at -4 an eighth of the boxes."""
    edge: int | str = size or "?"
    names = [f"{kind}_{stride}" for kind in ("score", "bbox", "kps") for stride in STRIDES]
    outputs = [value(name, "rows", {"s": 1, "b": 4, "k": 10}[name[0]]) for name in names]
    graph = Graph([value("input.1", 1, 3, edge, edge)], outputs)
    for stride in STRIDES:
        score = _rows(graph, stride, 1, bias=bias, spread=2.0)
        graph.add("Sigmoid", score, out=f"score_{stride}")
        box = _rows(graph, stride, 4, bias=1.5, spread=1.0)
        graph.add("Abs", box, out=f"bbox_{stride}")
        points = _rows(graph, stride, 10, bias=0.0, spread=1.0)
        graph.add("Identity", points, out=f"kps_{stride}")
    return graph.save(path)


def yunet(path: Path, *, size: int = 640) -> Path:
    """Twelve outputs as face_detection_yunet_2023mar has them."""
    kinds = {"cls": 1, "obj": 1, "bbox": 4, "kps": 10}
    rows = {stride: (size // stride) ** 2 for stride in STRIDES}
    outputs = [value(f"{kind}_{stride}", 1, rows[stride], n) for kind, n in kinds.items() for stride in STRIDES]
    graph = Graph([value("input", 1, 3, size, size)], outputs)
    scaled = graph.add("Mul", "input", graph.constant(1 / 128))
    for stride in STRIDES:
        for number, (kind, count) in enumerate(kinds.items()):
            weights = random(
                count, 3, stride, stride, scale=(2.5 if count == 1 else 0.6) / stride, seed=stride + number
            )
            made = graph.add(
                *("Conv", scaled, graph.constant(weights)), kernel_shape=[stride, stride], strides=[stride, stride]
            )
            flat = graph.add(
                "Reshape", graph.add("Transpose", made, perm=[0, 2, 3, 1]), graph.constant(np.array([1, -1, count]))
            )
            graph.add("Sigmoid" if count == 1 else "Identity", flat, out=f"{kind}_{stride}")
    return graph.save(path)


def full_inswapper(path: Path) -> Path:
    """inswapper_128's layers with seeded weights: 138 M parameters, 175 GMAC, 550 MB. Costs what the real one costs."""
    graph = Graph([value("target", 1, 3, 128, 128), value("source", 1, 512)], [value("output", 1, 3, 128, 128)])

    seeds = iter(range(100))  # no two layers alike, or a builder would keep one of them

    def conv(x: str, fan_in: int, fan_out: int, kernel: int, stride: int = 1) -> str:
        scale = (2 / (fan_in * kernel * kernel)) ** 0.5
        weights = random(fan_out, fan_in, kernel, kernel, scale=scale, seed=next(seeds))
        pad = kernel // 2
        named = graph.constant(weights)
        return graph.add("Conv", x, named, kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[pad] * 4)

    def adain(x: str, channels: int) -> str:
        ones, zeros = np.ones(channels, np.float32), np.zeros(channels, np.float32)
        normal = graph.add("InstanceNormalization", x, graph.constant(ones), graph.constant(zeros))
        style = graph.add("MatMul", "source", graph.constant(random(512, 2 * channels, scale=0.05, seed=next(seeds))))
        shaped = graph.add("Reshape", style, graph.constant(np.array([1, 2, channels, 1, 1])))
        gamma = graph.add("Gather", shaped, graph.constant(np.array(0)), axis=1)
        beta = graph.add("Gather", shaped, graph.constant(np.array(1)), axis=1)
        return graph.add("Add", graph.add("Mul", normal, gamma), beta)

    def doubled(x: str) -> str:
        scales = graph.constant(np.array([1, 1, 2, 2], np.float32))
        return graph.add("Resize", x, "", scales, mode="linear")

    x = graph.add("LeakyRelu", conv("target", 3, 128, 7), alpha=0.2)
    for fan_in, fan_out, stride in ((128, 256, 1), (256, 512, 2), (512, 1024, 2)):
        x = graph.add("LeakyRelu", conv(x, fan_in, fan_out, 3, stride), alpha=0.2)
    for _ in range(6):
        inner = graph.add("Relu", adain(conv(x, 1024, 1024, 3), 1024))
        x = graph.add("Add", x, adain(conv(inner, 1024, 1024, 3), 1024))
    x = graph.add("LeakyRelu", conv(doubled(x), 1024, 512, 3), alpha=0.2)
    x = graph.add("LeakyRelu", conv(doubled(x), 512, 256, 3), alpha=0.2)
    x = graph.add("LeakyRelu", conv(x, 256, 128, 3), alpha=0.2)
    half = graph.add("Mul", graph.add("Tanh", conv(x, 128, 3, 7)), graph.constant(0.5))
    graph.add("Add", half, graph.constant(0.5), out="output")
    graph.constant(emap(), "buff2fs")
    return graph.save(path)
