"""Where faces lie in a stack of squares, after their proportions were changed as the engines change a wearer's.

Knows landmarks' maps and how people's shapes differ; knows no colour and no pair.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from models.training.image_ops import Dice, pixel_grid, sampled
from models.training.people_tensors import Crowd
from models.training.uv_sampling import FRONT, INSIDE, LAYOUT, NORMAL_X, SHAPE_GRID, SQUARE_PX, features_map

MOST_SHIFT_PX = 7.0


class Geometry(NamedTuple):
    """Where the faces of a stack lie, after their proportions were changed."""

    at_px: Tensor  # (N, 2, S, S): which place of the photo each pixel shows
    flat_px: Tensor  # (N, 2, S, S): and of the flat face
    front: Tensor  # (N, 1, S, S)
    inside: Tensor
    normals: Tensor  # (N, 3, S, S)
    features: Tensor
    skin: Tensor


class Placement:
    """Places people's faces in their squares."""

    def __init__(self, crowd: Crowd, device: torch.device) -> None:
        self._crowd = crowd
        self._features = torch.from_numpy(features_map())[None, None].to(device)
        self._grid = pixel_grid(SQUARE_PX, device)

    def of(self, own: Tensor, other: Tensor, dice: Dice) -> Geometry:
        """The faces of `own`, moved towards the proportions of `other`. own, other: (N,) numbers of people."""
        maps = self._crowd.maps.index_select(0, own).float()
        height, width = LAYOUT.size_hw
        rows, columns = SHAPE_GRID
        per_px = maps.new_tensor([(columns - 1) / (width - 1), (rows - 1) / (height - 1)]).view(1, 2, 1, 1)
        apart = sampled(self._crowd.shapes[other] - self._crowd.shapes[own], maps[:, :2] * per_px)
        strength = dice.uniform(0, 1.8) * dice.chance(0.65) * self._crowd.eyes[own].view(-1, 1, 1, 1)
        at_px = self._grid - (apart * strength).clamp(-MOST_SHIFT_PX, MOST_SHIFT_PX)
        maps = sampled(maps, at_px)
        inside = (maps[:, INSIDE : INSIDE + 1] > 0.5).float()
        features = sampled(self._features.expand(len(own), -1, -1, -1), maps[:, :2]) * inside
        front = maps[:, FRONT : FRONT + 1] * inside
        return Geometry(at_px, maps[:, :2], front, inside, maps[:, NORMAL_X:], features, (1 - features) * inside)
