"""How faces may be put on at this server: what is installed, what holds unless a visitor says otherwise, what they say.

Knows names and limits; knows no engine and no HTTP.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, TypeAlias

from models.errors import UserError
from realtime.choices import Faces
from realtime.config import MESH, parse_whose, require_share
from realtime.faces.swap_settings import SwapSettings


@dataclass(frozen=True, slots=True)
class Offer:
    """swappers, enhancers: names, of those that need no download. usual, who: as the server was started; who: of a live
    picture is swapped. hands: whether they can stay in front of a live face.
    """

    swappers: tuple[str, ...] = (MESH,)
    enhancers: tuple[str, ...] = ()
    usual: SwapSettings = field(default_factory=lambda: SwapSettings(MESH))
    who: Faces = field(default_factory=Faces)
    hands: bool = True

    def told(self) -> dict[str, Any]:
        """For JSON."""
        names = {"swappers": list(self.swappers), "enhancers": list(self.enhancers)}
        return {**names, "look": asdict(self.usual), "who": str(self.who), "hands": self.hands}

    def look_in(self, said: dict[str, Any], remedy: str) -> SwapSettings:
        """What JSON says of swapper, strength, iris, mouth, enhancer and its blend. Raises UserError."""
        usual = self.usual.changed(swapper=str(said.get("swapper", self.usual.swapper)))
        strength = _share("strength", said.get("strength", usual.strength), remedy)
        blend = _share("enhancer_blend", said.get("enhancer_blend", usual.enhancer_blend), remedy)
        enhancer = said.get("enhancer", usual.enhancer)
        _require_one_of("swapper", usual.swapper, self.swappers)
        if enhancer is not None:
            _require_one_of("enhancer", str(enhancer), self.enhancers)
        iris = parse_whose('"iris"', str(said.get("iris", usual.iris)))
        mouth = parse_whose('"mouth"', str(said.get("mouth", usual.mouth)))
        return SwapSettings(usual.swapper, strength, iris, mouth, enhancer, blend)


def _share(what: str, value: object, remedy: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UserError(f'"{what}" is a number from 0 to 1', remedy=remedy)
    require_share(f'"{what}"', value)
    return float(value)


def _require_one_of(what: str, name: str, names: tuple[str, ...]) -> None:
    if name not in names:
        raise UserError(f"there is no {what} {name!r} here", remedy=f"use one of {', '.join(names) or 'none'}")


Offered: TypeAlias = Callable[[], Offer]
"""Asked anew each time: models come while a server runs."""
