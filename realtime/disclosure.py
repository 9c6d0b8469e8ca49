"""What viewers are told in the picture itself: the badge's language, a caption, and why there is no badge.

Knows words and their limits; knows nothing of how they are drawn, but for which letters can be.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from models.errors import UserError

LONGEST_REASON, LONGEST_CAPTION = 200, 80
WHY = 'say why in a few words, e.g. --no-badge "the film says it in its titles"'


class BadgeLanguage(StrEnum):
    """In which the badge is written."""

    EN = "en"
    ZH = "zh"
    DE = "de"
    FR = "fr"
    ES = "es"


@dataclass(frozen=True, slots=True)
class Disclosure:
    """caption: a line in the picture, "" for none. no_badge: why pictures go without the badge; "" with it."""

    language: BadgeLanguage = BadgeLanguage.EN
    caption: str = ""
    no_badge: str = ""

    @property
    def badge(self) -> bool:
        """Whether swapped pictures carry it."""
        return not self.no_badge

    def without_badge(self, reason: str, remedy: str = WHY) -> "Disclosure":
        """The same without the badge. Raises UserError for no reason, with this remedy."""
        return replace(self, no_badge=parse_reason(reason, remedy))

    def in_language(self, word: str) -> "Disclosure":
        """The same in another language. Raises UserError for one that is not there."""
        try:
            return replace(self, language=BadgeLanguage(word))
        except ValueError as error:
            remedy = f"use one of {', '.join(BadgeLanguage)}"
            raise UserError(f"the badge is not there in the language {word!r}", remedy=remedy) from error

    def captioned(self, text: str) -> "Disclosure":
        """The same with another caption, "" for none. Raises UserError for one that cannot be shown."""
        return replace(self, caption=parse_caption(text))


def parse_reason(text: str, remedy: str = WHY) -> str:
    """Why there is no badge. Raises UserError for none, or what is an option."""
    reason = " ".join(text.split())
    if not reason or reason.startswith("-"):
        raise UserError("without the badge a reason is needed, which is recorded", remedy=remedy)
    if len(reason) > LONGEST_REASON or not reason.isprintable():
        raise UserError(
            f"the reason for no badge is not one line of at most {LONGEST_REASON} characters", remedy="make it shorter"
        )
    return reason


def parse_caption(text: str) -> str:
    """Raises UserError for what is too long for a picture, or has letters that cannot be drawn."""
    caption = " ".join(text.split())
    if not caption:
        return ""
    if len(caption) > LONGEST_CAPTION:
        said = f"the caption has {len(caption)} characters; at most {LONGEST_CAPTION} fit"
        raise UserError(said, remedy="make it shorter")
    from realtime.stream.label import undrawable  # noqa: PLC0415  loads OpenCV, for which --help need not wait

    odd = undrawable(caption)
    if odd:
        said = f"the caption has what cannot be drawn: {', '.join(map(repr, odd))}"
        raise UserError(said, remedy="leave that out; Latin, Greek, Cyrillic, Chinese, Japanese, Korean can be")
    return caption
