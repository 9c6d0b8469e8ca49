"""Outputs that are named by a word, "virtual" or "virtual:/dev/video10". Adding one is one new file in this folder:

    @OUTPUTS.register("shout")
    def open_shout(where: str, info: StreamInfo, options: OutputOptions) -> FrameSink: ...

Files and addresses are told by their endings and schemes instead: `realtime.outputs.open_sink`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from engines.kinds import Registry
from realtime.outputs.recorder import EncoderOptions
from realtime.types import FrameSink, StreamInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputOptions:
    """How outputs are written. size_wh: videos fit into it; None for the source's. microphone: of a live recording.

    bits: a second, of streams; None for what suits their size.
    """

    encoder: EncoderOptions = field(default_factory=EncoderOptions)
    size_wh: tuple[int, int] | None = None
    microphone: str | None = None
    bits: int | None = None


OUTPUTS = Registry[Callable[[str, StreamInfo, OutputOptions], FrameSink]](__package__ or "")
"""By the word before a colon, which may be all there is. They raise SinkError."""
