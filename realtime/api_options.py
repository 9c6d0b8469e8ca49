"""The keywords of the Python API, and what they become: a RunConfig, and a store once there is consent.

Knows values and consent; opens nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Literal, TypeAlias, TypedDict

from engines.types import FaceOrigin
from models.errors import UserError
from models.store import ModelStore, home_folder
from realtime.admission import note_no_badge, require_consent, store_of
from realtime.choices import Faces, Strangers, WhenLost
from realtime.config import MESH, NeuralConfig, RunConfig
from realtime.disclosure import Disclosure
from realtime.errors import ConsentError
from realtime.faces.consent import NOT_GIVEN, Answer, How

AnyPath: TypeAlias = str | PathLike[str]
WHY = 'omit it, or say why there is none in a few words: no_badge="the film says it in its titles"'


class Options(TypedDict, total=False):
    """Keywords of all three; what each means and its default: `liveswap run --help`."""

    swapper: str
    strength: float
    device: str
    faces: Literal["largest", "all"] | int
    detector: str
    enhancer: str
    iris: Literal["wearer", "source"]
    mouth: Literal["wearer", "source"]
    hands: bool
    no_badge: str
    badge_language: Literal["en", "zh", "de", "fr", "es"]
    caption: str
    strangers: Literal["leave", "blur", "swap"]
    when_lost: Literal["hold", "blur", "slate", "pass"]
    size_wh: tuple[int, int]
    duration_s: float
    codec: str
    crf: int
    i_have_consent: bool  # of the people whose faces you use: asked for once per photo, and remembered
    accept_licence: bool  # of models that ask for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """The same with defaults, `Wishes(**options)`. i_have_consent, accept_licence: of whom and what is asked for."""

    swapper: str = MESH
    strength: float = 0.5
    device: str = "auto"
    faces: str | int = "largest"
    detector: str | None = None
    enhancer: str | None = None
    iris: FaceOrigin = "source"
    mouth: FaceOrigin = "source"
    hands: bool = True
    no_badge: str | None = None
    badge_language: str = "en"
    caption: str = ""
    strangers: str | None = None
    when_lost: str | None = None
    size_wh: tuple[int, int] | None = None
    duration_s: float | None = None
    codec: str | None = None
    crf: int | None = None
    i_have_consent: bool = False
    accept_licence: bool = False


def admitted(
    face: AnyPath | Sequence[AnyPath], where: str, outputs: tuple[str, ...], options: Options
) -> tuple[RunConfig, ModelStore]:
    """The run that is asked for, and the models of this user, once there is consent for every face.

    Raises UserError: no consent, no reason for no badge, a value out of its range; TypeError for what is no keyword.
    """
    if "badge" in options:
        raise UserError("there is no option badge: pictures carry it", remedy=WHY)
    unknown = options.keys() - Options.__annotations__.keys()
    if unknown:
        raise TypeError(f"unknown options: {', '.join(sorted(unknown))}; use {', '.join(Options.__annotations__)}")
    wishes = Wishes(**options)
    config = _config([face] if isinstance(face, str | PathLike) else face, where, outputs, wishes)
    return config, _agreed_store(config, wishes)


def _config(faces: Sequence[AnyPath], where: str, outputs: tuple[str, ...], wishes: Wishes) -> RunConfig:
    return RunConfig(
        faces_from=tuple(map(Path, faces)),
        input=where,
        outputs=outputs,
        swapper=wishes.swapper,
        neural=NeuralConfig(strength=wishes.strength),
        device=wishes.device,
        faces=Faces.parse(str(wishes.faces)),
        detector=wishes.detector,
        enhancer=wishes.enhancer,
        iris=wishes.iris,
        mouth=wishes.mouth,
        hands=wishes.hands,
        disclosure=_disclosure(wishes),
        strangers=None if wishes.strangers is None else Strangers(wishes.strangers),
        when_lost=None if wishes.when_lost is None else WhenLost(wishes.when_lost),
        size_wh=wishes.size_wh,
        duration_s=wishes.duration_s,
        codec=wishes.codec,
        crf=wishes.crf,
    )


def _disclosure(wishes: Wishes) -> Disclosure:
    told = Disclosure().in_language(wishes.badge_language).captioned(wishes.caption)
    return told if wishes.no_badge is None else told.without_badge(wishes.no_badge, WHY)


def _agreed_store(config: RunConfig, wishes: Wishes) -> ModelStore:
    home = home_folder()
    try:
        require_consent(config, home, Answer(given=How.API if wishes.i_have_consent else None))
    except ConsentError as error:
        if error.remedy != NOT_GIVEN:
            raise
        raise ConsentError(str(error), remedy="if you have it, pass i_have_consent=True, once per photo") from error
    note_no_badge(config, home)
    return store_of(home, accepts_licences=wishes.accept_licence, ask=None)
