"""Pairs made from stills: a wearer and a source's texture, and the picture that a perfect swap of both would be.

The target is the photo of a person. The wearer is the same photo with somebody else's face laid over it, in the same
light; the texture is the person's own face, as another photo would have shown it. So what is right is known to the
pixel, although nobody was ever swapped. What is in front of the face is put on the wearer and the target alike.

In some the wearer is a photo as it is, and the texture somebody else's, as it will be when the network is used. There
is no target then, but what is in front of the face is known, and that skin keeps the wearer's tone and grain.

Knows people and what may happen to pictures of them; knows no network. Runs on the CPU and on a GPU.
"""

from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.training.camera import cut_off, defocused, recorded, sensor_noise
from models.training.image_ops import (
    Dice,
    blur,
    eroded,
    inverted,
    mean_of,
    mix,
    moved_by,
    sampled,
    similarities,
    wide_mean,
)
from models.training.occluders import GROWN, OF_A_SOURCE, SHARES, SHAVED, Bank, Placed, brightness, put
from models.training.people import PICTURE_PX, People
from models.training.people_tensors import Crowd
from models.training.placement import Geometry, Placement
from models.training.prepared_sources import PHOTOS, REMAINS, SEEN, Sources
from models.training.scene import exposed, scene_light
from models.training.sources import WORN, Lying, aged, continued, half_mirrored, lit_otherwise, with_skin_of, worn
from models.training.uv_sampling import SQUARE_PX, flat_nobody

WIDEST_PX, NARROWEST_PX = 44 / 1.5, 16 / 1.5
"""How coarsely a pasted face is lit like the photo below it. Finer, and it gets the photo's own features, of which the
network then learns that they are the wearer's; at the widest it keeps its own."""
MOUSTACHE = 0.12
"""Share of the wearers with one that the target has not, beside those who have one in their picture."""
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
SEEN_BY_CAMERA, ON_THE_FACE = [0, 1, 2, 12, 13, 14, 15], [6, 10, 16]
"""Channels of a made pair: what goes on as it is at the picture's edge, and what ends there."""
PREPARED = 0.75
"""Share of the sources as the engines prepare them (prepared_sources.py); the others have harder things happen to them,
and another time each."""
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


class PairMaker:
    """Makes pairs without end.

    chosen: numbers of the people it may take. sources: of everybody, see `prepared_sources`. things: numbers of the
    bank's sprites that may be in front of a face, then there always is one; None for all of the bank, and sometimes
    none or two.
    """

    def __init__(
        self,
        people: People,
        sources: Sources,
        chosen: NDArray[np.intp],
        bank: Bank,
        generator: torch.Generator,
        things: Tensor | None = None,
    ) -> None:
        device, self._generator = generator.device, generator
        if len(chosen) < 1:
            raise ValueError(f"PairMaker needs people, got none of {len(people.test)}")
        self._crowd = Crowd(people, chosen, generator, sources)
        self._bank = bank.to(device)
        self._source_things = self._bank.drawn_by(*OF_A_SOURCE)
        self._shaved_things = self._bank.drawn_by(*SHAVED)
        in_front = self._bank.drawn_by(*(draw for draw in SHARES if draw not in GROWN))
        self._things = in_front if things is None else things.to(device)
        self._nobody = torch.from_numpy(flat_nobody()).to(device)
        self._shares = THINGS if things is None else (1.0,)
        self._placement = Placement(self._crowd, device)

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
        lies = self._placement.of(own, other, dice)
        photo = sampled(self._crowd.picture_of(own), (lies.at_px + 0.5) * (PICTURE_PX / SQUARE_PX) - 0.5)
        target = (exposed(photo, dice) * scene_light(lies.normals, lies.inside, dice)).clamp(0, 1)
        known = 1 - dice.chance(SWAPPED)
        wearer = self._shaved(self._pasted(target, pasted, lies, dice), own, lies, dice)
        wearer = mix(target, wearer, known)
        apart = torch.where(dice.chance(UNLIKE).flatten() > 0, self._crowd.like(own, dice, unlike=True), pasted)
        nobodys = dice.chance(NOBODYS) * (1 - known)
        source = self._source(torch.where(known.flatten() > 0, own, apart), (own, other), nobodys, lies, dice)
        dice = Dice(count * USED, SQUARE_PX, self._generator)
        again = partial(torch.repeat_interleave, repeats=USED, dim=0)
        own, other, wearer, target, known = map(again, (own, other, wearer, target, known))
        lies, source = Geometry(*map(again, lies)), Lying(*map(again, source))
        wearer, target, hidden = self._covered(wearer, target, (own, other), lies, dice)
        shown = defocused(torch.cat([wearer, target, hidden], 1), dice)
        noise = sensor_noise(shown[:, 3:6], dice)
        wearer, target, hidden = shown[:, :3] + noise, shown[:, 3:6] + noise, shown[:, 6:]
        wearer, target = recorded(torch.cat([wearer, target], 1), dice).clamp(0, 1).split(3, dim=1)
        made = torch.cat([wearer, *source, lies.features, target, hidden, lies.inside], 1)
        made = cut_off(made, SEEN_BY_CAMERA, ON_THE_FACE, dice)
        made = torch.where(dice.chance(0.5) > 0, made.flip(3), made)
        return Pairs(*[*made.clamp(0, 1).split([3, 3, 1, 3, 1, 1, 3, 1, 1], dim=1), known])

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

    def _shaved(self, wearer: Tensor, own: Tensor, lies: Geometry, dice: Dice) -> Tensor:
        """Some wearers with a moustache, which the target does not have. own: whose square it is."""
        chosen = self._shaved_things[dice.numbers(0, len(self._shaved_things))]
        skin = mean_of(wearer, lies.skin + 1e-4)
        thing = self._bank.place(chosen, inverted(self._crowd.affines[own]), lies.at_px, skin, wearer, dice)
        lit = (thing.colour * brightness(skin)).clamp(0, 1)
        grown = thing._replace(colour=lit, alpha=thing.alpha * eroded(lies.inside, 2))
        return put(wearer, grown, dice.chance(MOUSTACHE))

    def _source(self, who: Tensor, people: tuple[Tensor, Tensor], nobodys: Tensor, lies: Geometry, dice: Dice) -> Lying:
        """The texture: a face as another photo would have shown it. people: whose square it is, and another.

        nobodys: 1 where it is nobody's, which nothing happened to.
        """
        shift = dice.field(dice.once(4, 9), 2) * (dice.uniform(0, LOOSE_PX) + 1.2 * dice.chance(0.05))
        at_px, inner = lies.flat_px + shift, eroded(lies.inside, 1)
        shown = inner * (lies.front * FACING_GAIN).clamp(0, 1)
        prepared = self._prepared_source(who, at_px, shown, dice)
        lying = self._drawn_source(who, people, at_px, shown, lies, dice)._replace(clean=prepared.clean)
        nobody = sampled(self._nobody.expand(dice.count, -1, -1, -1), lies.flat_px)
        own_face = Lying(nobody, shown, nobody, torch.zeros_like(inner))
        for other, chosen in ((prepared, dice.chance(PREPARED)), (own_face, nobodys)):
            lying = Lying(*(mix(a, b, chosen) for a, b in zip(lying, other, strict=True)))
        colours, clean = (continued(picture, inner).clamp(0, 1) for picture in (lying.colours, lying.clean))
        return Lying(colours, lying.valid, clean, lying.remains * inner)

    def _prepared_source(self, who: Tensor, at_px: Tensor, shown: Tensor, dice: Dice) -> Lying:
        """As the engines prepare one of a person's photos. shown: (N, 1, S, S), validity but for the photo's own."""
        photos = dice.numbers(0, PHOTOS)
        ready = sampled(self._crowd.source_of(who, photos), at_px)
        clean = sampled(self._crowd.source_of(who, torch.zeros_like(photos)), at_px)
        seen = (ready[:, SEEN : SEEN + 1] * SEEN_GAIN).clamp(0, 1)
        return Lying(ready[:, :3], shown * seen, clean[:, :3], ready[:, REMAINS:])

    def _drawn_source(
        self, who: Tensor, people: tuple[Tensor, Tensor], at_px: Tensor, shown: Tensor, lies: Geometry, dice: Dice
    ) -> Lying:
        """With all that photos do to a face, drawn anew and found by luck."""
        own, other = people
        laid = sampled(half_mirrored(self._crowd.flat_of(who), dice), at_px)
        colours = continued(laid[:, :3], eroded(lies.inside, 1))
        theirs = sampled(self._crowd.flat_of(other)[:, :3], lies.flat_px)
        colours = with_skin_of(colours, theirs, lies.skin, lies.features, dice)
        colours = lit_otherwise(colours, theirs, lies.normals, lies.skin, dice)
        valid = shown * (laid[:, 3:] * SEEN_GAIN).clamp(0, 1)
        lying = Lying(colours, valid, colours, torch.zeros_like(valid))
        skin = mean_of(colours, lies.skin)
        for share in WORN:
            chosen = self._source_things[dice.numbers(0, len(self._source_things))]
            thing = self._bank.place(chosen, inverted(self._crowd.affines[own]), lies.at_px, skin, colours, dice)
            lying = worn(lying, thing, share, dice)
        return lying._replace(colours=aged(lying.colours, dice))

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
        bright = brightness(everywhere)
        lit = mix(bright, torch.ones_like(bright), self._bank.skin[chosen].view(-1, 1, 1, 1))
        return thing._replace(colour=(thing.colour * lit).clamp(0, 1))
