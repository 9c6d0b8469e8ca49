"""`--no-badge` without a reason: whoever sits there is asked for one, and elsewhere it is refused in words.

Knows the words of the command line and a way to ask; what a reason may be, realtime/disclosure.py knows.
"""

from collections.abc import Callable, Sequence

from realtime.disclosure import WHY, parse_reason

OPTION, USUAL = "--no-badge", "--badge"
HELP = {"--help", "-h"}
QUESTION = "Why do the pictures go without the AI badge? This is recorded"


def with_reason(words: Sequence[str], ask: Callable[[str], str] | None) -> list[str]:
    """The same words, the reason joined to its option. ask: puts a question; None where nobody is there.

    --badge, which earlier versions took, asks for what is so anyway. Raises UserError where there is no reason.
    """
    kept = [word for word in words if word != USUAL]
    for place, word in enumerate(kept):
        following = kept[place + 1] if place + 1 < len(kept) else "-"
        if word == OPTION and (following.startswith("-") or not following.strip()) and not HELP & set(kept):
            kept[place] = f"{OPTION}={parse_reason(ask(QUESTION) if ask is not None else '', WHY)}"
    return kept
