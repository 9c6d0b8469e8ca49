"""HDR videos as SDR pictures: which frames are HDR, how bright they are, and the way to 8 bits.

White is 203 cd/m2, the reference white of ITU-R BT.2408. A video that never gets there was made for a darker white:
then white is the brightest it shows, down to 100 cd/m2, the white of SDR studios (BT.1886, BT.2408).

Knows decoded frames and their side data; engines/image/tone_map.py knows the formulas.
"""

import math
import re
import struct
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import av
import numpy as np
from av.sidedata.sidedata import SideData, Type
from av.video.plane import VideoPlane
from av.video.reformatter import ColorRange, VideoReformatter
from numpy.typing import NDArray

from engines.image.hdr_light import Curve, Light, WidePlanes, display_light
from engines.types import Image
from realtime.media.colour import BT709, LUMA_WEIGHTS, SWSCALE_MATRIX, converted, has_alpha, range_of, tags_of
from realtime.pictures.original import resized
from realtime.types import ColourTags, HdrFacts

if TYPE_CHECKING:
    from engines.image.tone_map import ToneMapper

HDR_TRANSFERS = {16: "PQ", 18: "HLG"}
"""By H.273's code."""
BT2020, P3 = 9, (11, 12)
REFERENCE_WHITE, DIMMEST_WHITE, USUAL_PEAK = 203.0, 100.0, 1000.0
"""cd/m2; the last of a video that does not say its own."""
BRIGHTEST_PER_CENT = 99.9
"""Of the pixels of a picture that counts as its brightness: glints are no white."""
MEASURED_WIDTH = 480
PLANAR_YUV = re.compile(r"yuva?4\d\dp(10|12|14|16)le")
PLAIN, KEPT, KEPT_ALPHA = "yuv444p12le", "yuv420p10le", "yuva420p10le"
BLACK_CODES, MOST = (64, 512, 512), 1023
"""Of luma and chroma in 10 bits of limited range; the most that is opaque."""
DISPLAY = struct.Struct("=22i")
"""ffmpeg's AVMasteringDisplayMetadata: fractions of 8 chromaticities, least and most light; which are said."""
LEVELS = struct.Struct("=II")
"""ffmpeg's AVContentLightMetadata: the brightest pixel and the brightest picture, cd/m2; 0 where it is not said."""


def is_hdr(tags: ColourTags) -> bool:
    """Whether numbers mean PQ or HLG."""
    return tags.transfer in HDR_TRANSFERS


def settle_hdr(tags: ColourTags) -> ColourTags:
    """The tags of an HDR frame with what is unsaid decided: BT.2020."""
    matrix = tags.matrix if tags.matrix in SWSCALE_MATRIX else BT2020
    primaries = 12 if tags.primaries in P3 else 1 if tags.primaries == BT709 else BT2020
    return replace(tags, matrix=matrix, primaries=primaries)


def said_light(frame: av.VideoFrame) -> Light:
    """What a video says of itself: its content light level, else its mastering display (SMPTE ST 2086)."""
    peak = USUAL_PEAK
    if (display := side_data(frame, Type.MASTERING_DISPLAY_METADATA)) is not None:
        numbers = DISPLAY.unpack_from(display)
        peak = numbers[18] / numbers[19] if numbers[21] and numbers[19] > 0 else peak
    if (levels := side_data(frame, Type.CONTENT_LIGHT_LEVEL)) is not None:
        most, _ = LEVELS.unpack_from(levels)
        peak = most or peak
    return Light(REFERENCE_WHITE, min(max(peak, REFERENCE_WHITE), 10_000.0))


def hdr_facts(first: av.VideoFrame, light: Light | None) -> HdrFacts:
    """Of a video that is kept as it is. first: its first frame. light: None for what it says of itself."""
    tags = replace(settle_hdr(tags_of(first)), full_range=False)
    display, levels = side_data(first, Type.MASTERING_DISPLAY_METADATA), side_data(first, Type.CONTENT_LIGHT_LEVEL)
    return HdrFacts(tags, light or said_light(first), display, levels)


def side_data(frame: av.VideoFrame, kind: Type) -> bytes | None:
    """What comes with a frame; None when that does not."""
    try:
        return bytes(cast("Mapping[Type, SideData]", frame.side_data)[kind])
    except (KeyError, ValueError):  # PyAV knows no name for something else that comes with it
        return None


def seen_light(frames: Iterable[av.VideoFrame], said: Light) -> Light:
    """What to make of a video, from some of its frames. said: by its own words, where it is bright enough for them."""
    seen = [_brightness(frame) for frame in frames if is_hdr(tags_of(frame))]
    if not seen:
        return said
    usual, most = np.max(seen, axis=0)
    if usual >= REFERENCE_WHITE:
        return said
    white = max(float(usual), DIMMEST_WHITE)
    return Light(white, max(float(most), white))


def _brightness(frame: av.VideoFrame) -> tuple[float, float]:
    """cd/m2 of nearly the brightest, and of the brightest pixel of a picture that is made smaller."""
    tags, width = settle_hdr(tags_of(frame)), min(frame.width, MEASURED_WIDTH)
    size_wh = width, max(1, frame.height * width // frame.width)
    small = converted(VideoReformatter(), frame, tags, "gbrp16le", size_wh=size_wh)
    green, blue, red = (_samples(plane)[:, :width] for plane in small.planes)
    signal = np.stack([red, green, blue], axis=-1) / 65535
    brightest = display_light(signal, Curve(HDR_TRANSFERS[tags.transfer])).max(axis=-1)
    return float(np.percentile(brightest, BRIGHTEST_PER_CENT)), float(brightest.max())


def ten_bit(frame: av.VideoFrame, tags: ColourTags, reformatter: VideoReformatter) -> av.VideoFrame:
    """An HDR frame in 10 bits, 4:2:0, limited range; the frame itself where it is. tags: as settle_hdr gives them.

    A transparent one is laid on black.
    """
    if frame.format.name == KEPT and not tags.full_range:
        return frame
    if has_alpha(frame):
        return _on_black(converted(reformatter, frame, tags, KEPT_ALPHA, ColorRange.MPEG))
    return converted(reformatter, frame, tags, KEPT, ColorRange.MPEG)


def _on_black(frame: av.VideoFrame) -> av.VideoFrame:
    """As players blend: by the coded numbers. frame: in KEPT_ALPHA."""
    made = av.VideoFrame(frame.width, frame.height, KEPT)
    opacity = np.asarray(_samples(frame.planes[3])[:, : frame.width] / MOST, np.float32)
    for index, ground in enumerate(BLACK_CODES):
        wide, target = frame.planes[index], made.planes[index]
        share = opacity if not index else resized(opacity, (wide.width, wide.height))
        values = _samples(wide)[:, : wide.width].astype(np.float32)
        _samples(target)[:, : target.width] = np.rint(ground + (values - ground) * share)
    made.pts, made.time_base = frame.pts, frame.time_base
    return made


def planes_of(frame: av.VideoFrame) -> WidePlanes:
    """Copies of the planes of a `ten_bit` frame."""
    y, cb, cr = (_samples(plane)[:, : plane.width].copy() for plane in frame.planes)
    return y, cb, cr


class HdrToBgr:
    """HDR frames of one stream -> SDR images. tags: as settle_hdr gives them. For one thread."""

    def __init__(self, tags: ColourTags, light: Light) -> None:
        self._tags, self._light = tags, light
        self._mappers: dict[int, ToneMapper] = {}
        self._reformatter = VideoReformatter()

    def __call__(self, frame: av.VideoFrame) -> Image:
        """(H, W, 3) uint8 BGR of the frame's own size, for BT.709 and a display of gamma 2.4; a new array."""
        if not PLANAR_YUV.fullmatch(frame.format.name):
            frame = converted(self._reformatter, frame, self._tags, PLAIN, range_of(self._tags))
        chroma = frame.format.components[1]
        steps = _step(frame.width, chroma.width), _step(frame.height, chroma.height)
        y, cb, cr = (_samples(frame.planes[index]) for index in range(3))
        return self._mapper(frame.format.components[0].bits)((y, cb, cr), (frame.width, frame.height), steps)

    def _mapper(self, bits: int) -> "ToneMapper":
        from engines.image.tone_map import Coding, ToneMapper  # noqa: PLC0415  loads the compiler

        if bits not in self._mappers:
            tags = self._tags
            curve = Curve(HDR_TRANSFERS[tags.transfer])
            coding = Coding(curve, *LUMA_WEIGHTS[tags.matrix], bits, tags.full_range, tags.primaries)
            self._mappers[bits] = ToneMapper(coding, self._light)
        return self._mappers[bits]


def still_to_bgr(image: Image, primaries: int, transfer: int) -> Image:
    """An HDR photo as an SDR image, as `HdrToBgr` makes one of a frame. image: (H, W, 3) uint8 BGR, codes by H.273."""
    tags = settle_hdr(ColourTags(BT2020, primaries, transfer, full_range=True))
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="bgr24")
    frame.color_primaries, frame.color_trc = tags.primaries, tags.transfer
    return HdrToBgr(tags, seen_light([frame], Light(REFERENCE_WHITE, USUAL_PEAK)))(frame)


def _step(whole: int, part: int) -> int:
    """log2 of how many pixels share a chroma value."""
    return max(0, round(math.log2(whole / part)))


def _samples(plane: VideoPlane) -> NDArray[np.uint16]:
    """A view, with what ffmpeg adds to the rows."""
    return np.frombuffer(memoryview(plane), np.uint16).reshape(plane.height, -1)
