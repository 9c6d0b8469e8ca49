"""insightface 2.1 as oracle: the same ONNX files and pictures, and the same numbers come out."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.common import onnx_zoo
from engines.backends.io_validation import CropFacts
from engines.backends.onnxruntime import OrtSession
from engines.crops.alignment import align
from engines.crops.crop_codec import CropCodec
from engines.landmarks.landmarks_106 import Landmarks106
from engines.recognition.recogniser import FaceRecogniser, unit
from engines.swappers.neural.identity import LatentEncoder
from tests.engines.swappers.neural.faces import five_at, row, scene

pytestmark = pytest.mark.filterwarnings("ignore")  # insightface's dependencies deprecate what it uses
zoo_module = pytest.importorskip("insightface.model_zoo", reason="the oracle insightface is not installed")

POINTS = five_at((320, 180), 150, 12)
ARC = {"size_px": 112, "order": "rgb", "mean": 127.5, "std": 127.5, "template": "arcface_112_v2"}
IN = {"size_px": 128, "order": "rgb", "mean": 0.0, "std": 255.0, "template": "arcface_128"}


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    error = float(np.mean((a.astype(float) - b.astype(float)) ** 2))
    return 99.0 if error == 0 else 10 * float(np.log10(255**2 / error))


@pytest.mark.parametrize("degrees", [0, 12, 70])
def test_embedding_is_insightfaces(zoo: Path, degrees: float) -> None:
    path = onnx_zoo.recogniser(zoo / "w600k.onnx")
    points = five_at((320, 180), 150, degrees)
    ours = FaceRecogniser(row("arcface", input=ARC), OrtSession(path)).embed(scene(), points)
    theirs = zoo_module.arcface_onnx.ArcFaceONNX(str(path)).get(scene(), SimpleNamespace(kps=points))
    assert float(unit(ours) @ unit(theirs)) > 0.9999
    assert np.linalg.norm(ours) == pytest.approx(np.linalg.norm(theirs), rel=1e-2)


@pytest.mark.parametrize("size", [90, 150, 220])
def test_swapped_face_before_pasting_is_insightfaces(zoo: Path, size: int) -> None:
    path = onnx_zoo.swapper(zoo / "inswapper.onnx", 128, emap_at=-1)
    points = five_at((320, 180), size, 12)
    source = np.random.default_rng(3).normal(size=512).astype(np.float32)
    theirs = zoo_module.inswapper.INSwapper(str(path))
    picture, affine = theirs.get(
        scene(), SimpleNamespace(kps=points), SimpleNamespace(normed_embedding=unit(source)), paste_back=False
    )
    recogniser = FaceRecogniser(row("arcface", input=ARC), OrtSession(onnx_zoo.recogniser(zoo / "w600k.onnx")))
    latent = LatentEncoder(recogniser, emap=onnx_zoo.emap()).latent(source)
    spec = row(input=IN, output={"mean": 0.0, "std": 255.0}, identity={"kind": "emap"})
    codec, session = CropCodec(CropFacts.of(spec)), OrtSession(path)
    crop, ours_affine = codec.cut(scene(), points)
    planes = codec.through(lambda batch: session.run(batch, latent)["output"], crop)
    ours = codec.decode(planes, np.ones((128, 128), np.float32))[:, :, :3]
    assert ours_affine == pytest.approx(affine, abs=1e-3)
    assert ours_affine == pytest.approx(align(points, "arcface_128", 128))
    assert psnr(ours, picture) > 45


def test_landmarks_are_insightfaces(zoo: Path) -> None:
    path = onnx_zoo.landmarks_106(zoo / "2d106.onnx")
    box = np.array([220, 80, 400, 300], np.float32)
    spec = row("2d106", task="landmarks", input={"size_px": 192, "order": "rgb", "mean": 0.0, "std": 1.0})
    ours = Landmarks106(spec, OrtSession(path)).locate(scene(), box)

    class Face(dict):  # type: ignore[type-arg]
        bbox = box

    theirs = zoo_module.landmark.Landmark(str(path)).get(scene(), Face())
    assert ours == pytest.approx(theirs, abs=0.5)
