"""The keywords of the Python API, and what they become: a RunConfig, and a store once there is consent.

Knows values and consent; opens nothing.
"""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypedDict

from models.errors import UserError
from models.licences import LicenceDesk
from models.store import ModelStore, home_folder
from realtime.config import MESH, Faces, NeuralConfig, RunConfig
from realtime.faces.consent import ConsentLedger
from realtime.stream.privacy import Strangers, WhenLost
from realtime.swapper_options import people_in

AnyPath: TypeAlias = str | PathLike[str]


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
    badge: bool
    strangers: Literal["leave", "blur", "swap"]
    when_lost: Literal["hold", "blur", "slate", "pass"]
    size_wh: tuple[int, int]
    duration_s: float
    codec: str
    crf: int
    i_have_consent: bool  # of the people whose faces you use: asked for once per photo, and remembered
    accept_licence: bool  # of models that ask for it


def config_of(face: AnyPath | Sequence[AnyPath], where: str, outputs: tuple[str, ...], options: Options) -> RunConfig:
    unknown = options.keys() - Options.__annotations__.keys()
    if unknown:
        raise TypeError(f"unknown options: {', '.join(sorted(unknown))}; use {', '.join(Options.__annotations__)}")
    faces = [face] if isinstance(face, str | PathLike) else face
    given: dict[str, Any] = {**options}
    for name in ("i_have_consent", "accept_licence"):
        given.pop(name, None)
    for name, kind in (("strangers", Strangers), ("when_lost", WhenLost)):
        if name in given:
            given[name] = kind(given[name])
    return RunConfig(
        faces_from=tuple(map(Path, faces)),
        input=where,
        outputs=outputs,
        neural=NeuralConfig(strength=given.pop("strength", 0.5)),
        faces=Faces.parse(str(given.pop("faces", "largest"))),
        swapper=given.pop("swapper", MESH),
        **given,
    )


def agreed_store(config: RunConfig, options: Options) -> ModelStore:
    """The models of this user, once there is consent for every face. Raises UserError."""
    home, given = home_folder(), options.get("i_have_consent", False)
    people = people_in(config)
    try:
        ConsentLedger(home / "consent.json").require_all(people, given=given, ask=None)
    except UserError as error:
        raise UserError(str(error), remedy="if you have it, pass i_have_consent=True, once per photo") from error
    desk = LicenceDesk(home / "licences.json", given=options.get("accept_licence", False), ask=None)
    return ModelStore(home, admit=desk.require)
