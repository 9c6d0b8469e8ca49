"""The words of roop and facefusion for what is --face, --input and --output here.

Knows their options; runs nothing.
"""

import shlex
from collections.abc import Sequence

THEIRS = {
    **dict.fromkeys(("-s", "--source", "--source-path", "--source-paths"), "--face"),
    **dict.fromkeys(("-t", "--target", "--target-path"), "--input"),
    **dict.fromkeys(("-o", "--output-path"), "--output"),
}
COMMANDS = {"run", "headless-run"}


def in_our_words(words: Sequence[str]) -> tuple[list[str], str | None]:
    """Arguments as they are here, and what to tell of that; None where nothing was changed.

    facefusion's -s takes several photos; without a command, as in roop, it is `run`.
    """
    if not words or not (words[0] in COMMANDS or words[0] in THEIRS) or not THEIRS.keys() & set(words):
        return [*words], None
    ours, option = ["run"], ""
    for word in words[words[0] in COMMANDS :]:
        if word.startswith("-") and word != "-":
            option = THEIRS.get(word, word)
        elif option == "--face" and ours[-1] != option:
            ours.append(option)
        ours.append(option if word in THEIRS else word)
    return ours, f"-s, -t and -o are understood; here it is: {shlex.join(['liveswap', *ours])}"
