"""An output that goes nowhere, for measuring everything else."""

from realtime.types import ShownFrame


class NullSink:
    """Forgets what it is given."""

    name = "null"

    def send(self, frame: ShownFrame) -> None: ...

    def close(self) -> None: ...
