"""The parts of these pages that the code says itself, so that nobody types them twice.

    uv run python -m docs.generate [--check]

    command-line.md     from the options of `liveswap`
    browser.md          its table of requests, from realtime/web/openapi.json
    security.md         its limits, from the constants that set them; what fuzzing found and which faults were survived,
                        from benchmarks/results
    privacy.md          its table of marks, from realtime/provenance/signing.py
    architecture.md     its file tree, from each module's docstring

Parts stand between `<!-- NAME -->` and `<!-- /NAME -->`. --check writes nothing and fails when a page differs.
Knows Markdown, options, JSON and docstrings; knows nothing of what they describe.
"""

import argparse
import ast
import json
import sys
from collections.abc import Iterable, Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import typer

from benchmarks.fuzz import HEADING, row_of
from benchmarks.fuzzing.target import Tally
from benchmarks.pages import with_part
from docs.limits import lines
from realtime.cli.main import app
from realtime.provenance.signing import MEDIA_TYPES, UNSIGNED

DOCS = Path(__file__).parent
ROOT = DOCS.parent
CODE = ("realtime", "engines", "models", "benchmarks", "tests", "docs", "examples")
DATA = ("engines/data/*", "models/*.toml", "realtime/web/*.json", "realtime/web/page", "models/training/*.txt")
TOLD = {
    "engines/data": "our own weights, and what is known of every face",
    "engines/data/COMPOSITOR.md": "model card of the compositor: data, figures, limits",
    "engines/data/compositor.onnx": "the compositor for ONNX Runtime and everything else",
    "engines/data/compositor.tflite": "the compositor for LiteRT",
    "engines/data/face_basis.npz": "what a thousand generated faces have in common",
    "engines/data/face_mesh_colours.txt": "the mean colours of a face of nobody, at each landmark",
    "engines/data/face_mesh_mean.txt": "the mean face: in space, laid flat, and what mirrors what",
    "engines/data/face_mesh_triangles.txt": "852 triangles of the 468-point mesh",
    "models/manifest.toml": "one row a file: task, family, input, licence, source, sha256, bytes",
    "realtime/web/openapi.json": "the HTTP API",
    "realtime/web/page": "the page: HTML, CSS and JavaScript modules, nothing from elsewhere",
    "models/training/removed.txt": "people who are in no training",
    "models/training/requirements.txt": "torch and what else the training needs",
    "models/training/test_split.txt": "people who are only for judging",
}
"""What cannot say it itself."""
LONGEST = 96
"""Characters of a sentence in the tree; longer ones end at their first colon or semicolon."""


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    is_check = parser.parse_args().check
    differs = False
    for page, name, text in made():
        path = DOCS / page
        now = path.read_text()
        wanted = filled(now, name, text)
        if wanted != now:
            differs = True
            sys.stderr.write(f"{path}: {name} {'differs: uv run python -m docs.generate' if is_check else 'written'}\n")
            if not is_check:
                path.write_text(wanted)
    return int(is_check and differs)


def made() -> Iterator[tuple[str, str, str]]:
    """Page, name of the part, text."""
    yield "command-line.md", "commands", "\n".join(commands(typer.main.get_command(app), "liveswap"))
    yield "browser.md", "http api", "\n".join(requests(json.loads((ROOT / "realtime/web/openapi.json").read_text())))
    yield "privacy.md", "marks", "\n".join(marks())
    yield "security.md", "limits", "\n".join(lines())
    yield "security.md", "fuzz", "\n".join(fuzzing())
    yield "security.md", "faults", "\n".join(faults())
    yield "architecture.md", "file tree", "\n".join(["```", *tree(), "```"])


def faults() -> Iterator[str]:
    """What the last run of `python -m benchmarks.survive` that was kept found."""
    rows = json.loads((ROOT / "benchmarks/results/survive.json").read_text())
    yield "| a live run | pictures | bare | longest gap, s | length, s | ended |"
    yield "|---|---|---|---|---|---|"
    for row in rows:
        if "frames" in row:
            numbers = f"{row['frames']} | {row['bare']} | {row['gap_s']:.1f} | {row['length_s']:.1f}"
            yield f"| {row['fault']} | {numbers} | {row['end']} |"
    yield ""
    yield "| a server | pictures | bare | longest gap, s | sessions of two | video of before | video under way |"
    yield "|---|---|---|---|---|---|---|"
    for row in rows:
        if "sessions" in row:
            numbers = f"{row['shown']} | {row['bare']} | {row['gap_s']:.1f} | {row['sessions']}"
            kept = "kept" if row["kept"] else "lost"
            yield f"| {row['fault'].removeprefix('server: ')} | {numbers} | {kept} | {row['end']} |"
    yield ""
    yield "| a command | bytes there before | lost | ended |"
    yield "|---|---|---|---|"
    for row in rows:
        if "lost_bytes" in row:
            there = row["kept_bytes"] + row["lost_bytes"]
            yield f"| {row['fault']} | {there:,} | {row['lost_bytes']} | {row['end']} |"


def fuzzing() -> Iterator[str]:
    """What the last run of `python -m benchmarks.fuzz` that was kept found."""
    told = json.loads((ROOT / "benchmarks/results/fuzz.json").read_text())
    yield HEADING
    yield from (row_of(Tally.from_json(each)) for each in told["parsers"])


def marks() -> Iterator[str]:
    """Which outputs carry what."""
    yield "| output | signed manifest | other mark | |"
    yield "|---|---|---|---|"
    for ending, media_type in MEDIA_TYPES.items():
        where = "the container's comment" if media_type.startswith("video") else "XMP"
        yield f"| `{ending}` | yes | {'a comment' if ending == '.gif' else where} | |"
    for ending, (mark, why) in UNSIGNED.items():
        yield f"| `{ending}` | no | {mark} | {why} |"
    yield "| a pipe | no | the container's comment | what has left cannot be signed |"
    yield "| a stream (rtmp, srt, udp) | no | the visible tag only | what has left cannot be signed |"
    yield "| a virtual camera, the page's picture | no | the visible tag only | pictures without a file |"
    yield "| the page's own recording (`.webm`) | no | the visible tag only | your browser writes it |"


def filled(page: str, name: str, text: str) -> str:
    """`page` with one part made anew. Raises ValueError for a page without it."""
    made_anew = with_part(page, name, text)
    if made_anew is None:
        raise ValueError(f"the page has no part <!-- {name} -->")
    return made_anew


def commands(command: Any, name: str) -> Iterator[str]:
    """A section for each command: what it does, its options by group, its examples."""
    yield from ("", f"## {name}", "", command.help or "")
    subcommands = getattr(command, "commands", {})
    if subcommands:
        yield ""
        yield from (f"- [`{name} {sub}`](#{anchor(f'{name} {sub}')}): {subcommands[sub].help}" for sub in subcommands)
    arguments = [taken for taken in command.params if not taken.opts[0].startswith("-")]
    options = [taken for taken in command.params if taken not in arguments and taken.name != "help"]
    usage = [name, *(["COMMAND"] if subcommands else []), *(["[OPTIONS]"] if options else [])]
    usage += [f"{taken.name.upper()}{' ...' if taken.nargs < 0 else ''}" for taken in arguments]
    yield from ("", "```", " ".join(usage), "```", *([""] if arguments else []))
    yield from (f"- `{taken.name.upper()}`: {taken.help}" for taken in arguments)
    for panel in dict.fromkeys(option.rich_help_panel for option in options):
        yield from table(panel or "Options", [option for option in options if option.rich_help_panel == panel])
    told = [line.removeprefix("Start with: ") for line in (command.epilog or "").splitlines()]
    examples = [line for line in told if line and not line.startswith("Examples")]
    if examples:
        yield from ("", "Examples:", "", "```", *examples, "```")
    for sub, below in subcommands.items():
        yield from commands(below, f"{name} {sub}")


def table(panel: str, options: Iterable[Any]) -> Iterator[str]:
    """The options of one group."""
    yield from ("", f"**{panel}**", "", "| option | meaning | default |", "|---|---|---|")
    for option in options:
        spelled = " ".join(f"`{name}`" for name in [*option.opts, *option.secondary_opts])
        value = value_of(option)
        text = (option.help or "").replace(" | ", ", ").replace("|", "\\|")
        text += "" if text.endswith(".") else "."
        notes = [*(["Required."] if option.required else []), *(["Repeat for more."] if option.multiple else [])]
        notes = [note for note in notes if note not in text]
        yield f"| {spelled}{f' *{value}*' if value else ''} | {' '.join([text, *notes])} | {default_of(option)} |"


def value_of(option: Any) -> str:
    """What is to be written behind an option."""
    if option.is_flag:
        return ""
    kind = option.type_descriptor.annotation
    if not option.metavar and isinstance(kind, type) and issubclass(kind, Enum):
        return ", ".join(member.value for member in kind)
    return str(option.metavar or option.opts[0].lstrip("-").upper())


def default_of(option: Any) -> str:
    """As it is written; nothing where there is none, or where a switch is off."""
    value = option.default.value if isinstance(option.default, Enum) else option.default
    if isinstance(value, bool):
        return "on" if value else ""
    return "" if value is None or value == "" else f"`{value}`"


def requests(api: dict[str, Any]) -> Iterator[str]:
    """A row a request."""
    yield from ("| request | what it does | answers |", "|---|---|---|")
    for path, methods in api["paths"].items():
        for method, told in methods.items():
            answers = ", ".join(sorted(told["responses"]))
            yield f"| `{method.upper()} {path}` | {told['summary']} | {answers} |"


def tree() -> Iterator[str]:
    """Every file of the code, two spaces a level, with the first sentence that it says of itself."""
    lines = [*_below("", shown())]
    width = 2 + max(len(line) for line, told in lines if told)
    yield from (f"{line:{width}}{told}".rstrip() for line, told in lines)


def shown() -> set[str]:
    """Paths in the tree: modules with something in them, and data."""
    modules = {path for layer in CODE for path in (ROOT / layer).rglob("*.py") if path.stat().st_size}
    data = {path for pattern in DATA for path in ROOT.glob(pattern)}
    return {path.relative_to(ROOT).as_posix() for path in modules | data if "__pycache__" not in path.parts}


def _below(folder: str, paths: Iterable[str], depth: int = 0) -> Iterator[tuple[str, str]]:
    """Files first, then folders; the line of a folder is what its __init__.py says. paths: those of the folder."""
    within = {path[len(folder) :] for path in paths if path.startswith(folder)}
    folders = {path.partition("/")[0] for path in within if "/" in path}
    inside = {path.partition("/")[0] for path in within}
    order = sorted(inside, key=lambda name: (name in folders, name))
    for name in order if folder else [layer for layer in CODE if layer in inside]:
        path = f"{folder}{name}"
        if name in folders:
            yield f"{'  ' * depth}{name}/", TOLD.get(path) or _sentence(ROOT / path / "__init__.py")
            yield from _below(f"{path}/", [f"{folder}{below}" for below in within], depth + 1)
        elif name != "__init__.py":
            slash = "/" if (ROOT / path).is_dir() else ""
            yield f"{'  ' * depth}{name}{slash}", TOLD.get(path) or _sentence(ROOT / path)


def _sentence(path: Path) -> str:
    """The first sentence of a module's docstring, without its full stop."""
    said = ast.get_docstring(ast.parse(path.read_text())) if path.suffix == ".py" and path.exists() else None
    sentence = " ".join((said or "").partition("\n\n")[0].split()).partition(". ")[0].rstrip(".")
    for mark in ("; ", ": "):
        if len(sentence) > LONGEST and mark in sentence:
            sentence = sentence.partition(mark)[0]
    return sentence


def anchor(title: str) -> str:
    """Of a heading, as Python-Markdown and GitHub make it."""
    return title.lower().replace(" ", "-")


if __name__ == "__main__":
    sys.exit(main())
