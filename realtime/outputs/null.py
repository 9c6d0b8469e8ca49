"""An output that goes nowhere, for measuring everything else."""

from realtime.errors import SinkError
from realtime.outputs.kinds import OUTPUTS, OutputOptions
from realtime.types import FrameSink, ShownFrame, StreamInfo


class NullSink:
    """Forgets what it is given."""

    name = "null"

    def send(self, frame: ShownFrame) -> None: ...

    def close(self) -> None: ...


@OUTPUTS.register("null")
def open_null(where: str, _info: StreamInfo, _options: OutputOptions) -> FrameSink:
    """Raises SinkError for words behind it."""
    if where != "null":
        raise SinkError(f"--output {where}: null takes nothing after it", remedy="use --output null")
    return NullSink()
