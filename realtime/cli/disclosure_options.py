"""The options of what a picture says of itself. Knows words, metavars and help, as options.py does."""

from typing import Annotated

import typer

from realtime.cli.options import LOOK
from realtime.disclosure import BadgeLanguage

NoBadge = Annotated[
    str | None,
    typer.Option(
        "--no-badge",
        metavar="REASON",
        help="Leave the AI tag out; the reason is recorded, and told in the file's manifest.",
        rich_help_panel=LOOK,
    ),
]
Language = Annotated[
    BadgeLanguage, typer.Option("--badge-language", help="Of the small AI tag on swapped faces.", rich_help_panel=LOOK)
]
Caption = Annotated[
    str,
    typer.Option(metavar="TEXT", help="One or two lines in swapped pictures, beside the AI tag.", rich_help_panel=LOOK),
]
