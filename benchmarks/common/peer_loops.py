"""What others do per frame, beside what we do, on the same pictures and, where there is a network, the same file.

Knows the peers' calls; times nothing.
"""

import contextlib
import sys
import warnings
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np

from benchmarks.common import onnx_detectors, onnx_zoo
from benchmarks.common.ab_timing import Side, per_go
from benchmarks.common.fixture import Fixture
from benchmarks.scoring.scores import outline_of
from engines.backends.io_validation import CropFacts
from engines.backends.onnxruntime import OrtSession
from engines.compositor.network import default_compositor
from engines.crops.alignment import five_points
from engines.crops.crop_codec import CropCodec
from engines.image.geometry import roi_from_detection
from engines.swappers.neural.crop_paste import Finish, OcclusionEstimator
from engines.swappers.neural.identity import FixedSource
from engines.swappers.neural.swapper import NeuralFace, bind
from engines.types import Image, SourcePhoto
from models.manifest import load_manifest
from realtime.faces.source_bank import InitialFaces, SourceBank
from realtime.faces.swap_settings import SwapSettings

SWAPPER = "inswapper_128"
FEATHER_PX = 15
SURE = 0.999
"""Generated detectors see faces everywhere; a threshold that leaves them a few, as real ones have."""
SEED = 1


def insightface(fixture: Fixture) -> tuple[Side, Side]:
    """The detector, a recogniser and the 106 landmarks of its analysis are generated, as is the swapper.

    What such a detector finds is no face, so the swap is given the real one's keypoints. Raises ImportError.
    """
    from insightface.app import FaceAnalysis  # noqa: PLC0415  the peer, only here
    from insightface.model_zoo.inswapper import INSwapper  # noqa: PLC0415

    pack, file = fixture.folder / "pack", onnx_zoo.swapper(fixture.folder / f"{SWAPPER}.onnx", 128, emap_at=-1)
    onnx_detectors.scrfd(pack / "det_10g.onnx")
    onnx_zoo.recogniser(pack / "w600k_r50.onnx")
    onnx_zoo.landmarks_106(pack / "2d106det.onnx")
    latent = np.random.default_rng(SEED).normal(size=512).astype(np.float32)
    warnings.filterwarnings("ignore", category=FutureWarning, module="insightface")
    with contextlib.redirect_stdout(sys.stderr):
        analysis = FaceAnalysis(str(pack), providers=["CPUExecutionProvider"])
        analysis.prepare(ctx_id=-1, det_thresh=SURE, det_size=(640, 640))
        swapper = INSwapper(str(file))
    target = SimpleNamespace(kps=five_points(fixture.face))
    source = SimpleNamespace(normed_embedding=latent / np.linalg.norm(latent))

    def theirs(image: Image) -> Any:
        analysis.get(image, max_num=1)
        return swapper.get(image, target, source, paste_back=True)

    spec = load_manifest().get(SWAPPER)
    session = OrtSession(file)
    codec, identity = CropCodec(CropFacts.of(spec)), FixedSource(latent[None])
    face = NeuralFace(codec, bind(spec, session), session, identity, Finish([OcclusionEstimator(default_compositor())]))
    photo = SourcePhoto("source", fixture.first, fixture.face)
    source_bank = SourceBank(
        InitialFaces(SwapSettings(SWAPPER), (photo,), (face,)), fixture.equipment.engines.prepare_fn
    )
    return fixture.whole_frames(source_bank), per_go(theirs, fixture.frames)


def naive(fixture: Fixture) -> tuple[Side, Side]:
    """The loop everybody writes first."""
    engines, worn = fixture.equipment.engines, fixture.worn

    def theirs(image: Image) -> Image:
        best = max(engines.detector.detect(image), key=lambda found: found.score)
        face = engines.landmarker.locate(image, roi_from_detection(best))
        painted = image.copy()
        worn.paint(painted, face)
        mask = np.zeros(image.shape, np.float32)
        cv2.fillConvexPoly(mask, outline_of(face), (1.0, 1.0, 1.0))
        mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), FEATHER_PX), np.float32)
        return (painted * mask + image * (1 - mask)).astype(np.uint8)

    return fixture.whole_frames(), per_go(theirs, fixture.frames)


def seamless_clone(fixture: Fixture) -> tuple[Side, Side]:
    """OpenCV's gradient-domain paste over our swap."""
    worn, face = fixture.worn, fixture.face
    outline = outline_of(face)
    x, y, width, height = cv2.boundingRect(outline)

    def theirs(image: Image) -> Any:
        painted = image.copy()
        worn.paint(painted, face)
        mask = np.zeros(image.shape[:2], np.uint8)
        cv2.fillConvexPoly(mask, outline, (255.0,))
        return cv2.seamlessClone(painted, image, mask, (x + width // 2, y + height // 2), cv2.NORMAL_CLONE)

    return per_go(lambda image: worn.paint(image, face), fixture.frames), per_go(theirs, fixture.frames)
