"""The words of `liveswap run`, read by the command line's own reader, for programs that have them from elsewhere.

Knows words; runs nothing.
"""

from collections.abc import Sequence

import typer

from models.errors import UserError
from realtime.cli.arguments import RunArguments, takes
from realtime.config import RunConfig


def config_of(words: Sequence[str]) -> RunConfig:
    """What `liveswap WORDS` would run. words: "run" first. Raises UserError."""
    found: list[RunConfig] = []

    def note(arguments: RunArguments) -> None:
        found.append(arguments.config())

    app = typer.Typer(add_completion=False)
    app.command()(takes(RunArguments)(note))
    try:
        app(list(words[1:]), standalone_mode=False)
    except typer.TyperException as error:
        raise UserError(error.format_message(), remedy="liveswap run --help lists all options") from error
    return found[0]
