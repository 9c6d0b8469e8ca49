"""What can be changed while a stream runs, and the one set of commands that changes it.

Keys in the terminal, `liveswap ctl` and the browser page all speak these words. Settings are one frozen value,
replaced whole and read once per frame, so no frame is half of one and half of the other; which face is worn, and in
what way, is the face provider's to know.

Knows words and settings; knows no keyboard, no socket and no pixels.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from models.errors import UserError
from realtime.choices import CHOOSE, ChosenPeople, Faces, Strangers, WhenLost
from realtime.config import parse_whose
from realtime.disclosure import Disclosure
from realtime.faces.selection import FaceProvider

logger = logging.getLogger(__name__)

ON, OFF, DEFAULT, NONE = "on", "off", "default", "none"
BADGE_OFF = "badge on, or badge off and why in a few words: badge off the film says it in its titles"


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """How frames are made from now on.

    when_lost, strangers, faces: None for what the run was started with. faces: who is swapped; everybody then wears the
    chosen face. hands: whether they stay in front of it. paused: viewers see words. lock: rises whenever the main
    person is to be chosen anew.
    """

    when_lost: WhenLost | None = None
    strangers: Strangers | None = None
    faces: Faces | ChosenPeople | None = None
    disclosure: Disclosure = field(default_factory=Disclosure)
    mirror: bool = False
    hands: bool = True
    paused: bool = False
    lock: int = 0

    @property
    def badge(self) -> bool:
        """Whether swapped pictures are marked: with the badge, a caption, or both."""
        return self.disclosure.badge or bool(self.disclosure.caption)


AS_STARTED = LiveSettings()
"""Nothing was changed."""


class LiveControl:
    """The settings of one stream. Any thread may apply commands, which take turns.

    settings: taken once per frame. withheld: why nothing is shown, whatever commands say; "" for nothing.
    is_mapped: who is swapped was said when the run began, and stays so. finds_hands: whether this run can.
    on_no_badge: told why the badge is taken away, before it is; raises UserError where that cannot be recorded.
    """

    def __init__(self, bank: FaceProvider, settings: LiveSettings = AS_STARTED) -> None:
        self._bank = bank
        self._turn = threading.Lock()
        self._settings, self.withheld = settings, ""
        self.on_no_badge: Callable[[str], None] = _unrecorded
        self.is_mapped, self.finds_hands = False, True

    @property
    def settings(self) -> LiveSettings:
        """What holds now."""
        return replace(self._settings, paused=True) if self.withheld else self._settings

    def withhold(self, why: str) -> None:
        """Show the placeholder from the next frame on, for good."""
        if not self.withheld:
            self.withheld = why
            logger.warning("the picture is withheld: %s", why)

    def apply(self, command: str) -> str:
        """Carry out one command and say what holds now. Raises UserError for words that are no command."""
        word, _, argument = command.strip().partition(" ")
        if word == "status":
            return self.status()
        if word not in COMMANDS:
            raise UserError(f"{command!r} is not a command", remedy=f"use one of: {', '.join([*COMMANDS, 'status'])}")
        with self._turn:
            self._settings = COMMANDS[word](self, argument.strip())
            return self.status()

    def status(self) -> str:
        """For people: what holds now."""
        now, worn = self._settings, str(self._bank.selection)
        parts = [worn] if worn else []
        parts += [f"withheld: {self.withheld}"] if self.withheld else []
        parts += [self._bank.notice] if self._bank.notice else []
        parts += ["paused"] if now.paused else []
        parts += [f"when lost: {now.when_lost}"] if now.when_lost is not None else []
        parts += [f"faces: {now.faces}"] if now.faces is not None else []
        parts += [f"strangers: {now.strangers}"] if now.strangers is not None else []
        parts += ["mirrored"] if now.mirror else []
        parts += [f"caption: {now.disclosure.caption}"] if now.disclosure.caption else []
        parts += [] if now.disclosure.badge else [f"no badge: {now.disclosure.no_badge}"]
        return ", ".join(parts) or "running"

    def face(self, argument: str) -> LiveSettings:
        """A number from 1, a name, or "next" and "previous"."""
        self._bank.choose(self._bank.selection.wished(argument).identity)
        return self._settings

    def when_lost(self, argument: str) -> LiveSettings:
        """hold, blur, slate or pass; default for what the run was started with."""
        try:
            return replace(self._settings, when_lost=None if argument == DEFAULT else WhenLost(argument))
        except ValueError as error:
            raise UserError(
                f"when-lost {argument!r} is not a choice", remedy="use hold, blur, slate, pass or default"
            ) from error

    def strangers(self, argument: str) -> LiveSettings:
        """leave, blur or swap."""
        try:
            return replace(self._settings, strangers=Strangers(argument))
        except ValueError as error:
            raise UserError(f"strangers {argument!r} is not a choice", remedy="use leave, blur or swap") from error

    def wanted_faces(self, argument: str) -> LiveSettings:
        """largest, all, a number, or choose and the numbers of people."""
        if self.is_mapped:
            raise UserError("this run's --map says who is swapped", remedy="start another run")
        word, _, numbers = argument.partition(" ")
        faces = ChosenPeople.parse(numbers) if word == CHOOSE else Faces.parse(argument)
        return replace(self._settings, faces=faces)

    def switched(self, setting: str, argument: str) -> LiveSettings:
        """on, off, or nothing to turn it over."""
        if argument not in {ON, OFF, ""}:
            raise UserError(f"{setting} {argument} is neither on nor off", remedy=f"{setting} on, or {setting} off")
        value = argument == ON if argument else not getattr(self._settings, setting)
        changes: dict[str, Any] = {setting: value}
        return replace(self._settings, **changes)

    def in_front(self, argument: str) -> LiveSettings:
        """on or off: whether hands stay in front of the face."""
        if not self.finds_hands:
            raise UserError(
                "hands are not looked for in this run", remedy="start another one without --no-hands and --occluder"
            )
        return self.switched("hands", argument)

    def badged(self, argument: str) -> LiveSettings:
        """on; off and why; or nothing to have it back."""
        word, _, reason = argument.partition(" ")
        now = self._settings.disclosure
        if word == OFF or (not word and now.badge):
            told = now.without_badge(reason, BADGE_OFF)
            self.on_no_badge(told.no_badge)
        elif word in {ON, ""} and not reason:
            told = replace(now, no_badge="")
        else:
            raise UserError(f"badge {argument} is neither on nor off with a reason", remedy=BADGE_OFF)
        return replace(self._settings, disclosure=told)

    def told_in(self, argument: str) -> LiveSettings:
        """The badge's language: en, zh ..."""
        return replace(self._settings, disclosure=self._settings.disclosure.in_language(argument))

    def captioned(self, argument: str) -> LiveSettings:
        """What stands in the picture; nothing for no words."""
        return replace(self._settings, disclosure=self._settings.disclosure.captioned(argument))

    def restrengthened(self, argument: str) -> LiveSettings:
        """0 to 1, of a neural swapper; 0.5 as it was trained. Carried out soon, beside the stream."""
        self._bank.apply_settings(strength=_share("strength", argument))
        return self._settings

    def restyled(self, argument: str) -> LiveSettings:
        """mesh, or the name of a model on this disk. Carried out soon, beside the stream."""
        if not argument:
            raise UserError("swapper: which one?", remedy="swapper mesh, or a name from liveswap models list")
        self._bank.apply_settings(swapper=argument)
        return self._settings

    def enhanced(self, argument: str) -> LiveSettings:
        """The name of an enhancer on this disk, or none. Carried out soon, beside the stream."""
        if not argument:
            raise UserError("enhancer: which one?", remedy="enhancer none, or a name from liveswap models list")
        self._bank.apply_settings(enhancer=None if argument == NONE else argument)
        return self._settings

    def blended(self, argument: str) -> LiveSettings:
        """0 to 1: how much of what the enhancer made is seen. Carried out soon, beside the stream."""
        self._bank.apply_settings(enhancer_blend=_share("enhancer-blend", argument))
        return self._settings

    def iris(self, argument: str) -> LiveSettings:
        """wearer or source: whose colour of eyes, with the mesh swapper. Carried out soon, beside the stream."""
        self._bank.apply_settings(iris=parse_whose("iris", argument))
        return self._settings

    def mouth(self, argument: str) -> LiveSettings:
        """source or wearer: whose lips. Carried out soon, beside the stream."""
        self._bank.apply_settings(mouth=parse_whose("mouth", argument))
        return self._settings

    def locked_anew(self, _argument: str) -> LiveSettings:
        """The main person is whoever is largest in the next frame."""
        return replace(self._settings, lock=self._settings.lock + 1)


def _share(word: str, argument: str) -> float:
    try:
        share = float(argument)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise UserError(f"{word} {argument} is out of range", remedy=f"give a number from 0 to 1, e.g. {word} 0.5")
    return share


def _unrecorded(_reason: str) -> None:
    """Nobody keeps reasons here."""


COMMANDS: dict[str, Callable[[LiveControl, str], LiveSettings]] = {
    "face": LiveControl.face,
    "when-lost": LiveControl.when_lost,
    "strangers": LiveControl.strangers,
    "faces": LiveControl.wanted_faces,
    "badge": LiveControl.badged,
    "badge-language": LiveControl.told_in,
    "caption": LiveControl.captioned,
    "mirror": lambda control, argument: control.switched("mirror", argument),
    "hands": LiveControl.in_front,
    "pause": lambda control, argument: control.switched("paused", argument),
    "lock": LiveControl.locked_anew,
    "strength": LiveControl.restrengthened,
    "swapper": LiveControl.restyled,
    "iris": LiveControl.iris,
    "mouth": LiveControl.mouth,
    "enhancer": LiveControl.enhanced,
    "enhancer-blend": LiveControl.blended,
}
"""What each word does."""
