"""The figures of the model card: how well a network does on people and things it was not trained on, group by group.

Knows pairs, losses and the card's table; knows no training.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models.errors import UserError
from models.training import losses
from models.training.drawing import eyewear, hair, hands, things
from models.training.drawing.canvas import Sprite
from models.training.network import Compositor
from models.training.occluders import Bank
from models.training.pairs import PairMaker, Pairs
from models.training.people import People
from models.training.prepared_sources import Sources
from models.training.weights import Checkpoint

BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"
FILES = "<!-- files -->", "<!-- end of files -->"
PAIRS, SPRITES, SEED = 96, 260, 99
"""Of each row, and drawn anew for them."""
TONES = "dark skin", "middle skin", "light skin"
OF_KIND: dict[str, tuple[Callable[[np.random.Generator], Sprite], ...]] = {
    "hands": (hands.hand, hands.fist),
    "glasses": (eyewear.glasses,),
    "sunglasses": (eyewear.sunglasses,),
    "hair": (hair.strands, hair.fringe, hair.curtain),
    "masks": (things.mask,),
    "cups, microphones, phones, other things": (things.cup, things.microphone, things.card, things.blob, things.stick),
    "cloth and planes": (things.cloth, things.plane),
}


@dataclass(frozen=True, slots=True)
class Figures:
    """One row. colour: mean absolute difference on the face, 0..255. alpha: on the face, and on what is before it."""

    of: str
    colour: float
    untrained: float  # the same of the coarse relight alone
    alpha_face: float
    alpha_hidden: float


def figures_of(
    checkpoint: Checkpoint,
    people: People,
    sources: Sources,
    cache: Path | None = None,
    *,
    pairs: int = PAIRS,
    sprites: int = SPRITES,
) -> list[Figures]:
    """Of all, by tone of skin, by sex where the data set tells, and by what is in front of the face."""
    network = Compositor().eval()
    network.load_state_dict(checkpoint.averaged)
    bank, test = Bank.drawn(sprites, SEED, cache), people.chosen(test=True)
    groups: dict[str, tuple[NDArray[np.intp], torch.Tensor | None]] = {"all": (test, None)}
    groups |= {name: (test[people.tones[test] == tone], None) for tone, name in enumerate(TONES)}
    groups |= {name: (test[people.women[test] == sex], None) for sex, name in ((1, "women"), (0, "men"))}
    groups |= {name: (test, bank.drawn_by(*draw)) for name, draw in OF_KIND.items()}
    rows = []
    for name, (chosen, front) in groups.items():
        if len(chosen):
            maker = PairMaker(people, sources, chosen, bank, torch.Generator().manual_seed(SEED), front)
            rows.append(_judged(name, network, maker.make(pairs)))
    return rows


@torch.no_grad()
def _judged(name: str, network: Compositor, pairs: Pairs) -> Figures:
    made = losses.judge(network, pairs)
    untrained = losses.composed(losses.judge(Compositor(), pairs).fields, losses.square_of(pairs))
    face = pairs.inside * (1 - pairs.hidden) * pairs.known
    trained, relit = (
        float(((picture - pairs.target).abs() * face).sum() / (3 * face.sum())) * 255
        for picture in (made.composed, untrained)
    )
    alphas = losses.alphas(made.fields, pairs)
    return Figures(name, trained, relit, alphas["alpha_face"], alphas["alpha_hidden"])


def write_figures(card: Path, rows: list[Figures], checkpoint: Checkpoint) -> None:
    """Put the table into a model card, between its two marks."""
    text = card.read_text(encoding="utf-8") if card.is_file() else ""
    if BEGIN not in text or END not in text:
        raise UserError(f"{card} has no place for figures", remedy=f"write {BEGIN} and {END} into it")
    table = [
        f"Trained on {checkpoint.samples:,} pairs in {checkpoint.seconds / 3600:.1f} hours. {PAIRS} pairs a row.",
        "",
        "| test split | colour difference, of 255 | coarse relight alone | alpha on the face | on what is before it |",
        "|---|---|---|---|---|",
    ]
    table += [
        f"| {row.of} | {row.colour:.1f} | {row.untrained:.1f} | {row.alpha_face:.3f} | {row.alpha_hidden:.3f} |"
        for row in rows
    ]
    card.write_text(_between(BEGIN, END, table, text), encoding="utf-8")


def write_hashes(card: Path, files: Iterable[Path]) -> None:
    """Say in a model card which files it speaks of, if it has a place for that; none is made otherwise."""
    if card.is_file():
        told = [f"sha256 of {path.name}: {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in files]
        card.write_text(_between(*FILES, told, card.read_text(encoding="utf-8")), encoding="utf-8")


def _between(begin: str, end: str, lines: list[str], text: str) -> str:
    """The text with these lines between two marks."""
    place = re.compile(f"{re.escape(begin)}.*{re.escape(end)}", re.DOTALL)
    return place.sub("\n".join([begin, *lines, end]), text)
