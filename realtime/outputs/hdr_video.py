"""Videos that stay HDR: which encoders can, what they are told, and 10-bit frames of painted pictures.

Knows encoders and decoded metadata; engines/image/hdr_compose.py knows how paint gets into an HDR picture.
"""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np

from engines.types import Image
from models.errors import UserError
from realtime.errors import SinkError
from realtime.media.colour import LUMA_WEIGHTS
from realtime.media.hdr import DISPLAY, HDR_TRANSFERS, KEPT, LEVELS
from realtime.media.local_path import local_path
from realtime.outputs.codecs import CONTAINERS, container_of, video_encoder
from realtime.types import HdrFacts, ShownFrame, StreamInfo

if TYPE_CHECKING:
    from engines.image.hdr_compose import HdrComposer

logger = logging.getLogger(__name__)

ENCODERS = {"libx265": "hevc", "libsvtav1": "av1", "libvpx-vp9": "vp9", "ffv1": "ffv1"}
"""That carry HDR's tags in a way that players read, and --codec's names for them."""
WAY_OUT = "or omit --hdr keep for SDR"


def check_hdr_outputs(outputs: Sequence[str], info: StreamInfo) -> None:
    """Raise UserError when none of the outputs can be HDR; say it when the input is not."""
    if info.hdr is None:
        logger.warning("%s is not an HDR video in a file: --hdr keep changes nothing", info.name)
    elif not any(local_path(where).suffix.lower() in CONTAINERS for where in outputs):
        raise UserError(
            "--hdr keep is for videos, and no output is one",
            remedy=f"end the output's name in .mp4, .mov or .mkv, {WAY_OUT}",
        )


def hdr_encoder(path: Path, codec: str | None) -> str:
    """ffmpeg's encoder for an HDR video. Raises SinkError when it cannot be one."""
    able = [name for name, known in ENCODERS.items() if _is_able(name) and container_of(path).can_hold_video(known)]
    if codec is None and able:
        return able[0]
    name = video_encoder(path, codec)
    if name in able:
        return name
    remedy = f"use --codec {' or '.join(ENCODERS[name] for name in able)}, {WAY_OUT}"
    raise SinkError(f"{codec or name} in a {path.suffix} file holds no 10-bit HDR here", remedy=remedy)


def hdr_settings(encoder: str, facts: HdrFacts) -> dict[str, str]:
    """What the encoder is told of a video's light: its mastering display and its content light level."""
    display = None if facts.display is None else _display(facts.display, in_fractions=encoder == "libx265")
    levels = None if facts.levels is None else "{},{}".format(*LEVELS.unpack_from(facts.levels))
    match encoder:
        case "libx265":
            said = {"master-display": display, "max-cll": levels, "hdr10": None if display is None else "1"}
            words = ["log-level=error", "repeat-headers=1", *_joined(said)]
            return {"x265-params": ":".join(words), "profile": "main10"}
        case "libsvtav1":
            words = _joined({"mastering-display": display, "content-light": levels})
            return {"svtav1-params": ":".join(words)} if words else {}
        case "libvpx-vp9":
            return {"profile": "2"}
        case _:
            return {}


class HdrFrames:
    """Shown frames -> 10-bit frames for one encoder. For one thread."""

    def __init__(self, facts: HdrFacts) -> None:
        self._facts, self._composer = facts, _composer(facts)

    def __call__(self, frame: ShownFrame, image: Image) -> av.VideoFrame:
        """image: the frame's, of an even size."""
        planes = self._composer(image, frame.hdr)
        made = av.VideoFrame(image.shape[1], image.shape[0], KEPT)
        for plane, values in zip(made.planes, planes, strict=True):
            rows = np.frombuffer(memoryview(plane), np.uint16).reshape(plane.height, -1)
            rows[:, : plane.width] = values
        tags = self._facts.tags
        made.colorspace, made.color_range = tags.matrix, 1
        made.color_primaries, made.color_trc = tags.primaries, tags.transfer
        return made


def _composer(facts: HdrFacts) -> "HdrComposer":
    from engines.image.hdr_compose import BITS, HdrComposer  # noqa: PLC0415  loads the compiler
    from engines.image.hdr_light import Curve  # noqa: PLC0415
    from engines.image.tone_map import Coding  # noqa: PLC0415

    tags = facts.tags
    curve = Curve(HDR_TRANSFERS[tags.transfer])
    coding = Coding(curve, *LUMA_WEIGHTS[tags.matrix], BITS, full_range=False, primaries=tags.primaries)
    return HdrComposer(coding, facts.light)


def _is_able(encoder: str) -> bool:
    try:
        formats = av.Codec(encoder, "w").video_formats or []
    except ValueError:
        return False
    return any(known.name == KEPT for known in formats)


def _joined(said: dict[str, str | None]) -> list[str]:
    return [f"{name}={value}" for name, value in said.items() if value is not None]


def _display(content: bytes, *, in_fractions: bool) -> str | None:
    """ "G(x,y)B(x,y)R(x,y)WP(x,y)L(most,least)"; in_fractions: whole numbers of 0.00002, and of 0.0001 cd/m2."""
    numbers = DISPLAY.unpack_from(content)
    pairs = list(zip(numbers[:20:2], numbers[1:20:2], strict=True))
    if not (numbers[20] and numbers[21]) or any(below <= 0 for _, below in pairs):
        return None
    values = [above / below for above, below in pairs]
    scales = [50_000.0] * 8 + [10_000.0] * 2
    said = [str(round(v * s)) if in_fractions else f"{v:.5g}" for v, s in zip(values, scales, strict=True)]
    red, green, blue, white = (f"({said[i]},{said[i + 1]})" for i in range(0, 8, 2))
    return f"G{green}B{blue}R{red}WP{white}L({said[9]},{said[8]})"
