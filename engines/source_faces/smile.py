"""A smile on a source's photo is of the moment: what it does to the light of a face is not worn.

Its folds, raised cheeks and the shade below a nose stay on a target who does not smile, and look like a moustache and
strokes beside the mouth. How smiles look was learnt from a thousand faces (models/training/basis.py): how much lighter
or darker each place is for a wider mouth and raised corners. Of that, as much is taken off as is found.
Knows the places of a photo's landmarks and flat faces; knows no light and no target.
"""

from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from engines.image.image_ops import Field, resized
from engines.mesh.expression import mouth_in
from engines.mesh.shape import upright
from engines.mesh.uv_map import UVLayout, feature_map
from engines.source_faces.cleanup import FlatFace
from engines.source_faces.face_basis import face_basis, flat_layout, spread
from engines.source_faces.usual_light import HUE, usual_face
from engines.types import Points

SMILING = slice(2)
"""Measures of a mouth that tell of a smile: it is wider and its corners are raised."""


def without_smile(face: FlatFace, points: Points, layout: UVLayout) -> FlatFace:
    """The same face with its mouth at rest. points: (468, 3) px of the photo that it was laid flat from."""
    small = flat_layout()
    looks = looks_of_smiles() @ smile_in(points)
    whole, small_wh = face.explained + face.own * face.trust[..., np.newaxis], small.size_hw[::-1]
    trust = resized(face.trust, small_wh) * small.inside() * (1 - feature_map(small))
    counts = trust / max(trust.sum(), np.float32(1e-6))
    looks -= (looks * counts).sum()
    apart = (resized(whole, small_wh) - usual_face()).mean(axis=2)
    share = np.clip((apart * looks * counts).sum() / max((looks**2 * counts).sum(), np.float32(1e-6)), 0, 1)
    return replace(face, explained=face.explained - share * resized(looks, layout.size_hw[::-1])[..., np.newaxis] * HUE)


def smile_in(points: Points) -> NDArray[np.float32]:
    """(2,): by how much a mouth is wider and its corners are higher than at rest. points: (468, 3) px."""
    smile = face_basis().smile
    return np.asarray(np.clip(mouth_of(points)[SMILING] - smile.at_rest, 0, smile.widest - smile.at_rest), np.float32)


@cache
def looks_of_smiles() -> Field:
    """(H, W, 2) logarithms: how much lighter a face is for each 1 of `smile_in`, over `flat_layout`. Read-only."""
    looks = np.dstack([spread(lighter[:, np.newaxis])[..., 0] for lighter in face_basis().smile.lighter])
    looks.setflags(write=False)
    return looks


def mouth_of(points: Points) -> NDArray[np.float32]:
    """(3,): see `mouth_in`, in distances between the outer eye corners. points: (468, 3) px."""
    return mouth_in(upright(points))
