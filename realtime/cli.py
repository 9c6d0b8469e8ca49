"""The command line: arguments in, exit codes out.

    0    done
    2    something a person can mend: `error:` and `hint:` on stderr, no traceback
    1    a bug: the traceback
    130  interrupted, with the outputs closed properly

Data goes to stdout, everything for people to stderr. Knows words and exit codes; commands.py does the work.
"""

import logging
import signal
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.logging import RichHandler
from rich.markup import escape

from models.errors import UserError
from realtime import commands
from realtime.casting import Faces
from realtime.config import RunConfig, parse_rate, parse_size
from realtime.console import stderr, stdout
from realtime.privacy import WhenLost

LOOK, OUT = "How it looks", "What comes out"
EXAMPLES = """Examples:

liveswap run --face alice.jpg --input holiday.mp4 --output swapped.mp4

liveswap run --face alice.jpg --input group.jpg --output swapped.png --faces all

liveswap run --face alice.jpg --input 0 --output recording.mp4
"""

app = typer.Typer(
    help="Appear with another face: in a video file, a picture, or live. No GPU needed.",
    epilog="Start with: liveswap demo",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
models_app = typer.Typer(help="The model files: what there is, fetch it, check it.", no_args_is_help=True)
app.add_typer(models_app, name="models")
Names = Annotated[
    list[str] | None, typer.Argument(help="Names from `liveswap models list`; without any: the default ones.")
]

# The options of `run`, one a line or two; the signature below says their order and defaults.
Photos = Annotated[list[Path], typer.Option("--face", help="Photo of the face to appear with. Repeat it for several.")]
Input = Annotated[
    str, typer.Option("--input", help="0 or /dev/video0 (camera) | video | picture | rtsp:// http:// URL | test")
]
Outputs = Annotated[
    list[str], typer.Option("--output", help="out.mp4 .mkv .mov .webm | out.png .jpg .webp | null. May be repeated.")
]
Consent = Annotated[
    bool, typer.Option("--i-have-consent", help="The person in each photo agreed. Asked once per photo otherwise.")
]
Swapper = Annotated[str, typer.Option(help="mesh", rich_help_panel=LOOK)]
Device = Annotated[str, typer.Option(help="auto | cpu", rich_help_panel=LOOK)]
Wanted = Annotated[str, typer.Option("--faces", help="largest | all | a number", rich_help_panel=LOOK)]
Lost = Annotated[
    WhenLost | None,
    typer.Option(
        help="Shown while nobody is swapped; pass is the raw picture. Live: hold, then blur; files: pass.",
        rich_help_panel=LOOK,
    ),
]
BadgeSwitch = Annotated[bool, typer.Option(help="The small AI tag on swapped pictures.", rich_help_panel=LOOK)]
Size = Annotated[str | None, typer.Option(metavar="WxH", help="Size in px.", rich_help_panel=OUT)]
Fps = Annotated[str | None, typer.Option(metavar="F", help="Of a camera; at most, of a file.", rich_help_panel=OUT)]
Duration = Annotated[float | None, typer.Option(metavar="S", help="Stop after so many seconds.", rich_help_panel=OUT)]
Codec = Annotated[str | None, typer.Option(help="h264, hevc, vp9, av1, ffv1 ...", rich_help_panel=OUT)]
Crf = Annotated[int | None, typer.Option(help="Encoder quality: lower is better.", rich_help_panel=OUT)]
Metrics = Annotated[
    Path | None, typer.Option(metavar="FILE.json", help="Write the numbers there.", rich_help_panel=OUT)
]


def main() -> NoReturn:
    """Run the command line and exit."""
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except UserError as error:
        _fail(str(error), error.remedy)
    except typer.TyperException as error:
        if not error.format_message():  # no arguments: the help was printed
            sys.exit(0)
        _fail(error.format_message(), "liveswap --help and liveswap COMMAND --help list what there is")
    except (KeyboardInterrupt, typer.Abort):
        stderr.print("interrupted")
        sys.exit(130)


def _fail(problem: str, remedy: str) -> NoReturn:
    stderr.print(f"[bold red]error:[/] {escape(problem)}", soft_wrap=True)
    stderr.print(f"[bold cyan]hint:[/] {escape(remedy)}", soft_wrap=True)
    sys.exit(2)


@app.callback(invoke_without_command=True)
def common(
    *,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more about what is done.")] = False,
    show_version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """What holds for every command."""
    handler = RichHandler(console=stderr, show_time=False, show_path=False)
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, format="%(message)s", handlers=[handler])
    if show_version:
        stdout.print(version("liveswap"))
        raise typer.Exit


@app.command(epilog=EXAMPLES)
def run(  # noqa: PLR0913  one parameter an option
    *,
    face: Photos,
    where_from: Input,
    output: Outputs,
    i_have_consent: Consent = False,
    swapper: Swapper = "mesh",
    device: Device = "auto",
    faces: Wanted = "largest",
    when_lost: Lost = None,
    badge: BadgeSwitch = True,
    size: Size = None,
    fps: Fps = None,
    duration: Duration = None,
    codec: Codec = None,
    crf: Crf = None,
    metrics: Metrics = None,
) -> None:
    """Swap faces from a camera, a file or a URL into files."""
    config = RunConfig(
        faces_from=tuple(face),
        input=where_from,
        outputs=tuple(output),
        swapper=swapper,
        device=device,
        faces=Faces.parse(faces),
        when_lost=when_lost,
        badge=badge,
        size_wh=parse_size(size) if size else None,
        rate=parse_rate(fps) if fps else None,
        duration_s=duration,
        codec=codec,
        crf=crf,
        metrics_file=metrics,
    )
    commands.run(config, has_consent=i_have_consent)


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Where demo.mp4 and demo.png go.")] = Path(),
) -> None:
    """See it work: fetches two public-domain portraits, writes demo.mp4 and demo.png, prints the numbers."""
    from realtime.demo import make_demo  # noqa: PLC0415  loads the engines

    make_demo(folder)


@app.command()
def devices() -> None:
    """List the cameras."""
    commands.show_devices()


@app.command()
def doctor() -> None:
    """Is this machine ready? Says what to type where it is not."""
    if not commands.show_doctor():
        raise typer.Exit(2)


@models_app.command("list")
def models_list() -> None:
    """What there is, and what is on this disk."""
    commands.list_models()


@models_app.command("pull")
def models_pull(names: Names = None) -> None:
    """Fetch models, verify them, and print where they are."""
    commands.pull_models(names or [])


@models_app.command("verify")
def models_verify(names: Names = None) -> None:
    """Check that the files are the ones they should be."""
    commands.verify_models(names or [])


if __name__ == "__main__":
    main()
