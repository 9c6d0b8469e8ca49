"""Colour without surprises: YUV to BGR and back, with the matrix and the range said each time.

What a stream leaves unsaid is guessed once, as players do, and then said on the way out, so a picture that is decoded
and encoded again keeps its colours on every screen. Conversions round exactly: 8-bit 4:2:0 in kernels of our own,
everything else in swscale (whose shortcut is 7x faster to BGR and darkens the picture by 1.1/255).

Knows colour; knows nothing of containers.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import av
import cv2
import numpy as np
from av.video.reformatter import ColorRange, Interpolation, VideoReformatter
from numpy.typing import NDArray

from engines.image.hdr_light import primaries_matrix
from engines.types import Image
from realtime.types import ColourTags

if TYPE_CHECKING:
    from engines.image.yuv import Planes, Yuv420

# H.273 matrix coefficients -> swscale's names for them.
UNSPECIFIED, BT709, BT601, BT601_NTSC = 2, 1, 5, 6
LUMA_WEIGHTS: Mapping[int, tuple[float, float]] = {
    BT709: (0.2126, 0.0722),
    4: (0.30, 0.11),
    BT601: (0.299, 0.114),
    BT601_NTSC: (0.299, 0.114),
    7: (0.212, 0.087),
    9: (0.2627, 0.0593),
    10: (0.2627, 0.0593),
}
"""Of red and blue (H.273, table 4)."""
SWSCALE_MATRIX: Mapping[int, int] = {BT709: 1, 4: 4, BT601: 5, BT601_NTSC: 5, 7: 7, 9: 9, 10: 9}
WIDE_PRIMARIES: Mapping[int, int] = {9: 9, 11: 12, 12: 12}
"""H.273's codes of primaries that hold more than BT.709 -> those of `engines.image.hdr_light.PRIMARIES`."""
GAMMA = 2.4
PLANAR_420 = ("yuv420p", "yuvj420p")
EXACT = Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
EXPANDED = np.clip(np.rint((np.arange(256) - 16) * 255 / 219), 0, 255).astype(np.uint8)
"""Grey, from limited to full range."""
FULL_RANGE_FORMATS = ("yuvj420p", "yuvj422p", "yuvj444p", "yuvj440p", "yuvj411p")


def settle(tags: ColourTags, size_wh: tuple[int, int]) -> ColourTags:
    """The tags with the matrix decided: what the stream says, else BT.709 for HD and BT.601 below.

    HD begins at 1280 px of width or 720 of height, as in mpv and browsers.
    """
    if tags.matrix in SWSCALE_MATRIX:
        return tags
    return replace(tags, matrix=BT709 if size_wh[0] >= 1280 or size_wh[1] >= 720 else BT601)


def tags_of(frame: av.VideoFrame) -> ColourTags:
    """What a decoded frame says of its colours."""
    full = frame.color_range == ColorRange.JPEG or frame.format.name in FULL_RANGE_FORMATS
    return ColourTags(int(frame.colorspace), int(frame.color_primaries), int(frame.color_trc), full_range=full)


def range_of(tags: ColourTags) -> ColorRange:
    """ffmpeg's code."""
    return ColorRange.JPEG if tags.full_range else ColorRange.MPEG


def converted(
    reformatter: VideoReformatter,
    frame: av.VideoFrame,
    tags: ColourTags,
    pixel_format: str,
    to: ColorRange = ColorRange.JPEG,
    size_wh: tuple[int, int] | None = None,
) -> av.VideoFrame:
    """A frame in another pixel format and range, of the same colours. tags: of the frame, settled."""
    matrix = SWSCALE_MATRIX[tags.matrix]
    return reformatter.reformat(
        frame,
        width=None if size_wh is None else size_wh[0],
        height=None if size_wh is None else size_wh[1],
        format=pixel_format,
        src_colorspace=matrix,
        dst_colorspace=matrix,
        src_color_range=range_of(tags),
        dst_color_range=to,
        interpolation=EXACT,
        threads=1,
    )


class ToBgr:
    """Decoded frames of one stream -> images. tags: settled. For one thread."""

    def __init__(self, tags: ColourTags) -> None:
        self._reformatter = VideoReformatter()
        self._kernels = _kernels(tags)
        self._tags = tags

    def __call__(self, frame: av.VideoFrame) -> Image:
        """(H, W, 3) uint8 BGR of the frame's own size; a new array."""
        size_wh = frame.width, frame.height
        if frame.format.name in PLANAR_420 and _is_even(size_wh):
            return self._kernels.to_bgr(_planes(frame), size_wh)
        image = self._reformatted(frame, "bgr24")
        return np.asarray(cv2.LUT(image, EXPANDED), np.uint8) if _is_limited_grey(frame) else image

    def with_alpha(self, frame: av.VideoFrame) -> tuple[Image, NDArray[np.uint8]]:
        """The colours as above, straight (not multiplied by alpha), and (H, W) uint8, how opaque each pixel is."""
        bgra = self._reformatted(frame, "bgra")
        return np.ascontiguousarray(bgra[:, :, :3]), np.ascontiguousarray(bgra[:, :, 3])

    def _reformatted(self, frame: av.VideoFrame, packed: str) -> NDArray[np.uint8]:
        made = converted(self._reformatter, frame, self._tags, packed)
        return np.ascontiguousarray(made.to_ndarray(), np.uint8)


class FromBgr:
    """Images -> frames for one encoder. For one thread.

    tags: settled. size_wh: of the frames. pixel_format: ffmpeg's name.
    """

    def __init__(self, tags: ColourTags, size_wh: tuple[int, int], pixel_format: str) -> None:
        self._reformatter = VideoReformatter()
        self._kernels = _kernels(tags)
        self._tags = tags
        self._size_wh = size_wh
        self._format = pixel_format

    def __call__(self, image: Image) -> av.VideoFrame:
        """A new frame; an image of another size is scaled. image: (H, W, 3) uint8 BGR, or (H, W, 4) with alpha."""
        packed = "bgr24" if image.shape[2] == 3 else "bgra"
        if self._format in PLANAR_420 and _is_even(self._size_wh) and image.shape[1::-1] == self._size_wh:
            frame = av.VideoFrame(*self._size_wh, self._format)
            self._kernels.from_bgr(image, _planes(frame))
            frame.colorspace, frame.color_range = SWSCALE_MATRIX[self._tags.matrix], range_of(self._tags)
            return frame
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format=packed)
        whole, written = replace(self._tags, full_range=True), range_of(self._tags)
        return converted(self._reformatter, frame, whole, self._format, written, self._size_wh)


def in_bt709(image: Image, tags: ColourTags) -> Image:
    """An SDR image of a video, for what can only say sRGB: colours of BT.2020 and P3 are moved, others are as they are.

    tags: of the video. What BT.709 lacks is clipped. Both are meant for a display of gamma 2.4 (ITU-R BT.1886).
    """
    if tags.primaries not in WIDE_PRIMARIES:
        return image
    light = (np.arange(256) / 255) ** GAMMA
    matrix = primaries_matrix(WIDE_PRIMARIES[tags.primaries])[::-1, ::-1]  # of BGR
    moved = np.clip(cv2.transform(light.astype(np.float32)[image], matrix), 0, 1)
    return np.asarray(np.rint(255 * moved ** (1 / GAMMA)), np.uint8)


def has_alpha(frame: av.VideoFrame) -> bool:
    """Whether pixels may be transparent."""
    return any(component.is_alpha for component in frame.format.components)


def _is_limited_grey(frame: av.VideoFrame) -> bool:
    """Swscale takes grey for full range, whatever it says."""
    return frame.format.name.startswith("gray") and frame.color_range == ColorRange.MPEG


def _kernels(tags: ColourTags) -> "Yuv420":
    from engines.image.yuv import Yuv420  # noqa: PLC0415  loads the compiler: half a second that --help need not take

    return Yuv420(*LUMA_WEIGHTS[tags.matrix], full_range=tags.full_range)


def _is_even(size_wh: tuple[int, int]) -> bool:
    return not (size_wh[0] % 2 or size_wh[1] % 2)


def _planes(frame: av.VideoFrame) -> "Planes":
    """Views, with what ffmpeg adds to the rows."""
    y, u, v = (np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, -1) for plane in frame.planes)
    return y, u, v
