"""The arguments of `liveswap consent ...`. Knows words; consent_command.py does the work."""

from typing import Annotated

import typer

from realtime.cli.help import PlainHelp, examples

consent_app = typer.Typer(help="Who agreed to appear: list, show, revoke, export.", no_args_is_help=True)
Photo = Annotated[
    str, typer.Argument(metavar="PHOTO", help="The photo (or folder of photos), or the beginning of its sha256.")
]


@consent_app.command("list", epilog=examples("liveswap consent list"))
def consent_list() -> None:
    """List what was agreed to: a photo's sha256, when, how, for what, until when."""
    from realtime.cli import consent_command  # noqa: PLC0415  loads what --help need not wait for, here and below

    consent_command.list_consents()


@consent_app.command("show", cls=PlainHelp, epilog=examples("liveswap consent show alice.jpg"))
def consent_show(photo: Photo) -> None:
    """Show all that was recorded of a photo, the oldest first. Exit status 4: it may not be worn now."""
    from realtime.cli import consent_command  # noqa: PLC0415

    raise typer.Exit(consent_command.show_consent(photo))


@consent_app.command(
    "revoke", cls=PlainHelp, epilog=examples("liveswap consent revoke alice.jpg", "liveswap consent revoke 3f9a2c41")
)
def consent_revoke(photo: Photo) -> None:
    """Withdraw consent for a photo, whoever gave it. What runs with it goes dark (live) or ends without a file."""
    from realtime.cli import consent_command  # noqa: PLC0415

    consent_command.revoke_consent(photo)


@consent_app.command("export", epilog=examples("liveswap consent export > consents.jsonl"))
def consent_export() -> None:
    """Print the record with its history, a line of JSON for each change: no picture, no name."""
    from realtime.cli import consent_command  # noqa: PLC0415

    consent_command.export_consents()
