"""A data set of a few made people: the mean face, a little different each time, painted in skin of several tones."""

import io
import json
from pathlib import Path
from zipfile import ZipFile

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.mesh import mesh_topology
from models.training.split import kept_out, removed

TONES_BGR = (50, 70, 100), (110, 140, 180), (190, 205, 235)
TRAINED = [f"made-{n}" for n in range(6)]
KEPT_OUT = sorted(kept_out() - removed())[:2]


def write_people(path: Path) -> Path:
    """A zip file as the data set's."""
    rng = np.random.default_rng(0)
    names = [*TRAINED, *KEPT_OUT]
    rows, points = [], []
    with ZipFile(path, "w") as archive:
        for number, name in enumerate(names):
            landmarks = made_landmarks(rng)
            encoded = cv2.imencode(".jpg", made_picture(landmarks, TONES_BGR[number % 3], rng))[1]
            archive.writestr(f"{name}.jpg", encoded.tobytes())
            rows.append({"id": name, "sharp": 14.0, "path": f"{('female', 'male')[number % 2]}/{number}.jpg"})
            points.append(landmarks)
        held = io.BytesIO()
        np.savez(held, ids=np.array(names), pts128=np.array(points))
        archive.writestr("landmarks.npz", held.getvalue())
        archive.writestr("rows.json", json.dumps(rows))
    return path


def made_landmarks(rng: np.random.Generator) -> NDArray[np.float32]:
    """(468, 3) px of a square of 128: the mean face, wider or longer, turned a little."""
    turn = rng.normal(0, 0.25)
    face = mesh_topology.mean_face() * np.exp(rng.normal(0, 0.03, 3))
    cos, sin = np.cos(turn), np.sin(turn)
    face = face @ np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]])
    return np.asarray((face - face.mean(axis=0)) * 49 + (64, 66, 0), np.float32)


def made_picture(
    landmarks: NDArray[np.float32], tone_bgr: tuple[int, int, int], rng: np.random.Generator
) -> NDArray[np.uint8]:
    """(192, 192, 3): skin with grain and features that are darker, before noise."""
    grain = rng.normal(0, 6, (192, 192, 1))
    picture = np.clip(rng.uniform(40, 200, 3) + rng.normal(0, 20, (192, 192, 3)), 0, 255).astype(np.uint8)
    at = (landmarks[:, :2] * 1.5).round().astype(np.int32)
    skin = np.zeros((192, 192), np.uint8)
    cv2.fillConvexPoly(skin, cv2.convexHull(at), (255,))
    painted = np.clip(np.array(tone_bgr) + grain, 0, 255).astype(np.uint8)
    picture[skin > 0] = painted[skin > 0]
    for part in mesh_topology.features():
        dark = tuple(int(c) for c in np.array(tone_bgr) * rng.uniform(0.3, 0.7, 3))
        cv2.fillConvexPoly(picture, cv2.convexHull(at[part]), dark)
    return picture
