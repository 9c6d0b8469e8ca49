"""What a run is refused for before anything is written. Knows configs, kinds and names of files."""

import os
from pathlib import Path

from models.errors import UserError
from realtime.batch.plan import wants_batch
from realtime.choices import Hdr
from realtime.config import RunConfig
from realtime.errors import SinkError
from realtime.faces.person import files_of
from realtime.media.local_path import is_file, local_path
from realtime.outputs.codecs import CONTAINERS
from realtime.outputs.hdr_video import check_hdr_outputs
from realtime.pictures.numbered_names import files_named
from realtime.sources.content import FileKind, kind_of
from realtime.types import StreamInfo

ALONE = "omit --workers"


def refuse_unfit(config: RunConfig, info: StreamInfo) -> None:
    """Options that do not fit the input. info: of it. Raises UserError."""
    _refuse_overwriting(config)
    _refuse_useless_microphone(config, live=info.live)
    if config.hdr is Hdr.KEEP:
        check_hdr_outputs(config.outputs, info)


def _refuse_overwriting(config: RunConfig) -> None:
    """No output may be what is read, nor another output."""
    outputs = [Path(os.path.realpath(local_path(where))) for where in config.outputs]
    if len(set(outputs)) < len(outputs):
        raise SinkError("an output is given twice", remedy="give each --output a name of its own")
    photos = (file for source in config.sources for file in files_of(source) if is_file(file))
    read = {file.resolve() for file in [*files_named(local_path(config.input)), *photos]}
    for target in (file for output in outputs for file in files_named(output)):
        if target.resolve() in read:
            raise SinkError(f"--output {target} is read in this run", remedy="give --output another name")


def _refuse_useless_microphone(config: RunConfig, *, live: bool) -> None:
    """A microphone belongs to a live recording."""
    if config.microphone is None:
        return
    if not live:
        raise UserError("--mic is for live pictures", remedy="omit it: a video keeps its own sound")
    if not any("://" in where or Path(where).suffix.lower() in CONTAINERS for where in config.outputs):
        raise UserError(
            "--mic records, and no output is a recording or a stream",
            remedy="add --output call.mp4; in a call, choose the microphone in the call's own settings",
        )


def refuse_what_cannot_be_cut(config: RunConfig) -> None:
    """Raises UserError for what only one process can make."""
    path, outputs = local_path(config.input), config.outputs
    if wants_batch(config.input, outputs):
        raise UserError("--workers make one video, and this is a batch", remedy=f"give one video, or {ALONE}")
    if not is_file(path) or kind_of(path) is not FileKind.VIDEO:
        raise UserError(f"--workers is for a video in a file, and {config.input} is not one", remedy=ALONE)
    if len(outputs) > 1 or "://" in outputs[0] or Path(outputs[0]).suffix.lower() not in CONTAINERS:
        raise UserError(
            f"--workers makes one video, and no {' or '.join(outputs)}",
            remedy=f"give one --output that ends in {' '.join(CONTAINERS)}, or {ALONE}",
        )
    if config.at_s is not None:
        raise UserError("--at wants one frame, and --workers are for many", remedy=ALONE)
    if len(config.faces_from) > 1 and config.faces.limit != 1:
        raise UserError(
            "with several --face, who gets which depends on who appears first, so the video cannot be split",
            remedy=f"say who gets whose face, --map TARGET=SOURCE, give one --face, or {ALONE}",
        )
