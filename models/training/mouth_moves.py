"""Makes what the engines know of mouths: how a face moves as their corners are raised and their lips are parted.

Least squares over the data set: of people who smile more, or whose lips are farther apart, what else is otherwise. Who
they are is taken for chance. Knows landmarks as arrays; knows no picture.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engines.mesh import mesh_topology
from engines.mesh.expression import OF_EXPRESSION, mouth_in
from engines.mesh.shape import upright
from engines.types import Points
from models.training.people import people_in
from models.training.split import is_test

HEAD = """\
# How each of the 468 landmarks moves, in distances of the outer eye corners and the axes of face_mesh_mean.txt: x, y, z
# for each 1 by which corners of the mouth are raised, and x, y, z for each 1 by which the lips are apart.
# Measured: least squares over {count:,} generated people of the compositor's training set (engines/data/COMPOSITOR.md
# says who they are and under which licences), made symmetric. python -m models.training mouth --people faces.zip
"""


def make_mouth_moves(place: Path, path: Path) -> None:
    """Write data/face_mesh_mouth.txt. place: the data set, a folder or a zip file. Raises UserError."""
    faces = np.stack([upright(person.points) for person in people_in(place) if not is_test(person.name)])
    moves = moves_of(faces).swapaxes(0, 1).reshape(-1, 6)
    rows = "\n".join(" ".join(f"{value:.3f}" for value in row) for row in moves)
    path.write_text(HEAD.format(count=len(faces)) + rows + "\n", encoding="ascii")


def moves_of(faces: Points) -> NDArray[np.float32]:
    """(2, 468, 3): see `mouth_moves`. faces: (N, 468, 3), see `upright`."""
    measures = np.stack([mouth_in(face)[OF_EXPRESSION] for face in faces])
    told = np.column_stack([np.ones(len(faces)), measures])
    moves = np.linalg.lstsq(told, faces.reshape(len(faces), -1), rcond=None)[0][1:].reshape(2, -1, 3)
    mirrored = moves[:, mesh_topology.mirrored()] * [-1, 1, 1]
    return np.asarray((moves + mirrored) / 2, np.float32)
