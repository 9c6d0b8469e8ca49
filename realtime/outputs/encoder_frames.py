"""Shown frames as one encoder takes them: 8 bit, HDR in 10 bit, or with their transparency.

Knows pixel formats, sizes and settings; recorder.py knows the file they go into.
"""

import logging
from dataclasses import replace
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from realtime.media.colour import FromBgr, settle
from realtime.media.hdr import KEPT
from realtime.outputs.hdr_video import HdrFrames, hdr_settings
from realtime.outputs.video_settings import (
    ALPHA_FORMATS,
    ALPHA_SETTINGS,
    DEFAULT_SETTINGS,
    encodable,
    is_full_range,
    pixel_format,
)
from realtime.pictures.colours import straight_bgra
from realtime.pictures.original import BLACK, resized
from realtime.types import ShownFrame, StreamInfo

logger = logging.getLogger(__name__)

ALPHA_CODECS = {".mov": "prores_ks", ".mkv": "ffv1"}
"""What a video that may be transparent gets by default, by the ending of its name; WebM's VP9 keeps it anyway."""
ALPHA_ASIDE = frozenset({"libvpx", "libvpx-vp9"})
KEEPERS = ".webm, .mov and .mkv"
KEPT_IN_FILES = f"files in {KEEPERS} keep it transparent"


def alpha_codec(path: Path, info: StreamInfo) -> str | None:
    """The codec for a video that may be transparent, where the usual one would not keep that; None for the usual."""
    codec = ALPHA_CODECS.get(path.suffix.lower()) if info.has_alpha and info.hdr is None else None
    if codec is not None:
        logger.warning("%s can be transparent: %s is encoded by %s, which keeps that", info.name, path, codec)
    return codec


class LossOfAlpha:
    """Says once that what is transparent is lost. where: in which output. remedy: how it would be kept."""

    def __init__(self, where: str, remedy: str) -> None:
        self._where, self._remedy, self._is_told = where, remedy, False

    def note(self, frame: ShownFrame) -> None:
        """A frame is written without its transparency, if it has any."""
        if self._is_told or frame.original is None or frame.original.alpha is None:
            return
        self._is_told = True
        seen = "black" if frame.original.ground == BLACK else "white"
        logger.warning("%s: what is transparent is %s; %s", self._where, seen, self._remedy)


class EncoderFrames:
    """Makes the frames of one video. For one thread.

    info: of what is written. encoder: ffmpeg's name. path: for messages.
    pixel_format, size_wh, tags, settings: what the encoder is to be told. has_alpha_aside: transparency is encoded into
    data that lies beside each packet's.
    """

    def __init__(self, info: StreamInfo, encoder: str, path: Path) -> None:
        self._hdr = None if info.hdr is None else HdrFrames(info.hdr)
        self._keeps_alpha = info.has_alpha and info.hdr is None and encoder in ALPHA_FORMATS
        self._loss = LossOfAlpha(str(path), f"{KEEPERS} keep it transparent, without --codec")
        self.has_alpha_aside = self._keeps_alpha and encoder in ALPHA_ASIDE
        self.settings = dict(DEFAULT_SETTINGS.get(encoder, {}))
        told = info.colour
        if info.hdr is not None:
            self.pixel_format, told = KEPT, info.hdr.tags
            self.settings |= hdr_settings(encoder, info.hdr)
        elif self._keeps_alpha:
            self.pixel_format = ALPHA_FORMATS[encoder]
            self.settings |= ALPHA_SETTINGS.get(encoder, {})
        else:
            self.pixel_format = pixel_format(encoder)
        self.size_wh = encodable(info.size_wh, self.pixel_format)
        self.tags = replace(settle(told, info.size_wh), full_range=is_full_range(self.pixel_format))
        self._inner_wh = info.size_wh
        self._from_bgr = FromBgr(self.tags, self.size_wh, self.pixel_format)

    def __call__(self, frame: ShownFrame) -> av.VideoFrame:
        if self._keeps_alpha:
            return self._from_bgr(self._padded(self._with_alpha(frame)))
        self._loss.note(frame)
        image = self._padded(frame.image)
        return self._from_bgr(image) if self._hdr is None else self._hdr(frame, image)

    def _with_alpha(self, frame: ShownFrame) -> NDArray[np.uint8]:
        image, made_of = resized(frame.image, self._inner_wh), frame.original
        return straight_bgra(image, made_of if made_of is None else made_of.resized(self._inner_wh))

    def _padded(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """One replicated row or column where the format needs an even size; nothing is cropped or rescaled."""
        right, below = self.size_wh[0] - image.shape[1], self.size_wh[1] - image.shape[0]
        if {right, below} <= {0, 1} and (right or below):
            return np.asarray(cv2.copyMakeBorder(image, 0, below, 0, right, cv2.BORDER_REPLICATE), np.uint8)
        return image
