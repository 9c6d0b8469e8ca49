"""What a video is, and its frames: through the same source as every run, for files that strangers sent.

ffmpeg also reads lists that name other files and addresses (HLS, concat): what begins as no container does is refused
before ffmpeg sees it. Knows containers and frames; knows nothing of faces.
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2

from engines.types import Image
from models.errors import UserError
from realtime.errors import SourceError
from realtime.media.ffmpeg import explain, open_input
from realtime.media.local_path import av_address
from realtime.sources import SourceOptions, open_source
from realtime.sources.media import open_file
from realtime.sources.tracks import video_track
from realtime.web.auth import RefusedError

MOST_PIXELS = 4096 * 2304
"""Of a frame."""
BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
"""With which an MP4 or MOV begins, behind four bytes of length."""
HEADS = (
    b"\x1a\x45\xdf\xa3",  # Matroska, WebM
    b"FLV\x01",
    b"OggS",
    b"\x00\x00\x01\xba",  # MPEG programme stream
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",  # WMV
)
TRANSPORT, PACKET, TIMED_PACKET = 0x47, 188, 192
"""An MPEG transport stream's mark, and after how many bytes it comes again; M2TS has four in front."""
JPEG_QUALITY = 85


@dataclass(frozen=True, slots=True)
class VideoFacts:
    """width, height: px, as it is shown. frames: about, where the file does not say. has_sound: whether it has any."""

    width: int
    height: int
    fps: float
    duration_s: float
    frames: int
    has_sound: bool

    def __post_init__(self) -> None:
        """Raises ValueError and TypeError for what no video has."""
        if min(self.width, self.height, self.frames) < 0 or not (self.fps > 0 and 0 <= self.duration_s < math.inf):
            raise ValueError(f"no video is so: {self}")

    def within(self, at_s: float) -> float:
        """The nearest time at which there is a frame."""
        return max(0.0, min(at_s, self.duration_s - 1.5 / self.fps))


def require_video(head: bytes, name: str) -> None:
    """Raises RefusedError (422) unless a file that begins so can be a video."""
    is_transport = any(
        len(head) > at + step and head[at] == head[at + step] == TRANSPORT
        for at, step in ((0, PACKET), (4, TIMED_PACKET))
    )
    is_avi = head[:4] == b"RIFF" and head[8:12] == b"AVI "
    if not (is_transport or is_avi or head[4:8] in BOXES or head.startswith(HEADS)):
        raise RefusedError(
            422,
            f"{name} is no video",
            remedy="send an MP4, MOV, MKV, WebM, AVI or MPEG file; photos go to the tab Photo",
        )


def facts_of(path: Path, name: str) -> VideoFacts:
    """name: for messages. Raises SourceError for what cannot be read, has no picture, or is too large."""
    try:
        _require_fit(path, name)
        video = open_file(path)
    except SourceError as error:
        raise SourceError(str(error).replace(str(path), name), remedy=error.remedy) from error
    try:
        info, (width, height) = video.info, video.info.size_wh
        _require_size(name, width, height)
        frames = info.frame_count or _counted(path, info.rate)
        duration_s = float(frames / info.rate)
        return VideoFacts(width, height, float(info.rate), duration_s, frames, info.sound_from is not None)
    finally:
        video.close()


def _require_fit(path: Path, name: str) -> None:
    """By what its container says, before there is memory for a picture. What cannot be opened is let through."""
    try:
        with open_input(av_address(path)) as container:
            track = video_track(container, name)
            _require_size(name, track.width or 0, track.height or 0)
    except av.FFmpegError:
        return  # `open_file` says why


def _require_size(name: str, width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise SourceError(
            f"{name} has {width} x {height} pixels, and {MOST_PIXELS // 1_000_000} million are the most",
            remedy="make it smaller, e.g. 1920x1080",
        )


def frame_of(path: Path, at_s: float) -> Image:
    """The frame that is shown then, BGR. at_s: within the video. Raises SourceError."""
    source = open_source(str(path), SourceOptions(at_s=at_s))
    try:
        return next(iter(source.frames())).image
    finally:
        source.close()


def as_jpeg(image: Image, width: int | None = None) -> bytes:
    """width: px, at most; None for as wide as it is."""
    if width is not None and width < image.shape[1]:
        height = max(1, round(image.shape[0] * width / image.shape[1]))
        image = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    is_made, jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not is_made:
        raise UserError("this frame cannot be shown", remedy="choose another one")
    return jpeg.tobytes()


def _counted(path: Path, rate: Fraction) -> int:
    """How many frames there are, in a file that does not say: by the times of its packets, without decoding."""
    try:
        with open_input(av_address(path)) as container:
            stream = container.streams.video[0]
            first, last = math.inf, -math.inf
            for packet in container.demux(stream):  # a list of all would be gigabytes of a film of tiny ones
                if packet.pts is not None:
                    first, last = min(first, packet.pts), max(last, packet.pts)
            lasts_s = max(0.0, float(stream.time_base or 0) * (last - first))
    except av.FFmpegError as error:
        raise SourceError(f"how long it is cannot be read: {explain(error)}", remedy="convert it to MP4") from error
    return round(lasts_s * float(rate)) + 1
