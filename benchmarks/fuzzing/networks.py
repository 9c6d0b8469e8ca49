"""Files of networks: ONNX as `liveswap models add` takes them, and TFLite, which comes by its hash alone.

Knows which small networks to make; the runtimes read them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import onnx
from onnx import TensorProto, helper

from benchmarks.common import onnx_zoo
from benchmarks.fuzzing.edits import edited
from benchmarks.fuzzing.target import MB, Target
from engines.backends.litert import LiteRtSession
from engines.backends.onnx_file import read_emap
from engines.identify import identify
from models.manifest import load_manifest

MOST_S, MOST_BYTES = 15.0, 500 * MB
WORDS = (b"Conv", b"Reshape", b"ConstantOfShape", b"Loop", b"If", b"Gemm", b"batch", b"ai.onnx.ml", b"Tile", b"Resize")
OURS = Path(__file__).parents[2] / "engines" / "data"


@contextmanager
def onnx_files(folder: Path) -> Iterator[Target]:
    """Identified as a user's own file is."""
    path, rows = folder / "model.onnx", load_manifest()

    def take(content: bytes) -> None:
        path.write_bytes(content)
        try:
            identify(path, rows)
            read_emap(path)
        finally:
            path.unlink(missing_ok=True)

    samples = tuple(_onnx_samples(folder))
    yield Target(
        inputs=edited(samples, WORDS), take=take, samples=samples, most_s=MOST_S, most_bytes=MOST_BYTES, watched=folder
    )


def _onnx_samples(folder: Path) -> Iterator[bytes]:
    zoo = folder / "zoo"
    yield onnx_zoo.recogniser(zoo / "a.onnx").read_bytes()
    yield onnx_zoo.occluder(zoo / "b.onnx").read_bytes()
    yield onnx_zoo.dfm(zoo / "c.onnx", 128).read_bytes()
    for sizes in ([4, 4], [1 << 20, 1 << 20]):
        yield _constant(sizes)


def _constant(sizes: list[int]) -> bytes:
    """A network that makes an array of this size when it is opened, if anybody lets it."""
    shape = helper.make_tensor("shape", TensorProto.INT64, [len(sizes)], sizes)
    nodes = [helper.make_node("ConstantOfShape", ["shape"], ["big"]), helper.make_node("Add", ["big", "x"], ["y"])]
    given = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    made = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["a", "b"])
    graph = helper.make_graph(nodes, "g", [given], [made], [shape])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    return bytes(onnx.ModelProto.SerializeToString(model))


@contextmanager
def tflite(folder: Path) -> Iterator[Target]:
    """Opened; run it is only once its hash was right."""
    path = folder / "model.tflite"

    def take(content: bytes) -> None:
        path.write_bytes(content)
        try:
            LiteRtSession(path, threads=1)
        finally:
            path.unlink(missing_ok=True)

    samples = ((OURS / "compositor.tflite").read_bytes(),)
    yield Target(
        inputs=edited(samples, (b"TFL3",)), take=take, samples=samples, most_s=10.0, most_bytes=300 * MB, watched=folder
    )
