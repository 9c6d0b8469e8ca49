"""Grid detectors against the decoders of their makers, on the same generated networks and pictures."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks.common import onnx_detectors, onnx_zoo
from engines.backends.onnxruntime import OrtSession
from engines.detectors.scrfd import ScrfdDetector
from engines.detectors.yunet import YunetDetector
from engines.errors import EngineError, ModelContractError
from engines.image.geometry import suppress_overlapping
from tests.engines.swappers.neural.faces import row, scene

SCRFD = row("scrfd", task="detect", input={"size_px": 640, "order": "rgb", "mean": 127.5, "std": 128.0})
YUNET = row("yunet", task="detect", input={"size_px": 640, "order": "bgr", "mean": 0.0, "std": 1.0})


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning", "ignore::FutureWarning")
@pytest.mark.parametrize("size", [160, 320, 640])
@pytest.mark.parametrize("shape", [(640, 360), (300, 500), (320, 320)])
def test_scrfd_finds_what_insightface_finds(zoo: Path, size: int, shape: tuple[int, int]) -> None:
    scrfd = pytest.importorskip("insightface.model_zoo.scrfd", reason="the oracle insightface is not installed")
    path = onnx_detectors.scrfd(zoo / f"scrfd-{size}.onnx")
    image = scene(*shape)
    theirs = scrfd.SCRFD(str(path), session=None)
    theirs.prepare(-1, det_thresh=0.5)
    boxes, points = theirs.detect(image, input_size=(size, size))
    ours = ScrfdDetector(SCRFD, OrtSession(path), size=size).detect(image)
    assert len(ours) == len(boxes) > 3
    assert np.array([face.box_xyxy for face in ours]) == pytest.approx(boxes[:, :4], abs=0.5)
    assert np.array([face.keypoints for face in ours]) == pytest.approx(points, abs=0.5)
    assert [face.score for face in ours] == pytest.approx(boxes[:, 4], abs=1e-4)


@pytest.mark.parametrize("shape", [(640, 640), (640, 360), (300, 500)])
def test_yunet_finds_what_opencv_finds(zoo: Path, shape: tuple[int, int]) -> None:
    path = onnx_detectors.yunet(zoo / "yunet.onnx")
    image = scene(*shape)
    ours = YunetDetector(YUNET, OrtSession(path), threshold=0.6).detect(image)
    # OpenCV's class takes the picture as it is, so it is given the square that ours makes of it
    square = np.zeros((640, 640, 3), np.uint8)
    scale = min(640 / shape[0], 640 / shape[1])
    fitted = cv2.resize(image, (int(shape[0] * scale), int(shape[1] * scale)))
    square[: fitted.shape[0], : fitted.shape[1]] = fitted
    theirs = cv2.FaceDetectorYN.create(str(path), "", (640, 640), 0.6, 0.3, 5000).detect(square)[1]
    assert len(ours) > 3
    boxes = np.array([face.box_xyxy for face in ours])
    corners = np.hstack([theirs[:, :2], theirs[:, :2] + theirs[:, 2:4]]) / scale
    strongest = np.argsort(-theirs[:, 14], kind="stable")[:3]  # later ones depend on what whole-pixel NMS dropped
    assert boxes[:3] == pytest.approx(corners[strongest], abs=0.5)
    assert np.array([face.keypoints for face in ours[:3]]).reshape(3, 10) == pytest.approx(
        theirs[strongest, 4:14] / scale, abs=0.5
    )


@pytest.mark.parametrize("size", [100, 650, 96, 1280])
def test_size_that_no_grid_fits_is_refused(zoo: Path, size: int) -> None:
    session = OrtSession(onnx_detectors.scrfd(zoo / "any.onnx"))
    with pytest.raises(EngineError, match=f"{size} px") as caught:
        ScrfdDetector(SCRFD, session, size=size)
    assert "multiple of 32 from 160 to 640" in caught.value.remedy


def test_network_of_one_size_refuses_another(zoo: Path) -> None:
    session = OrtSession(onnx_detectors.scrfd(zoo / "fixed.onnx", size=320))
    assert ScrfdDetector(SCRFD, session).detect(scene())
    with pytest.raises(EngineError, match="320 px only, not 640"):
        ScrfdDetector(SCRFD, session, size=640)


def test_network_that_is_no_detector_is_refused(zoo: Path) -> None:
    session = OrtSession(onnx_zoo.enhancer(zoo / "no-detector.onnx", 256))
    with pytest.raises(ModelContractError, match="expected 9 outputs"):
        ScrfdDetector(SCRFD, session)
    with pytest.raises(ModelContractError, match="expected 12 outputs"):
        YunetDetector(YUNET, session)


def test_overlapping_boxes_leave_the_best() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [50, 50, 60, 60]], np.float32)
    scores = np.array([0.6, 0.9, 0.7], np.float32)
    assert suppress_overlapping(boxes, scores, 0.4).tolist() == [1, 2]
