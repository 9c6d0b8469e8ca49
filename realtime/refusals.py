"""What a run is refused for once its input is known, before anything is written. Knows configs and names of files."""

import os
from pathlib import Path

from models.errors import UserError
from realtime.choices import Hdr
from realtime.config import RunConfig
from realtime.errors import SinkError
from realtime.faces.person import files_of
from realtime.media.local_path import is_file, local_path
from realtime.outputs.codecs import CONTAINERS
from realtime.outputs.hdr_video import check_hdr_outputs
from realtime.pictures.numbered_names import files_named
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
        raise UserError("--mic is for live pictures", remedy="leave it away: a video keeps its own sound")
    if not any("://" in where or Path(where).suffix.lower() in CONTAINERS for where in config.outputs):
        raise UserError(
            "--mic records, and no output is a recording or a stream",
            remedy="add --output call.mp4; in a call, choose the microphone in the call's own settings",
        )
