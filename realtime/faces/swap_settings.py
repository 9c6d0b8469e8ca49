"""How faces are put on, and changes to that while a stream runs.

Knows values; imports no pixels, and opens nothing.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypedDict, Unpack

if TYPE_CHECKING:
    from engines.types import FaceOrigin

PLAIN_STRENGTH, PLAIN_BLEND = 0.5, 0.8


@dataclass(frozen=True, slots=True)
class SwapSettings:
    """swapper: "mesh" or the name of a model. strength: 0..1. iris, mouth: whose, of the mesh swapper. enhancer: a
    model that works on the swapped face; None for none. enhancer_blend: 0..1, how much of what it made is seen.
    """

    swapper: str
    strength: float = PLAIN_STRENGTH
    iris: "FaceOrigin" = "source"
    mouth: "FaceOrigin" = "source"
    enhancer: str | None = None
    enhancer_blend: float = PLAIN_BLEND

    def changed(self, **changes: "Unpack[SettingsChange]") -> "SwapSettings":
        """Another swapper begins at the strength it was trained at."""
        other = changes.get("swapper", self.swapper) != self.swapper
        before = replace(self, strength=PLAIN_STRENGTH) if other else self
        return replace(before, **changes)


class SettingsChange(TypedDict, total=False):
    """What is to be otherwise."""

    swapper: str
    strength: float
    iris: "FaceOrigin"
    mouth: "FaceOrigin"
    enhancer: str | None
    enhancer_blend: float
