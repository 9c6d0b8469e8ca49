"""What `liveswap models ...` does: list, pull, add, verify, build.

Knows the store, the rows and the terminal; knows no stream.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from engines.backends.onnx_file import Precision
from engines.backends.precision import LADDER
from engines.backends.trt_flavour import Flavour
from models.errors import UserError
from models.fetch.pack import PACKS
from models.library import add_model, known_models
from models.manifest import Manifest
from models.spec import FileSource, ModelSpec, PackSource
from models.store import FileStatus, ModelStore, home_folder
from realtime.admission import store_of
from realtime.cli.console import DownloadDisplay, ask_person, say, show, stderr, stdout, write_row
from realtime.media.standard_streams import person_is_there

STATUS_STYLES = {FileStatus.OK: "green", FileStatus.MISSING: "yellow", FileStatus.WRONG: "bold red"}
KNOWN_FOLDERS = (
    "~/.insightface/models",
    "facefusion/.assets/models",
    "Deep-Live-Cam/models",
    "roop/models",
    "roop-unleashed/models",
    "VisoMaster/model_assets",
    "DeepFaceLive/userdata/dfm_models",
    "ComfyUI/models/insightface",
)
"""Where other programs keep models: as written, or in the home folder, here, and beside this folder."""
SUFFIXES = {".onnx", ".dfm"}
HEADINGS = ("name", "task", "MB", "here", "licence", "by")
WIDE = 120
"""Columns of a terminal that has room for the makers."""


def open_store(progress: DownloadDisplay, *, accepts_licences: bool = False) -> ModelStore:
    """The store of this user, which asks before it fetches what not everybody may use."""

    def ask(question: str) -> bool:
        with progress.paused():
            return ask_person(question)

    asked = ask if person_is_there() else None
    return store_of(home_folder(), accepts_licences=accepts_licences, ask=asked, progress=progress)


def list_models() -> None:
    """All rows, and which of them are on this disk: a table for people, lines with tabs for programs."""
    store = ModelStore()
    rows = [_cells(spec, store) for spec in known_models()]
    if not stdout.is_terminal:
        for row in rows:
            write_row(*row)
        return
    shown = HEADINGS if stdout.width >= WIDE else HEADINGS[:-1]
    table = Table(box=None, header_style="bold")
    for heading in shown:
        flexible = heading in {"licence", "by"}
        table.add_column(heading, justify="right" if heading == "MB" else "left", no_wrap=not flexible)
    for row in rows:
        table.add_row(*row[: len(shown)])
    stdout.print(table)


def _cells(spec: ModelSpec, store: ModelStore) -> tuple[str, ...]:
    here = "yours" if isinstance(spec.source, FileSource) else "yes" if store.is_cached(spec) else "-"
    size = f"{spec.bytes / 1e6:.1f}" if spec.bytes else "?"
    return spec.name, spec.task, size, here, spec.licence, spec.credit


def pull_models(names: list[str], *, accepts_licences: bool) -> None:
    """Fetch the named models or packs, or those of the default install; files that went bad are replaced."""
    with DownloadDisplay() as progress:
        store = open_store(progress, accepts_licences=accepts_licences)
        paths = store.ensure_all(_chosen(names), recheck=True)
    for path in paths:
        write_row(str(path))


def verify_models(names: list[str]) -> None:
    """Hash what is cached again. Raises UserError when something is wrong or missing."""
    store = ModelStore()
    found = {spec.name: store.verify(spec) for spec in _chosen(names)}
    for name, status in found.items():
        show((f"{status:8}", STATUS_STYLES[status]), f" {name}")
    bad = [name for name, status in found.items() if status is not FileStatus.OK]
    if bad:
        raise UserError(f"damaged or missing: {', '.join(bad)}", remedy=f"liveswap models pull {' '.join(bad)}")


def add_models(files: list[Path], *, like: str | None, name: str | None) -> None:
    """Recognise files of the user's own and remember them; without any, look where other programs keep theirs.

    like: the row whose facts a file has. name: what to call it. Raises UserError for a named file that is no model we
    know; of those that were looked for, the unknown ones are told and left.
    """
    if files:
        failed: list[UserError] = []
        for path in files:
            try:
                _add(path, like, name)
            except UserError as error:  # the others are added all the same
                failed.append(error)
        for other in failed[:-1]:
            say(f"not added: {other}", style="yellow")
        if failed:
            raise failed[-1]
        return
    found = list(_lying_around())
    if not found:
        raise UserError(
            f"no models found in {', '.join(KNOWN_FOLDERS)}", remedy="name the files: liveswap models add FILE.onnx"
        )
    added = 0
    for path in found:
        try:
            _add(path, None, None)
            added += 1
        except UserError as error:
            say(f"left: {path}: {error}", style="dim")
    say(f"{added} of {len(found)} files added")


def build_engines(name: str, targets: list[str], device: str, precision: str) -> None:
    """Build a model's engine now instead of at the first run. name: of the model, "@320" behind it for a size.

    targets: GPUs to build for, which need not be here; empty for the one that is.
    """
    from engines.backends.precision import at_precision  # noqa: PLC0415
    from engines.backends.trt import build_ahead, open_engine  # noqa: PLC0415  imports TensorRT

    wanted, _, size = name.partition("@")
    flavour, level = flavour_of(device), precision_of(precision)
    edge = int(size) if size.isdecimal() else None
    with DownloadDisplay() as progress:
        store = open_store(progress)
        spec = known_models().get(wanted)
        file = at_precision(store.ensure(spec), store.derived_folder, level)
        engines = store.derived_folder / "engines"
        if targets:
            path = build_ahead(file, flavour, engines, targets=tuple(targets), edge=edge, progress=progress)
            write_row(str(path))
            return
        open_engine(file, flavour, engines, edge=edge, progress=progress).close()
    say(f"{spec.name} is ready for this GPU")


def flavour_of(device: str) -> Flavour:
    """Raises UserError for a device that has no engines."""
    if device in {"rtx", "tensorrt"}:
        return "rtx" if device == "rtx" else "tensorrt"
    raise UserError(f"--device {device} needs no engines", remedy="use --device rtx or --device tensorrt")


def precision_of(text: str) -> Precision:
    """Raises UserError for what is no precision."""
    for level in LADDER:
        if level == text:
            return level
    raise UserError(f"no precision {text!r}", remedy=f"use --precision {', '.join(LADDER)}")


def _add(path: Path, like: str | None, name: str | None) -> None:
    from engines.identify import identify  # noqa: PLC0415  loads ONNX Runtime

    if not path.is_file():
        raise UserError(f"there is no file {path}", remedy="name an .onnx or .dfm file")
    with stderr.status(escape(f"looking at {path.name}")):
        spec = identify(path, known_models(), like=like)
    if name is not None:
        spec = replace(spec, name=name)
    add_model(spec)
    use = f": --swapper {spec.name}" if spec.task == "swap" else f" ({spec.task})"
    show(f"{path.name} is {spec.name}{use}")
    say(f"  {spec.family} by {spec.credit}; licence: {spec.licence}", style="dim")


def _lying_around() -> Iterator[Path]:
    """Model files in the folders of other programs."""
    roots = [Path.home(), Path.cwd(), Path.cwd().parent]
    folders = {(root / Path(known).expanduser()).resolve() for known in KNOWN_FOLDERS for root in roots}
    for folder in sorted(folder for folder in folders if folder.is_dir()):
        yield from sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())


def _chosen(names: list[str]) -> list[ModelSpec]:
    manifest = known_models()
    if not names:
        return [spec for spec in manifest if spec.default]
    return [spec for name in names for spec in (_of_pack(name, manifest) or [manifest.get(name)])]


def _of_pack(name: str, manifest: Manifest) -> list[ModelSpec]:
    """The rows of one of insightface's packs, to be taken from that pack."""
    specs = [manifest.get(row) for row in PACKS.get(name, ())]
    return [
        replace(spec, source=PackSource(name, spec.source.member))
        for spec in specs
        if isinstance(spec.source, PackSource)  # or else the user has a file of their own
    ]
