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
    """Raises UserError for what only one process can make. Of a batch, what holds for all its videos."""
    if config.workers > 1 and config.cluster is not None:
        raise UserError("--workers and --cluster do not go together", remedy="omit --workers: a cluster has its own")
    option = "--workers" if config.cluster is None else "--cluster"
    alone = f"omit {option}"
    if wants_batch(config.input, config.outputs):
        if config.cluster is None:
            raise UserError("--workers make one video, and this is a batch", remedy=f"give one video, or {alone}")
    else:
        _refuse_no_video(config, option, alone)
    if config.at_s is not None:
        raise UserError(f"--at wants one frame, and {option} is for many", remedy=alone)
    if len(config.faces_from) > 1 and config.faces.limit != 1:
        raise UserError(
            "with several --face, who gets which depends on who appears first, so the video cannot be split",
            remedy=f"say who gets whose face, --map TARGET=SOURCE, give one --face, or {alone}",
        )


def _refuse_no_video(config: RunConfig, option: str, alone: str) -> None:
    path, outputs = local_path(config.input), config.outputs
    if not is_file(path) or kind_of(path) is not FileKind.VIDEO:
        raise UserError(f"{option} is for videos in files, and {config.input} is none", remedy=alone)
    if len(outputs) > 1 or not can_be_joined(outputs[0]):
        raise UserError(
            f"{option} makes one video, and no {' or '.join(outputs)}",
            remedy=f"give one --output that ends in {' '.join(CONTAINERS)}, or {alone}",
        )


def can_be_joined(output: str) -> bool:
    """Whether it is a video that can be made of segments."""
    return "://" not in output and Path(output).suffix.lower() in CONTAINERS
