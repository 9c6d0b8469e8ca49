"""Pairs made from stills: a wearer and a source's texture, and the picture that a perfect swap of both would be.

The target is the photo of a person. The wearer is the same photo with somebody else's face laid over it, in the same
light; the texture is the person's own face, as another photo would have shown it. So what is right is known to the
pixel, although nobody was ever swapped. What is in front of the face is put on the wearer and the target alike.

In some the wearer is a photo as it is, and the texture somebody else's, as it will be when the network is used. There
is no target then, but what is in front of the face is known, and that skin keeps the wearer's tone and grain.

Knows people and what may happen to pictures of them; knows no network. Runs on the CPU and on a GPU.
"""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.training.camera import defocused, recorded, sensor_noise
from models.training.image_ops import (
    Dice,
    blur,
    eroded,
    inverted,
    mean_of,
    mix,
    moved_by,
    pixel_grid,
    sampled,
    similarities,
    wide_mean,
)
from models.training.mean_face import flat_nobody
from models.training.occluders import GROWN, OF_A_SOURCE, SHARES, Bank, Placed, put
from models.training.people import PICTURE_PX, People
from models.training.people_tensors import Crowd
from models.training.scene import exposed, scene_light
from models.training.sources import WORN, Lying, aged, continued, half_mirrored, lit_otherwise, with_skin_of, worn
from models.training.uv_sampling import FRONT, INSIDE, LAYOUT, NORMAL_X, SHAPE_GRID, SQUARE_PX, features_map

WIDEST_PX, NARROWEST_PX = 44 / 1.5, 16 / 1.5
"""How coarsely a pasted face is lit like the photo below it. Finer, and it gets the photo's own features, of which the
network then learns that they are the wearer's; at the widest it keeps its own."""
MOST_SHIFT_PX = 7.0
THINGS = 0.65, 0.25
"""Share of the pairs with something in front of the face, and with a second thing."""
SWAPPED, NOBODYS = 0.4, 0.2
"""Share of the pairs without a target: they teach what is in front of faces that were not pasted. And of these with
nobody's face as the source: so the network is asked what is in front of a source's own face."""
UNLIKE = 0.3
"""Share of the sources without a target whose skin is as unlike the wearer's as it can be."""
USED = 2
"""How often the same wearer and source are used, each time with other things before them, seen by another camera: these
are a third of the work."""
LOOSE_PX = 0.25
"""Of the flat face: how inexactly landmarks lay a texture. At more, the network learns to leave its detail out."""
CHUNK = 32
"""Pairs made at once: what is drawn once for a stack differs between stacks."""
FACING_GAIN, SEEN_GAIN = 1.6, 3.0
"""How validity follows from facing and from what a photo shows: the engines' own."""


class Pairs(NamedTuple):
    """N pairs, float32 0..1."""

    wearer: Tensor  # (N, 3, S, S)
    texture: Tensor  # (N, 3, S, S): the source's, in place, not yet relit
    valid: Tensor  # (N, 1, S, S)
    clean: Tensor  # (N, 3, S, S): the texture before anything happened to it
    remains: Tensor  # (N, 1, S, S): 1 where the texture shows what was in front of the source
    features: Tensor  # (N, 1, S, S)
    target: Tensor  # (N, 3, S, S)
    hidden: Tensor  # (N, 1, S, S): 1 where something is in front of the face
    inside: Tensor  # (N, 1, S, S): 1 on the mesh
    known: Tensor  # (N, 1, 1, 1): 1 where there is a target; elsewhere it is the wearer


class Geometry(NamedTuple):
    """Where the faces of a stack lie, after their proportions were changed."""

    at_px: Tensor  # (N, 2, S, S): which place of the photo each pixel shows
    flat_px: Tensor  # (N, 2, S, S): and of the flat face
    front: Tensor  # (N, 1, S, S)
    inside: Tensor
    normals: Tensor  # (N, 3, S, S)
    features: Tensor
    skin: Tensor


def again(x: Tensor) -> Tensor:
    """Each picture as often as it is used."""
    return x.repeat_interleave(USED, dim=0)


class PairMaker:
    """Makes pairs without end.

    chosen: numbers of the people it may take. things: numbers of the bank's sprites that may be in front of a face,
    then there always is one; None for all of the bank, and sometimes none or two.
    """

    def __init__(
        self,
        people: People,
        chosen: NDArray[np.intp],
        bank: Bank,
        generator: torch.Generator,
        things: Tensor | None = None,
    ) -> None:
        device, self._generator = generator.device, generator
        if len(chosen) < 1:
            raise ValueError(f"PairMaker needs people, got none of {len(people.test)}")
        self._crowd = Crowd(people, chosen, generator)
        self._bank = bank.to(device)
        self._source_things = self._bank.drawn_by(*OF_A_SOURCE)
        in_front = self._bank.drawn_by(*(draw for draw in SHARES if draw not in GROWN))
        self._things = in_front if things is None else things.to(device)
        self._nobody = torch.from_numpy(flat_nobody()).to(device)
        self._shares = THINGS if things is None else (1.0,)
        self._features = torch.from_numpy(features_map())[None, None].to(device)
        self._grid = pixel_grid(SQUARE_PX, device)

    def make(self, count: int) -> Pairs:
        """So many pairs."""
        stacks = [self._stack(min(CHUNK, count - start)) for start in range(0, count, CHUNK)]
        return Pairs(*(torch.cat(column)[:count] for column in zip(*stacks, strict=True)))

    @torch.no_grad()
    def _stack(self, count: int) -> Pairs:
        dice = Dice(-(-count // USED), SQUARE_PX, self._generator)
        count = dice.count
        own, other = self._crowd.drawn(count), self._crowd.drawn(count)
        pasted = self._crowd.like(own, dice)
        lies = self._geometry(own, other, dice)
        photo = sampled(self._crowd.picture_of(own), (lies.at_px + 0.5) * (PICTURE_PX / SQUARE_PX) - 0.5)
        target = (exposed(photo, dice) * scene_light(lies.normals, lies.inside, dice)).clamp(0, 1)
        known = 1 - dice.chance(SWAPPED)
        wearer = mix(target, self._pasted(target, pasted, lies, dice), known)
        apart = torch.where(dice.chance(UNLIKE).flatten() > 0, self._crowd.like(own, dice, unlike=True), pasted)
        nobodys = dice.chance(NOBODYS) * (1 - known)
        source = self._source(torch.where(known.flatten() > 0, own, apart), (own, other), nobodys, lies, dice)
        dice = Dice(count * USED, SQUARE_PX, self._generator)
        own, other, wearer, target, known = (again(x) for x in (own, other, wearer, target, known))
        lies, source = Geometry(*map(again, lies)), Lying(*map(again, source))
        wearer, target, hidden = self._covered(wearer, target, (own, other), lies, dice)
        shown = defocused(torch.cat([wearer, target, hidden], 1), dice)
        noise = sensor_noise(shown[:, 3:6], dice)
        wearer, target, hidden = shown[:, :3] + noise, shown[:, 3:6] + noise, shown[:, 6:]
        wearer, target = recorded(torch.cat([wearer, target], 1), dice).clamp(0, 1).split(3, dim=1)
        made = torch.cat([wearer, *source, lies.features, target, hidden, lies.inside], 1)
        made = torch.where(dice.chance(0.5) > 0, made.flip(3), made)
        return Pairs(*[*made.clamp(0, 1).split([3, 3, 1, 3, 1, 1, 3, 1, 1], dim=1), known])

    def _geometry(self, own: Tensor, other: Tensor, dice: Dice) -> Geometry:
        """The photo's face, moved towards somebody else's proportions as the engines move a wearer's."""
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

    def _pasted(self, target: Tensor, pasted: Tensor, lies: Geometry, dice: Dice) -> Tensor:
        """The wearer: somebody else's face over the photo, its features not quite where the photo's are."""
        stretch = torch.where(dice.chance(0.4) > 0, 1.6, 1.0)
        shift = dice.field(dice.once(3, 6), 2) * dice.uniform(0, 4.5)
        shift = torch.cat([shift[:, :1], shift[:, 1:] * stretch], 1)
        laid = sampled(self._crowd.flat_of(pasted), lies.flat_px + shift)
        face, shown = laid[:, :3], lies.inside * (laid[:, 3:] * 2).clamp(0, 1)
        weight = lies.skin * shown * (lies.front > 0.25) + 1e-4 * lies.inside
        sigma = min(WIDEST_PX, dice.between(NARROWEST_PX, 1.6 * WIDEST_PX))
        both = wide_mean(torch.cat([target, face], 1), weight, sigma)
        face = (face * ((both[:, :3] + 0.02) / (both[:, 3:] + 0.02)).clamp(0.2, 3.5)).clamp(0, 1)
        face = mix(target, face * torch.exp(dice.normal(0.04, 3)), lies.inside)
        exchanged = lies.skin * dice.uniform(0.75, 1) * dice.chance(0.5)
        apart = torch.cat([target, face], 1)
        detail = apart - blur(apart, dice.between(0.8, 1.5))
        face = face + (detail[:, :3] - detail[:, 3:]) * exchanged
        rim = mix(eroded(lies.inside, 1), eroded(lies.inside, dice.once(1, 4)), dice.chance(0.7))
        return mix(target, face, blur(rim, dice.between(0.6, 1.8)) * shown)

    def _source(self, who: Tensor, people: tuple[Tensor, Tensor], nobodys: Tensor, lies: Geometry, dice: Dice) -> Lying:
        """The texture: a face as another photo would have shown it. people: whose square it is, and another.

        nobodys: 1 where it is nobody's, which nothing happened to.
        """
        own, other = people
        shift = dice.field(dice.once(4, 9), 2) * (dice.uniform(0, LOOSE_PX) + 1.2 * dice.chance(0.05))
        laid = sampled(half_mirrored(self._crowd.flat_of(who), dice), lies.flat_px + shift)
        inner = eroded(lies.inside, 1)
        clean = colours = continued(laid[:, :3], inner)
        theirs = sampled(self._crowd.flat_of(other)[:, :3], lies.flat_px)
        colours = with_skin_of(colours, theirs, lies.skin, lies.features, dice)
        colours = lit_otherwise(colours, theirs, lies.normals, lies.skin, dice)
        valid = inner * (lies.front * FACING_GAIN).clamp(0, 1) * (laid[:, 3:] * SEEN_GAIN).clamp(0, 1)
        lying = Lying(colours, valid, clean, torch.zeros_like(valid))
        skin = mean_of(colours, lies.skin)
        for share in WORN:
            chosen = self._source_things[dice.numbers(0, len(self._source_things))]
            thing = self._bank.place(chosen, inverted(self._crowd.affines[own]), lies.at_px, skin, colours, dice)
            lying = worn(lying, thing, share, dice)
        nobody = sampled(self._nobody.expand(dice.count, -1, -1, -1), lies.flat_px)
        colours = mix(aged(lying.colours, dice), nobody, nobodys)
        valid = mix(lying.valid, inner * (lies.front * FACING_GAIN).clamp(0, 1), nobodys)
        clean = continued(mix(clean, nobody, nobodys), inner).clamp(0, 1)
        return Lying(continued(colours, inner).clamp(0, 1), valid, clean, lying.remains * inner * (1 - nobodys))

    def _covered(
        self, wearer: Tensor, target: Tensor, people: tuple[Tensor, Tensor], lies: Geometry, dice: Dice
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Both with up to two things in front of the face, and where these are. people: the photo's, and another."""
        own, other = people
        hidden = torch.zeros_like(lies.inside)
        for share in self._shares:
            there = dice.chance(share)
            chosen = self._things[dice.numbers(0, len(self._things))]
            thing = self._thing(target, chosen, (own, other), lies, dice)
            wearer, target = put(wearer, thing, there), put(target, thing, there)
            hidden = 1 - (1 - hidden) * (1 - thing.alpha * there)
        return wearer, target, hidden

    def _thing(
        self, target: Tensor, chosen: Tensor, people: tuple[Tensor, Tensor], lies: Geometry, dice: Dice
    ) -> Placed:
        own, other = people
        weight = lies.skin + 1e-4
        everywhere = mean_of(target, weight)
        skin = mix(everywhere, wide_mean(target, weight, 8.0), dice.chance(0.5))
        turned = similarities(dice.uniform(0, 6.3), dice.uniform(0.5, 1.4), dice.uniform(0, PICTURE_PX / 2, 2))
        texture = sampled(self._crowd.picture_of(other), moved_by(turned, lies.at_px), padding="reflection")
        thing = self._bank.place(chosen, inverted(self._crowd.affines[own]), lies.at_px, skin, texture, dice)
        bright = (everywhere.mean(dim=1, keepdim=True) * 2).clamp(0.3, 1.5)
        lit = mix(bright, torch.ones_like(bright), self._bank.skin[chosen].view(-1, 1, 1, 1))
        return thing._replace(colour=(thing.colour * lit).clamp(0, 1))
