"""Faces, rows and expectations for neural engines; benchmarks/common/onnx_zoo.py writes the models, and they run for
real."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.common import onnx_zoo
from engines.backends.onnxruntime import OrtSession
from engines.crops.alignment import TEMPLATES
from engines.fakes import mesh_at
from engines.recognition.recogniser import FaceRecogniser
from engines.types import FaceLandmarks, Image, Points, SourcePhoto
from models.rows import parse_row
from models.spec import ModelSpec

EYE_RIMS = (
    (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246),
    (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466),
)
"""MediaPipe's published indices of both eye openings: written out so that the product's own derivation is checked."""


def face_at(centre_xy: tuple[float, float], size: float, degrees: float = 0.0) -> FaceLandmarks:
    """A face whose five points lie as on an upright arcface crop of `size` px, turned by `degrees`."""
    points = mesh_at(centre_xy, size)
    five = five_at(centre_xy, size, degrees)
    for rim, eye in zip(EYE_RIMS, five[:2], strict=True):
        points[list(rim), :2] = eye
    points[[4, 61, 291], :2] = five[2:]
    return FaceLandmarks(points, 1.0)


def five_at(centre_xy: tuple[float, float], size: float, degrees: float = 0.0) -> Points:
    """(5, 2) px: the arcface template around a centre."""
    turn = cv2.getRotationMatrix2D((0, 0), -degrees, 1)[:, :2]
    upright = (np.array(TEMPLATES["arcface_112_v2"]) - 0.5) * size
    return np.asarray(upright @ turn.T + centre_xy, np.float32)


def scene(width: int = 640, height: int = 360, seed: int = 0) -> Image:
    """A picture with smooth structure everywhere, so that a wrong place or scale shows."""
    noise = np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)
    smooth = cv2.GaussianBlur(noise, (0, 0), 4).astype(np.float32)
    return np.asarray(np.clip((smooth - 127) * 4 + 127, 0, 255), np.uint8)


def photo(seed: int = 1) -> SourcePhoto:
    return SourcePhoto(f"person {seed}", scene(256, 256, seed), face_at((128, 128), 180))


def row(name: str = "model", **facts: Any) -> ModelSpec:
    """A manifest row for a file that is opened by hand."""
    fields = {
        "task": "swap",
        "family": "latent",
        "licence": "test",
        "credit": "test",
        "source": {"file": f"{name}.onnx"},
        "sha256": "0" * 64,
        "bytes": 1,
    }
    return parse_row(name, fields | facts, Path("manifest.toml"))


SIGNED = {"mean": 127.5, "std": 127.5}
UNSIGNED = {"mean": 0.0, "std": 255.0}
ARCFACE = row(
    "arcface", task="recognise", input={"size_px": 112, "order": "rgb", "template": "arcface_112_v2", **SIGNED}
)
FACE = face_at((320, 180), 150, 12)


def swap_row(size: int, template: str, scale: dict[str, float], identity: dict[str, Any]) -> ModelSpec:
    taken = {"size_px": size, "order": "rgb", "template": template, **scale}
    return row(input=taken, output=scale, identity=identity)


def arcface(zoo: Path) -> FaceRecogniser:
    return FaceRecogniser(ARCFACE, OrtSession(onnx_zoo.recogniser(zoo / "arcface.onnx")))


def centre_colour(image: Image) -> "np.ndarray[Any, np.dtype[np.float32]]":
    """(3,) RGB 0..1 around the middle of FACE."""
    return np.asarray(image[175:186, 315:326, ::-1].reshape(-1, 3).mean(axis=0) / 255, np.float32)


def expected_colour(colour: Any) -> Any:
    """Of a tiny swapper at the middle of FACE."""
    return centre_colour(scene()) * onnx_zoo.KEPT + np.asarray(colour) * (1 - onnx_zoo.KEPT)
