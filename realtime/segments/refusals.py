"""What --workers is refused for, before anything is opened. Knows configs and kinds of files."""

from pathlib import Path

from models.errors import UserError
from realtime.batch import wants_batch
from realtime.config import RunConfig
from realtime.local_path import is_file, local_path
from realtime.outputs.codecs import CONTAINERS
from realtime.sources.content import FileKind, kind_of

ALONE = "leave --workers away"


def refuse_what_cannot_be_cut(config: RunConfig) -> None:
    """Raises UserError for what only one process can make."""
    path, outputs = local_path(config.input), config.outputs
    if wants_batch(config.input, outputs):
        raise UserError("--workers make one film, and this is a batch", remedy=f"give one film, or {ALONE}")
    if not is_file(path) or kind_of(path) is not FileKind.FILM:
        raise UserError(f"--workers is for a film in a file, and {config.input} is none", remedy=ALONE)
    if len(outputs) > 1 or "://" in outputs[0] or Path(outputs[0]).suffix.lower() not in CONTAINERS:
        raise UserError(
            f"--workers makes one film, and no {' or '.join(outputs)}",
            remedy=f"give one --output that ends in {' '.join(CONTAINERS)}, or {ALONE}",
        )
    if config.at_s is not None:
        raise UserError("--at wants one frame, and --workers are for many", remedy=ALONE)
    if len(config.faces_from) > 1 and config.faces.limit != 1:
        raise UserError(
            "with several --face, who wears which depends on who comes first in the film: it cannot be cut",
            remedy=f"say who wears whose face, --map WEARER=SOURCE, give one --face, or {ALONE}",
        )
