"""What --workers is refused for, before anything is opened. Knows configs and kinds of files."""

from pathlib import Path

from models.errors import UserError
from realtime.batch.plan import wants_batch
from realtime.config import RunConfig
from realtime.media.local_path import is_file, local_path
from realtime.outputs.codecs import CONTAINERS
from realtime.sources.content import FileKind, kind_of

ALONE = "leave --workers away"


def refuse_what_cannot_be_cut(config: RunConfig) -> None:
    """Raises UserError for what only one process can make."""
    path, outputs = local_path(config.input), config.outputs
    if wants_batch(config.input, outputs):
        raise UserError("--workers make one video, and this is a batch", remedy=f"give one video, or {ALONE}")
    if not is_file(path) or kind_of(path) is not FileKind.VIDEO:
        raise UserError(f"--workers is for a video in a file, and {config.input} is none", remedy=ALONE)
    if len(outputs) > 1 or "://" in outputs[0] or Path(outputs[0]).suffix.lower() not in CONTAINERS:
        raise UserError(
            f"--workers makes one video, and no {' or '.join(outputs)}",
            remedy=f"give one --output that ends in {' '.join(CONTAINERS)}, or {ALONE}",
        )
    if config.at_s is not None:
        raise UserError("--at wants one frame, and --workers are for many", remedy=ALONE)
    if len(config.faces_from) > 1 and config.faces.limit != 1:
        raise UserError(
            "with several --face, who wears which depends on who comes first in the video: it cannot be cut",
            remedy=f"say who wears whose face, --map TARGET=SOURCE, give one --face, or {ALONE}",
        )
