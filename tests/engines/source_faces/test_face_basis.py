"""The basis explains faces and nothing else: what no face has does not pull it away from the face."""

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from engines.source_faces.face_basis import colours_of, face_basis, flat_layout, logarithm


@cache
def inside() -> NDArray[np.bool_]:
    """Where a flat face is. Not when this module is loaded: every process of a run loads all of them."""
    return flat_layout().inside()


def logs_of(shares: dict[int, float]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """A face with so many deviations of some components."""
    basis, logs = face_basis(), np.zeros((*inside().shape, 3), np.float32)
    logs[inside()] = basis.mean + sum(share * basis.deviations[k] * basis.components[k] for k, share in shares.items())
    return logs


def test_components_are_orthonormal_and_ordered() -> None:
    basis = face_basis()
    flat = basis.components.reshape(len(basis.components), -1)
    assert np.abs(flat @ flat.T - np.eye(len(flat))).max() < 0.02  # 8 bits each
    assert (np.diff(basis.deviations) <= 0).all()


def test_a_face_is_explained_by_itself() -> None:
    logs = logs_of({0: 1.0, 3: -1.5, 10: 1.0})
    explained = face_basis().explain(logs, inside().astype(np.float32))
    assert np.abs(explained - logs)[inside()].max() < 0.1


def test_what_no_face_has_changes_little_of_what_is_explained() -> None:
    logs = logs_of({0: 1.0, 3: -1.5})
    odd = logs.copy()
    odd[50:60] -= 1.5  # a dark bar across the whole face
    explained = face_basis().explain(odd, inside().astype(np.float32))
    assert np.abs(explained - logs)[inside()].mean() < 0.05
    assert np.abs(explained - logs)[50:60][inside()[50:60]].mean() < 0.15


def test_half_a_face_tells_the_other_half() -> None:
    logs = logs_of({0: -1.0, 2: 1.0})
    trust = inside().astype(np.float32)
    trust[:, : trust.shape[1] // 2] = 0
    explained = face_basis().explain(np.where(trust[..., np.newaxis] > 0, logs, 0).astype(np.float32), trust)
    assert np.abs(explained - logs)[inside()].mean() < 0.1


def test_with_nothing_to_go_by_it_is_the_mean_face_continued_beyond_its_edge() -> None:
    explained = face_basis().explain(np.zeros((*inside().shape, 3), np.float32), np.zeros(inside().shape, np.float32))
    assert explained[inside()] == pytest.approx(face_basis().mean, abs=1e-3)
    around = np.zeros_like(inside())
    around[20:-20, 20:-20] = True
    assert (explained[around] > 2).all()


def test_logarithms_go_there_and_back() -> None:
    image = np.array([[[0, 1, 255], [12, 100, 200]]], np.float32)
    assert colours_of(logarithm(image)) == pytest.approx(image, abs=0.01)
