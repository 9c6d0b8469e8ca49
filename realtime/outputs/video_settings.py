"""What an encoder of pictures is told: its settings, its pixel format and range, and the size that it can take.

Without a word, the older encoders of ffmpeg aim at 200 kbit/s whatever the picture: they get a constant quality.
Sources: ffmpeg's documentation of codecs; DNxHR HQ is the profile that takes 8 bits at any size and rate.

Knows encoders; knows nothing of files and frames.
"""

import logging

import av

from engines.backends.cores import available_cores

logger = logging.getLogger(__name__)

CONSTANT_QUALITY = {"flags": "+qscale", "global_quality": str(3 * 118)}
"""As `-q:v 3` (118: FF_QP2LAMBDA)."""
X264_THREADS = {"thread_type": "frame", "threads": str(min(8, 3 * available_cores() // 2))}
"""PyAV asks for slices instead, of which x264 makes one a core: with 8 threads files were 12 % larger (LEDGER.md). Each
thread holds a frame back, and 8 encode faster than anybody swaps; x264 itself would take three for two cores."""
DEFAULT_SETTINGS: dict[str, dict[str, str]] = {
    "libx264": {"preset": "veryfast", "crf": "20", **X264_THREADS},
    "libx264rgb": X264_THREADS,
    "libx265": {"preset": "superfast", "crf": "23"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "row-mt": "1", "crf": "30", "b": "0"},
    "libvpx": {"deadline": "realtime", "cpu-used": "8", "crf": "12", "b": "4M"},
    "libsvtav1": {"preset": "10", "crf": "32"},
    "prores_ks": {"profile": "hq", "vendor": "apl0"},
    "dnxhd": {"profile": "dnxhr_hq"},
    **dict.fromkeys(("mjpeg", "mpeg4", "mpeg2video", "mpeg1video"), CONSTANT_QUALITY),
}
PIXEL_FORMAT = "yuv420p"
LOSSLESS_FORMATS = {"ffv1": "bgr0", "libx264rgb": "bgr24", "png": "rgb24", "qtrle": "rgb24"}
"""Encoders that keep every pixel as it is: no conversion to YUV."""
FULL_RANGE_FORMATS = {"mjpeg": "yuvj420p"}
"""Encoders that take no limited range."""
ALPHA_FORMATS = {
    "libvpx": "yuva420p",
    "libvpx-vp9": "yuva420p",
    "prores_ks": "yuva444p10le",
    "ffv1": "bgra",
    "png": "rgba",
    "qtrle": "argb",
}
"""Encoders that keep transparency, and the pixel formats with it."""
ALPHA_SETTINGS = {
    "libvpx": {"auto-alt-ref": "0"},
    "libvpx-vp9": {"auto-alt-ref": "0"},
    "prores_ks": {"profile": "4444"},
}
"""Beside DEFAULT_SETTINGS: what transparency needs. libvpx's hidden frames would come without any."""
OTHER_FORMATS = ("yuv422p", "yuv422p10le", "yuv444p", "gbrp", "rgb24", "bgr24", "bgr0")
"""For encoders that lack PIXEL_FORMAT, the smallest first."""


def pixel_format(encoder: str) -> str:
    """The pixel format that `encoder` gets, by ffmpeg's name."""
    fixed = (LOSSLESS_FORMATS | FULL_RANGE_FORMATS).get(encoder)
    able = [known.name for known in av.Codec(encoder, "w").video_formats or ()]
    return fixed or next((name for name in (PIXEL_FORMAT, *OTHER_FORMATS) if name in able), PIXEL_FORMAT)


def is_full_range(name: str) -> bool:
    """Whether a pixel format goes from 0 to 255."""
    return name in FULL_RANGE_FORMATS.values()


def is_rgb(name: str) -> bool:
    """Whether a pixel format has no matrix."""
    return av.VideoFormat(name).is_rgb


def encodable(size_wh: tuple[int, int], name: str) -> tuple[int, int]:
    """The nearest larger size that a pixel format can have, with a warning where it is another."""
    width, height = size_wh
    form = av.VideoFormat(name)
    wide, high = form.chroma_width(2) == 1, form.chroma_height(2) == 1
    needed = width + width % 2 * wide, height + height % 2 * high
    if needed != size_wh:
        logger.warning(
            "%s video needs an even size: %dx%d gets one more row or column of its edge", _sampling(name), *size_wh
        )
    return needed


def _sampling(name: str) -> str:
    return "4:2:2" if "422" in name else "4:2:0"
