"""The arguments of `liveswap models ...`. Knows words; model_commands.py does the work."""

from pathlib import Path
from typing import Annotated

import typer

from realtime.cli import completion
from realtime.cli.help import PlainHelp, examples
from realtime.cli.options import Accepts, Names

models_app = typer.Typer(help="List, fetch, add and check model files.", no_args_is_help=True)


@models_app.command("list", epilog=examples("liveswap models list"))
def models_list() -> None:
    """List the known models, and which of them are on this disk."""
    from realtime.cli import model_commands  # noqa: PLC0415  loads what --help need not wait for

    model_commands.list_models()


@models_app.command(
    "pull",
    cls=PlainHelp,
    epilog=examples("liveswap models pull", "liveswap models pull w600k_r50 --accept-licence"),
)
def models_pull(names: Names = None, *, accept_licence: Accepts = False) -> None:
    """Fetch models or packs (buffalo_l), verify them, and print where they are."""
    from realtime.cli import model_commands  # noqa: PLC0415  loads what --help need not wait for

    model_commands.pull_models(names or [], accepts_licences=accept_licence)


@models_app.command(
    "add", cls=PlainHelp, epilog=examples("liveswap models add", "liveswap models add my_swapper.onnx --name mine")
)
def models_add(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE", help="Your .onnx or .dfm files; without any: looks for those of other programs."
        ),
    ] = None,
    *,
    like: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", autocompletion=completion.models_for(), help="Treat the file as this model of the list."
        ),
    ] = None,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="Its name in the list.")] = None,
) -> None:
    """Recognise model files that you have, and use them where they lie."""
    from realtime.cli import model_commands  # noqa: PLC0415  loads what --help need not wait for

    model_commands.add_models(files or [], like=like, name=name)


@models_app.command("build", cls=PlainHelp, epilog=examples("liveswap models build inswapper_128 --target sm86,sm89"))
def models_build(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            autocompletion=completion.models_for(),
            help="Name of the model; for a detector of 320 px, NAME@320.",
        ),
    ],
    *,
    target: Annotated[
        str, typer.Option(metavar="sm86,sm89", help="GPUs to build for; this machine needs none of them.")
    ] = "",
    device: Annotated[
        str, typer.Option(metavar="NAME", autocompletion=completion.words("rtx", "tensorrt"), help="rtx | tensorrt")
    ] = "rtx",
    precision: Annotated[
        str,
        typer.Option(
            metavar="LEVEL", autocompletion=completion.words("fp16", "mixed", "fp32"), help="fp16 | mixed | fp32"
        ),
    ] = "fp16",
) -> None:
    """Build a TensorRT engine ahead of time, also on a machine without a GPU."""
    from realtime.cli import model_commands  # noqa: PLC0415  loads what --help need not wait for

    model_commands.build_engines(name, [part for part in target.split(",") if part], device, precision)


@models_app.command("verify", cls=PlainHelp, epilog=examples("liveswap models verify"))
def models_verify(names: Names = None) -> None:
    """Check that the files are the ones they should be."""
    from realtime.cli import model_commands  # noqa: PLC0415  loads what --help need not wait for

    model_commands.verify_models(names or [])
