"""A mouth's expression: how it is measured, and a face without it.

Raised corners widen a mouth and lift cheeks, parted lips take the chin along. How faces move for either was learnt from
a thousand of them (models/training/mouth_moves.py), and is taken off: what is left is what a person's mouth is at rest.
Knows landmarks as seen from the front; knows no picture and no time.
"""

import numpy as np
from numpy.typing import NDArray

from engines.image.geometry import smoothstep
from engines.mesh import mesh_topology
from engines.types import Points

CORNERS, INNER_LIPS = (61, 291), (13, 14)
OF_EXPRESSION = slice(1, None)
"""Measures of a mouth that tell of its expression. Its width is the person's own, but for what goes with the others."""
AT_REST = np.array([-0.015, 0.010], np.float32)
"""Of these measures, the middle ones of the data set."""
SMILE, PURSED, OPEN = (1.1, 1.25), (0.85, 0.72), (0.06, 0.12)
"""Width of a mouth beside the mean one, and its gap beside its width: where an expression begins, or a beard that
hides its corners, and where all of a mouth's shape is one. Looked at on 12 sources and one clip."""


def mouth_in(face: Points) -> NDArray[np.float32]:
    """(3,): how wide a mouth is, how far its corners are above its middle, and how far its lips are apart.

    face: (468, 3), seen from the front, in whose unit the mouth is measured.
    """
    (left, right), (upper, lower) = face[list(CORNERS)], face[list(INNER_LIPS)]
    raised = (upper + lower - left - right)[1] / 2
    return np.array([np.linalg.norm(left - right), raised, np.linalg.norm(upper - lower)], np.float32)


def at_rest(face: Points) -> Points:
    """(468, 3): the same person with closed lips, and corners that are neither raised nor drawn down.

    face: (468, 3), seen from the front, in distances between the outer eye corners.
    """
    beyond = mouth_in(face)[OF_EXPRESSION] - AT_REST
    return np.asarray(face - np.tensordot(beyond, mesh_topology.mouth_moves(), axes=1), np.float32)


def expression_in(face: Points) -> float:
    """0..1: how far a mouth smiles, is pursed or open. face: see `mouth_in`."""
    width, _, gap = mouth_in(face)
    beside_mean = width / mouth_in(mesh_topology.mean_face())[0]
    return float(max(smoothstep(beside_mean, *SMILE), smoothstep(beside_mean, *PURSED), smoothstep(gap / width, *OPEN)))
