"""The command line: arguments in, exit codes out.

    0    done
    2    something a person can mend: `error:` and `hint:` on stderr, no traceback
    1    a bug: the traceback
    3    done, and nobody was swapped (of a batch the worst: 1, 2, then 3)
    130  interrupted, with the outputs closed properly

Data goes to stdout, everything for people to stderr. Knows words and exit codes; commands.py does the work.
"""

import logging
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.logging import RichHandler

from models.errors import UserError
from realtime.cli.arguments import RunArguments, ServeArguments, takes
from realtime.cli.consents import consent_app
from realtime.cli.console import LogFormatter, ask_words, fail, say, stderr, stdout
from realtime.cli.help import RUN_EXAMPLES, PlainHelp, examples
from realtime.cli.interrupts import INTERRUPTED, end_as_ctrl_c
from realtime.cli.models import models_app
from realtime.cli.no_badge import with_reason
from realtime.cli.other_programs import in_our_words
from realtime.media.standard_streams import person_is_there, settle_streams

app = typer.Typer(
    help="Appear with another face: in a video file, a picture, or live. No GPU needed.",
    epilog="Start with: liveswap demo",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(models_app, name="models")
app.add_typer(consent_app, name="consent")


def main() -> NoReturn:
    """Run the command line and exit."""
    settle_streams()
    end_as_ctrl_c()
    try:
        words, note = in_our_words(sys.argv[1:])
        if note is not None:
            say(note)
        words = with_reason(words, ask_words if person_is_there() else None)
        status = app(words, standalone_mode=False) or 0
        sys.stdout.flush()
        sys.exit(status)
    except UserError as error:
        fail(str(error), error.remedy)
    except typer.TyperException as error:
        if not error.format_message():  # no arguments: the help was printed
            sys.exit(0)
        is_pattern = "unexpected extra argument" in error.format_message()
        hint = "a pattern needs quotes: --input 'clips/*.mp4'; " if is_pattern else ""
        fail(error.format_message(), f"{hint}liveswap --help and liveswap COMMAND --help list all commands and options")
    except BrokenPipeError:  # `| head` has read enough
        sys.exit(1)
    except (KeyboardInterrupt, typer.Abort):
        say("interrupted")
        sys.exit(INTERRUPTED)


@app.callback(invoke_without_command=True)
def common(
    *,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Verbose output.")] = False,
    show_version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """What holds for every command."""
    handler = RichHandler(console=stderr, show_time=False, show_path=False)
    handler.setFormatter(LogFormatter("%(message)s"))
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, handlers=[handler])
    if show_version:
        stdout.print(version("liveswap"))
        raise typer.Exit


@app.command(epilog=RUN_EXAMPLES)
@takes(RunArguments)
def run(arguments: RunArguments) -> None:
    """Swap faces from a camera, a file or a URL into files."""
    from realtime.cli import commands  # noqa: PLC0415  loads what --help need not wait for, here and below

    config = arguments.config()
    commands.run(config, consent=arguments.consent(), accepts_licences=arguments.accept_licence)


@app.command(cls=PlainHelp, epilog=examples("liveswap demo", "liveswap demo /tmp"))
def demo(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where demo.mp4 and demo.png go.")] = Path(),
) -> None:
    """Try it: fetches two public-domain portraits, writes demo.mp4 and demo.png, prints the numbers."""
    from realtime.cli.demo import make_demo  # noqa: PLC0415

    make_demo(folder)


@app.command(
    epilog=examples(
        "liveswap serve",
        "liveswap serve --face alice.jpg --face bob.jpg",
        "liveswap serve --host 0.0.0.0 --tls-cert server.pem     (for others)",
        "liveswap serve --cluster 192.0.2.7:6379                 (on the machines of a Ray cluster)",
    )
)
@takes(ServeArguments)
def serve(arguments: ServeArguments) -> None:
    """Swap in the browser: a page with your camera, WHIP and WHEP for OBS and players, an API. Needs the extra web."""
    from realtime.cli.serve_command import serve as serve_page  # noqa: PLC0415

    serve_page(arguments)


@app.command(
    epilog=examples(
        "liveswap bench --quick",
        "liveswap bench --html report.html",
        "liveswap bench --json > before.json",
        "liveswap bench --compare before.json",
    )
)
def bench(
    quick: Annotated[bool, typer.Option("--quick", help="Half a minute instead of three.")] = False,
    only: Annotated[
        str, typer.Option("--only", metavar="TEXT", help="Only rows with this in their name: live, 1080.")
    ] = "",
    soak: Annotated[
        str | None, typer.Option("--soak", metavar="TIME", help="One live run of this length: 30m.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Everything as JSON on stdout.")] = False,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="A report with plots.")] = None,
    compare: Annotated[
        Path | None, typer.Option("--compare", metavar="FILE", help="Compare with an older run's --json.")
    ] = None,
) -> None:
    """How fast is this machine, and where does the time go? Engines alone, live, flat out, whole runs."""
    from realtime.cli import commands  # noqa: PLC0415

    commands.bench(soak=soak, quick=quick, only=only, as_json=as_json, html=html, compare=compare)


@app.command(
    cls=PlainHelp, epilog=examples("liveswap ctl face next", "liveswap ctl strength 0.7", "liveswap ctl status")
)
def ctl(
    command: Annotated[
        list[str],
        typer.Argument(metavar="COMMAND", help="status | face next | face 2 | pause | mirror | badge off REASON ..."),
    ],
) -> None:
    """Change a live run elsewhere: face, swapper, strength, iris, mouth, enhancer, strangers, badge, pause ..."""
    from realtime.cli import commands  # noqa: PLC0415

    commands.control(" ".join(command))


@app.command(
    cls=PlainHelp,
    epilog=examples(
        "liveswap verify out.mp4", "liveswap verify photo.jpg --json", "liveswap verify out.mp4 --trust ca.pem"
    ),
)
def verify(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A picture or a video, made by whatever program.")],
    *,
    trust: Annotated[
        Path | None, typer.Option("--trust", metavar="FILE", help="Certificates (PEM) of those who vouch for signers.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Everything as JSON on stdout.")] = False,
) -> None:
    """Where does this file come from? Its signed manifest (C2PA) and marks, and whether they hold.

    Exit status: 0 signed and unchanged, 4 broken, 5 marked but unsigned, 6 no mark, 7 signed by nobody of --trust.
    """
    from realtime.cli import verify as command  # noqa: PLC0415

    raise typer.Exit(command.verify(file, trust, as_json=as_json))


@app.command(epilog=examples("liveswap devices"))
def devices() -> None:
    """List the cameras."""
    from realtime.cli import machine_commands  # noqa: PLC0415

    machine_commands.show_devices()


@app.command(epilog=examples("liveswap doctor"))
def doctor() -> None:
    """Is this machine ready? Tells what to type where it is not."""
    from realtime.cli import machine_commands  # noqa: PLC0415

    if not machine_commands.show_doctor():
        raise typer.Exit(2)


if __name__ == "__main__":
    main()
