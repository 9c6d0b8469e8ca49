"""--crf: which encoders have a constant rate factor, and from where to where.

Outside of it some encoders fail, and others take the nearest number without a word. Sources: x264 --fullhelp and x265's
documentation (8 bit), the VP8 and VP9 encoding guides of ffmpeg's wiki, SVT-AV1's Parameters.md.
Knows numbers; knows nothing of pictures.
"""

from realtime.errors import SinkError

RANGES = {
    "libx264": (0, 51),
    "libx264rgb": (0, 51),
    "libx265": (0, 51),
    "libvpx": (4, 63),
    "libvpx-vp9": (0, 63),
    "libsvtav1": (1, 63),
}
"""By ffmpeg's name of the encoder; smaller is better, and larger files."""


def require_crf(encoder: str, crf: int) -> None:
    """Raise SinkError when `encoder` has no such factor."""
    if encoder not in RANGES:
        raise SinkError(f"{encoder} has no --crf", remedy="leave it away, or use --codec h264, hevc, vp9 or av1")
    least, most = RANGES[encoder]
    if not least <= crf <= most:
        raise SinkError(
            f"--crf {crf} is out of range for {encoder}",
            remedy=f"give {least} to {most}: smaller is better, and larger files",
        )
