"""How faces move with their mouths is found among people who differ in everything."""

from pathlib import Path

import numpy as np
import pytest

from engines.mesh.expression import OF_EXPRESSION, mouth_in
from engines.mesh.mesh_topology import mean_face, mouth_moves
from models.training.mouth_moves import make_mouth_moves, moves_of


def test_moves_are_found_again_among_people_who_differ() -> None:
    dice = np.random.default_rng(0)
    done = dice.normal([0.02, 0.08], [0.03, 0.07], (800, 2)).astype(np.float32)
    who = dice.normal(0, 0.01, (800, 468, 3)).astype(np.float32)
    faces = mean_face() + np.tensordot(done, mouth_moves(), axes=1) + who
    found = moves_of(faces)
    assert found == pytest.approx(mouth_moves(), abs=0.25)
    for moves, alone in zip(found, np.eye(2), strict=True):
        further = mouth_in(mean_face() + np.float32(0.1) * moves) - mouth_in(mean_face())
        assert further[OF_EXPRESSION] == pytest.approx(0.1 * alone, abs=0.02)


def test_the_file_is_what_the_engines_read(people_zip: Path, tmp_path: Path) -> None:
    path = tmp_path / "face_mesh_mouth.txt"
    make_mouth_moves(people_zip, path)
    rows = [line.split() for line in path.read_text().splitlines() if not line.startswith("#")]
    assert np.array(rows, float).shape == (468, 6)
