"""From a decoded frame to the picture people see, one step after another: colours, upright, in the video's first shape.

A video that changes its size or its pixels' shape in the middle is fitted into its first shape, with black bars;
nothing is ever stretched.

Knows one stream's frames; knows nothing of times or files.
"""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import cast

import av
import numpy as np
from av.buffer import Buffer
from av.sidedata.sidedata import Type as SideData
from numpy.typing import NDArray

from engines.image.geometry import fit_into
from engines.image.hdr_light import WidePlanes
from engines.types import Image
from realtime.pictures.orientation import Orientation
from realtime.pictures.original import Original
from realtime.sources.frame_reader import FrameReader


class Framing:
    """Makes pictures of the frames of one stream, all in the shape of the first. For one thread.

    first: a decoded frame; only that tells orientation for sure. to_bgr: of its colours. told_aspect: width / height of
    a stored pixel where the container overrules the codec.
    """

    def __init__(
        self, first: av.VideoFrame, to_bgr: FrameReader, stream: av.VideoStream, told_aspect: Fraction | None
    ) -> None:
        self._to_bgr, self._stream, self._told_aspect = to_bgr, stream, told_aspect
        self._orientation = orientation_of(first)
        self.size_wh = self._orientation.size((first.width, first.height))
        self.pixel_aspect = self._pixel_aspect()

    def __call__(self, frame: av.VideoFrame) -> Image:
        """(H, W, 3) uint8 BGR of `size_wh`; a new array. frame: the last one that the stream's decoder gave."""
        return self._framed(self._to_bgr(frame))

    def original(self, image: Image) -> Original | None:
        """What the latest picture, `image`, was made of, where it is transparent."""
        made_of = self._to_bgr.original
        if made_of is None or made_of.alpha is None:
            return None
        return replace(
            made_of, seen=image.copy(), pixels=self._framed(made_of.pixels), alpha=self._framed(made_of.alpha)
        )

    def _framed(self, stored: NDArray[np.uint8]) -> NDArray[np.uint8]:
        upright = self._orientation.upright(stored)
        return fit_into(upright, self.size_wh, stretch=float(self._pixel_aspect() / self.pixel_aspect))

    def hdr(self, frame: av.VideoFrame) -> WidePlanes | None:
        """The planes that a picture was made of, upright; None where HDR is not kept, or the frame was fitted in."""
        planes = self._to_bgr.planes(frame)
        if planes is None or frame.width % 2 or frame.height % 2:
            return None
        y, cb, cr = (np.ascontiguousarray(self._orientation.upright(plane)) for plane in planes)
        fits = y.shape[::-1] == self.size_wh and self._pixel_aspect() == self.pixel_aspect
        return (y, cb, cr) if fits else None

    def _pixel_aspect(self) -> Fraction:
        """Width / height of an upright pixel, as it is now: broadcasts change it from programme to programme."""
        stored = self._told_aspect or self._stream.codec_context.sample_aspect_ratio or Fraction(1)
        return self._orientation.pixel_aspect(stored)


def orientation_of(frame: av.VideoFrame) -> Orientation:
    """As the frame's display matrix says."""
    try:
        matrix = cast("Mapping[SideData, Buffer]", frame.side_data)[SideData.DISPLAYMATRIX]
    except KeyError:
        return Orientation()
    except ValueError:  # PyAV knows no name for other data beside it (Exif); it still tells the angle
        return Orientation.of_angle(frame.rotation)
    return Orientation.of_matrix(np.frombuffer(bytes(matrix), np.int32, 9))
