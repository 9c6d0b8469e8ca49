"""Where face networks expect a face in their crop, and the similarity that puts it there. Pure functions.

Knows the public alignment templates and five points; knows no network. The templates are those of insightface
(arcface), FFHQ, MTCNN, DeepFaceLab and StyleGANEX as facefusion 3.8.1 lists them (fractions of the crop's edge).
"""

import numpy as np
from numpy.typing import NDArray

from engines.mesh import mesh_topology
from engines.types import Affine, FaceLandmarks, Points

FIVE_POINTS = 5
"""Image-left eye, image-right eye, nose tip, image-left mouth corner, image-right mouth corner."""

TEMPLATES = {
    "arcface_112_v1": (
        (0.35473214, 0.45658929),
        (0.64526786, 0.45658929),
        (0.50000000, 0.61154464),
        (0.37913393, 0.77687500),
        (0.62086607, 0.77687500),
    ),
    "arcface_112_v2": (
        (0.34191607, 0.46157411),
        (0.65653393, 0.45983393),
        (0.50022500, 0.64050536),
        (0.37097589, 0.82469196),
        (0.63151696, 0.82325089),
    ),
    "arcface_128": (
        (0.36167656, 0.40387734),
        (0.63696719, 0.40235469),
        (0.50019687, 0.56044219),
        (0.38710391, 0.72160547),
        (0.61507734, 0.72034453),
    ),
    "dfl_whole_face": (
        (0.35342266, 0.39285716),
        (0.62797622, 0.39285716),
        (0.48660713, 0.54017860),
        (0.38839287, 0.68750011),
        (0.59821427, 0.68750011),
    ),
    "ffhq_512": (
        (0.37691676, 0.46864664),
        (0.62285697, 0.46912813),
        (0.50123859, 0.61331904),
        (0.39308822, 0.72541100),
        (0.61150205, 0.72490465),
    ),
    "mtcnn_512": (
        (0.36562865, 0.46733799),
        (0.63305391, 0.46585885),
        (0.50019127, 0.61942959),
        (0.39032951, 0.77598822),
        (0.61178945, 0.77476328),
    ),
    "styleganex_384": (
        (0.42353745, 0.52289879),
        (0.57725008, 0.52319972),
        (0.50123859, 0.61331904),
        (0.43364461, 0.68337652),
        (0.57015325, 0.68306005),
    ),
}

NOSE_RIDGE_END, MOUTH_CORNERS = 4, (61, 291)
"""Mesh landmarks nearest to what the networks' training data call nose tip and mouth corners."""


def template_points(name: str, size: int) -> Points:
    """(5, 2) float32 px: where the five points belong in a crop of size x size px."""
    return np.array(TEMPLATES[name], np.float32) * np.float32(size)


def five_points(face: FaceLandmarks) -> Points:
    """(5, 2) float32 px of a face whose mesh is known; an eye is the mean of its rim, which a blink hardly moves."""
    points = face.points[:, :2]
    eyes = [points[rim].mean(axis=0) for rim in mesh_topology.eye_rims()]
    return np.stack([*eyes, points[NOSE_RIDGE_END], *points[list(MOUTH_CORNERS)]]).astype(np.float32)


def similarity(points: Points, target: Points) -> Affine:
    """The rotation, scale and shift that bring `points` nearest to `target` (least squares over all of them).

    points, target: (N, 2). Returns (2, 3) float64. Written with complex numbers z' = a z + b, whose least-squares
    solution is Umeyama's (1991) where that needs no reflection, as on every face.
    """
    z, w = _complex(points), _complex(target)
    z_mean, w_mean = z.mean(), w.mean()
    centred = z - z_mean
    a = np.vdot(centred, w - w_mean) / np.vdot(centred, centred)
    b = w_mean - a * z_mean
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])


def align(points: Points, template: str, size: int) -> Affine:
    """Map from image px to the crop of size x size px in which five `points` lie as in `template`."""
    return similarity(points, template_points(template, size))


def _complex(points: Points) -> NDArray[np.complex128]:
    xy = points.astype(np.float64)
    return np.asarray(xy[:, 0] + 1j * xy[:, 1], np.complex128)
