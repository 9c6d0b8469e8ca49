"""What a visitor wants made of a video, as JSON says it, and as the words of `liveswap run` say it.

Those words are what a preview and a job are made by, so the command that the page shows is the one that runs. Knows
options and their limits; knows no engine.
"""

import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import Any

from models.errors import UserError
from realtime.choices import Faces, Strangers
from realtime.config import MESH, RunConfig
from realtime.disclosure import Disclosure
from realtime.faces.swap_settings import PLAIN_BLEND, SwapSettings
from realtime.media.trim import Trim
from realtime.web.offer import Offer
from realtime.web.request_parts import disclosure_in

ENDINGS = ("mp4", "webm")
EXAMPLE = 'send {"video": ID, "wear": ["alice"], "faces": "largest", "trim": [0, 2.5], "format": "mp4"}'
MOST_FACES, LONGEST_S = 12, 1e7
NUMBER = re.compile(r"\d{1,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Order:
    """wear: names of faces: of whoever is seen first, second ...; or, where `people` says so, one for each of these.

    look: how they are put on. people: numbers of the video's people, whom a recogniser tells apart. trim: None for all
    of it. ending: of the result's name.
    """

    wear: tuple[str, ...]
    look: SwapSettings
    people: tuple[int, ...] = ()
    faces: str = "largest"
    strangers: str | None = None
    disclosure: Disclosure = field(default_factory=Disclosure)
    trim: tuple[float, float] | None = None
    ending: str = "mp4"

    def wished(self) -> dict[str, Any]:
        """For JSON, as `order_in` takes it."""
        wear = dict(zip(map(str, self.people), self.wear, strict=True)) if self.people else list(self.wear)
        return {
            "wear": wear,
            "faces": self.faces,
            **asdict(self.look),
            "strangers": self.strangers,
            "badge_language": self.disclosure.language,
            "caption": self.disclosure.caption,
            "no_badge": self.disclosure.no_badge or None,
            "trim": self.trim,
            "format": self.ending,
        }


@dataclass(frozen=True, slots=True)
class Places:
    """The files of a run, by their names. face: of a face, by its place in `wear`. person: of somebody's picture."""

    video: str
    output: str
    face: Callable[[int], str]
    person: Callable[[int], str]


def order_in(said: dict[str, Any], offer: Offer) -> Order:
    """Raises UserError. offer: what may be asked for."""
    (people, wear), look = _wear(said.get("wear")), offer.look_in(said, EXAMPLE)
    ending, strangers = said.get("format", "mp4"), said.get("strangers")
    if strangers is not None and strangers not in list(Strangers):
        raise UserError('"strangers" is leave, blur or swap', remedy=EXAMPLE)
    if ending not in ENDINGS:
        raise UserError(f'"format" is one of {", ".join(ENDINGS)}', remedy=EXAMPLE)
    faces = str(said.get("faces", "largest"))
    Faces.parse(faces)
    trim = _trim(said.get("trim"))
    return Order(wear, look, people, faces, strangers, disclosure_in(said), trim, ending)


def words_of(order: Order, places: Places, more: Sequence[str] = ()) -> list[str]:
    """Of `liveswap run`, without what is so anyway; the output's name comes last. more: see `server_words`."""
    if order.people:
        pairs = [f"{places.person(who)}={places.face(place)}" for place, who in enumerate(order.people)]
        worn = [word for pair in pairs for word in ("--map", pair)]
    else:
        worn = [word for place in range(len(order.wear)) for word in ("--face", places.face(place))]
        worn += ["--faces", order.faces] if order.faces != "largest" else []
    usual = Strangers.choose(None, live=False, mapped=bool(order.people))
    chosen = [*_look_words(order.look), *_unless("--strangers", order.strangers or usual, usual)]
    chosen += _disclosure_words(order.disclosure)
    chosen += [] if order.trim is None else ["--trim", str(Trim(*map(_exact, order.trim)))]
    return ["run", *worn, "--input", places.video, *chosen, *more, "--output", places.output]


def server_words(config: RunConfig) -> list[str]:
    """How whoever runs the server wants everything to be made."""
    usual = [
        ("--device", config.device, "auto"),
        ("--detector", config.detector, None),
        ("--precision", config.neural.precision, "auto"),
    ]
    words = [word for option, value, plain in usual for word in _unless(option, value, plain)]
    return words if config.hands else [*words, "--no-hands"]


def _look_words(look: SwapSettings) -> list[str]:
    """Networks paint their own eyes."""
    iris = look.iris if look.swapper == MESH else "source"
    blend, plain = f"{look.enhancer_blend:g}", f"{PLAIN_BLEND:g}"
    return [
        *_unless("--swapper", look.swapper, MESH),
        *_unless("--strength", f"{look.strength:g}", "0.5"),
        *_unless("--iris", iris, "source"),
        *_unless("--mouth", look.mouth, "source"),
        *_unless("--enhancer", look.enhancer, None),
        *(_unless("--enhancer-blend", blend, plain) if look.enhancer else []),
    ]


def _disclosure_words(disclosure: Disclosure) -> list[str]:
    """What pictures say of themselves."""
    return [
        *_unless("--badge-language", disclosure.language, Disclosure().language),
        *_unless("--caption", disclosure.caption, ""),
        *_unless("--no-badge", disclosure.no_badge, ""),
    ]


def _unless(option: str, value: str | None, plain: str | None) -> list[str]:
    """An option with its value, unless that holds anyway."""
    return [] if value is None or value == plain else [option, value]


def command_line(words: Sequence[str]) -> str:
    """For a terminal."""
    return shlex.join(["liveswap", *words])


def _wear(said: Any) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Numbers of people, if each is to wear a face of their own, and names of faces."""
    if isinstance(said, dict):
        if not all(NUMBER.fullmatch(number) for number in said):
            raise UserError('"wear" says which person, by their number, wears which face', remedy=EXAMPLE)
        people, names = tuple(map(int, said)), list(said.values())
    else:
        people, names = (), [said] if isinstance(said, str) else said
    if not isinstance(names, list) or not 1 <= len(names) <= MOST_FACES or not all(isinstance(n, str) for n in names):
        raise UserError('"wear" names faces to be worn, at least one', remedy=EXAMPLE)
    return people, tuple(names)


def _trim(said: Any) -> tuple[float, float] | None:
    if said is None:
        return None
    is_pair = isinstance(said, list | tuple) and len(said) == 2
    if not is_pair or not all(isinstance(at, int | float) and not isinstance(at, bool) for at in said):
        raise UserError('"trim" is [START, END] in seconds', remedy=EXAMPLE)
    if not 0 <= said[0] < said[1] <= LONGEST_S:
        raise UserError(f"the part from {said[0]} to {said[1]} s is none", remedy='"trim" is [START, END] in seconds')
    return float(said[0]), float(said[1])


def _exact(at_s: float) -> Fraction:
    return Fraction(at_s).limit_denominator(1000)
