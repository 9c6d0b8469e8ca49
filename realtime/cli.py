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
from realtime import commands, model_commands
from realtime.console import stderr, stdout
from realtime.options import (
    Accepts,
    BadgeSwitch,
    Blend,
    Boost,
    Budget,
    Codec,
    Consent,
    Crf,
    Device,
    Duration,
    Enhancer,
    Finder,
    Fps,
    Input,
    Lost,
    Maps,
    Metrics,
    Mic,
    Mirror,
    Morph,
    Names,
    Occlusion,
    Outputs,
    Photos,
    Precision,
    Regions,
    Size,
    Strangers,
    Strength,
    Swapper,
    Wanted,
    config_of,
)

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
    where_from: Input,
    output: Outputs,
    face: Photos = None,
    map_: Maps = None,
    i_have_consent: Consent = False,
    swapper: Swapper = "mesh",
    faces: Wanted = "largest",
    when_lost: Lost = None,
    strangers: Strangers = "blur",
    badge: BadgeSwitch = True,
    mirror: Mirror = False,
    device: Device = "auto",
    strength: Strength = 0.5,
    pixel_boost: Boost = 1,
    morph: Morph = None,
    occluder: Occlusion = None,
    regions: Regions = None,
    enhancer: Enhancer = None,
    enhancer_blend: Blend = 0.8,
    detector: Finder = None,
    precision: Precision = "auto",
    accept_licence: Accepts = False,
    size: Size = None,
    fps: Fps = None,
    duration: Duration = None,
    latency_budget: Budget = None,
    mic: Mic = None,
    codec: Codec = None,
    crf: Crf = None,
    metrics: Metrics = None,
) -> None:
    """Swap faces from a camera, a file or a URL into files."""
    commands.run(config_of(locals()), has_consent=i_have_consent, accepts_licences=accept_licence)


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Where demo.mp4 and demo.png go.")] = Path(),
) -> None:
    """See it work: fetches two public-domain portraits, writes demo.mp4 and demo.png, prints the numbers."""
    from realtime.demo import make_demo  # noqa: PLC0415  loads the engines

    make_demo(folder)


@app.command()
def ctl(
    command: Annotated[list[str], typer.Argument(help="status | face next | face 2 | pause | mirror | badge off ...")],
) -> None:
    """Change a live run in another terminal: its face, when-lost, badge, mirror, pause, lock, swapper, strength."""
    commands.control(" ".join(command))


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
    model_commands.list_models()


@models_app.command("pull")
def models_pull(names: Names = None, *, accept_licence: Accepts = False) -> None:
    """Fetch models or packs (buffalo_l), verify them, and print where they are."""
    model_commands.pull_models(names or [], accepts_licences=accept_licence)


@models_app.command("add")
def models_add(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Your .onnx or .dfm files; without any: what other programs have.")
    ] = None,
    *,
    like: Annotated[str | None, typer.Option(metavar="NAME", help="It is what this row of the list is.")] = None,
    name: Annotated[str | None, typer.Option(help="What to call it.")] = None,
) -> None:
    """Recognise model files that you have, and use them where they lie."""
    model_commands.add_models(files or [], like=like, name=name)


@models_app.command("build")
def models_build(
    name: Annotated[str, typer.Argument(help="Of a model; with @320 behind it for a detector of that size.")],
    *,
    target: Annotated[str, typer.Option(metavar="sm86,sm89", help="GPUs to build for; they need not be here.")] = "",
    device: Annotated[str, typer.Option(help="rtx | tensorrt")] = "rtx",
    precision: Annotated[str, typer.Option(help="fp16 | mixed | fp32")] = "fp16",
) -> None:
    """Build a TensorRT engine ahead of time, also on a machine without a GPU."""
    model_commands.build_engines(name, [part for part in target.split(",") if part], device, precision)


@models_app.command("verify")
def models_verify(names: Names = None) -> None:
    """Check that the files are the ones they should be."""
    model_commands.verify_models(names or [])


if __name__ == "__main__":
    main()
