"""Video files and network streams, through PyAV.

Times are kept as they are, also when the rate varies; rotation is applied to the pixels; colours are read as the stream
says. What cannot be decoded is skipped and counted; a stream of which nothing can be decoded is an error.

Knows containers and codecs; colour.py knows colour.
"""

import logging
import re
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from engines.types import Image
from realtime.colour import ToBgr, settle, tags_of
from realtime.errors import SourceError
from realtime.ffmpeg import explain, listening
from realtime.local_path import av_address
from realtime.types import Frame, Rereadable, StreamInfo

logger = logging.getLogger(__name__)

URL_SCHEMES = ("rtsp", "rtsps", "http", "https", "srt", "udp", "rtmp", "tcp")
OPEN_TIMEOUT_S, READ_TIMEOUT_S = 10.0, 5.0
LIVE_OPTIONS = {"rtsp_transport": "tcp"}
FILE_THREADS, LIVE_THREADS = "AUTO", "SLICE"
"""Decoding several frames at once is faster, and holds back as many: 67 ms of a 30 fps stream on two cores."""
SECRETS = re.compile(r"(?<=:)[^/:]+(?=@)|(?<=passphrase=)[^&]+")
DEFAULT_RATE = Fraction(30)
MOST_FAILURES = 20
"""Of reading a file, in a row, before the rest of it is given up."""
PROMISE_KEPT = 0.95
"""Part of the frames a file's header promises; it is a guess where only the duration is given."""
INCOMPLETE = ("moov atom not found", "error reading header")
TURNS = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}
"""By the display matrix's angle, counter-clockwise, in degrees."""


def open_file(path: Path) -> "MediaSource":
    """Open a video file. Raises SourceError."""
    try:
        with listening():
            container = av.open(av_address(path))
    except av.FFmpegError as error:
        incomplete = any(words in explain(error) for words in INCOMPLETE)
        raise SourceError(
            f"{path} is no video that can be read: {explain(error)}",
            remedy="the file is incomplete or no video at all: copy or download it again"
            if incomplete
            else "check that it plays in a video player",
        ) from error
    return MediaSource(container, path.name, live=False, sound_from=av_address(path))


def open_url(url: str) -> "MediaSource":
    """Open a stream from the network: live, or a film on a web server when it has a length. Raises SourceError."""
    try:
        with listening():
            container = av.open(url, timeout=(OPEN_TIMEOUT_S, READ_TIMEOUT_S), container_options=LIVE_OPTIONS)
    except (av.FFmpegError, OSError, ValueError) as error:
        reason = _reason(error, OPEN_TIMEOUT_S) if isinstance(error, av.FFmpegError) else str(error)
        raise SourceError(
            f"{shown_url(url)} cannot be opened: {reason}",
            remedy="check the address, that the device is on, and its password",
        ) from error
    is_film = url.startswith(("http://", "https://")) and bool(container.duration)
    return MediaSource(container, shown_url(url), live=not is_film, sound_from=url if is_film else None)


def shown_url(url: str) -> str:
    """The address as it may stand in a log: without its password."""
    return SECRETS.sub("***", url)


def _reason(error: av.FFmpegError, waited_s: float) -> str:
    """For people; ffmpeg calls a time-out of ours "Immediate exit requested"."""
    return f"nothing came for {waited_s:g} s" if isinstance(error, av.ExitError) else explain(error)


class MediaSource:
    """The first video stream of an opened container. One thread reads; any thread may close.

    Raises SourceError when there is no video or nothing of it can be decoded.
    """

    def __init__(
        self, container: av.container.InputContainer, name: str, *, live: bool, sound_from: str | Rereadable | None
    ) -> None:
        self._container = container
        self._name = name
        self._live = live
        self._closed = self._reading = False
        self._skipped = self._repaired = self._decoded_count = 0
        self._last_error = "it holds no pictures"
        self._ended_by = "the sender closed it"
        pictures = [s for s in container.streams.video if not s.disposition & av.stream.Disposition.attached_pic]
        if not pictures:
            container.close()
            raise SourceError(f"{name} has no video", remedy="give a file with pictures; sound alone cannot be swapped")
        self._stream = pictures[0]
        self._stream.thread_type = LIVE_THREADS if live else FILE_THREADS
        self._decoded = self._decode()
        first = next(self._decoded, None)  # only a decoded frame tells rotation and colour for sure
        if first is None:
            self._release()
            if live:
                raise SourceError(f"{name} gave no picture: {self._ended_by}", remedy="check the sender")
            raise SourceError(f"{name} cannot be decoded: {self._last_error}", remedy="copy or download it again")
        self._first: av.VideoFrame | None = first
        self._turn = TURNS.get(round(first.rotation) % 360)
        self.info = self._describe(first, sound_from)
        self._to_bgr = ToBgr(self.info.colour)

    def frames(self) -> Iterator[Frame]:
        self._reading = True
        try:
            last_pts: int | None = None
            for number, frame in enumerate(self._all_decoded()):
                if self._closed:
                    return
                self._decoded_count = number + 1
                captured_ns = time.monotonic_ns()
                last_pts = self._next_pts(frame.pts, last_pts)
                yield Frame(self._upright(self._to_bgr(frame)), number, captured_ns, last_pts)
            self._report()
            if self._live and not self._closed:
                raise SourceError(f"{self._name} ended: {self._ended_by}", remedy="check the sender, then start again")
        finally:
            self._release()

    def close(self) -> None:
        """A reading thread closes the container itself: ffmpeg must not be closed under a reader's feet.

        It does so at the next packet, at the latest after READ_TIMEOUT_S: a read that was cut short cannot be resumed,
        so looking up more often would end streams that only paused.
        """
        self._closed = True
        if not self._reading:
            self._release()

    def _release(self) -> None:
        """Bring the decoder's threads to rest, then close.

        PyAV frees a decoder with Python's lock held and waits for its threads; one that has something to log waits for
        that lock, and everything stands still for good. Here they are waited for without the lock.
        """
        if self._container.streams.video:  # gone once it is closed
            self._stream.codec_context.flush_buffers()
        self._container.close()

    def _all_decoded(self) -> Iterator[av.VideoFrame]:
        if self._first is not None:
            yield self._first
            self._first = None
        yield from self._decoded

    def _decode(self) -> Iterator[av.VideoFrame]:
        """Frames of every packet that can be read, and those still in the decoder at the end."""
        packets, failures = self._container.demux(self._stream), 0
        while not self._closed:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except av.FFmpegError as error:  # damage, the file's end in the middle, or a network that stalls
                if self._live:
                    self._ended_by = _reason(error, READ_TIMEOUT_S)
                else:
                    self._note(error)
                    failures += 1
                if self._live or failures > MOST_FAILURES:
                    yield from self._flushed()
                    return
                packets = self._container.demux(self._stream)  # goes on behind the damage
                continue
            try:
                yield from packet.decode()
                failures = 0
            except av.FFmpegError as error:
                self._note(error)

    def _flushed(self) -> Iterator[av.VideoFrame]:
        try:
            yield from self._stream.decode(None)
        except av.FFmpegError as error:
            self._note(error)

    def _note(self, error: av.FFmpegError) -> None:
        self._skipped += 1
        self._last_error = _reason(error, READ_TIMEOUT_S)

    def _next_pts(self, pts: int | None, last: int | None) -> int:
        """Times that are missing or do not rise are made up from the rate."""
        step = max(1, round(1 / (self.info.rate * self.info.time_base)))
        if last is None:
            return 0 if pts is None else pts
        if pts is None or pts <= last:
            self._repaired += 1
            return last + step
        return pts

    def _upright(self, image: Image) -> Image:
        return image if self._turn is None else np.asarray(cv2.rotate(image, self._turn), np.uint8)

    def _describe(self, first: av.VideoFrame, sound_from: str | Rereadable | None) -> StreamInfo:
        stream = self._stream
        sideways = self._turn in {cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_90_COUNTERCLOCKWISE}
        size_wh = (first.height, first.width) if sideways else (first.width, first.height)
        aspect = stream.sample_aspect_ratio or Fraction(1)
        rate = stream.average_rate or stream.guessed_rate or DEFAULT_RATE
        time_base = stream.time_base or Fraction(1, 90_000)
        seconds = stream.duration * time_base if stream.duration else None
        return StreamInfo(
            name=self._name,
            size_wh=size_wh,
            rate=rate,
            live=self._live,
            time_base=time_base,
            frame_count=None if self._live else stream.frames or (round(seconds * rate) if seconds else None),
            pixel_aspect=1 / aspect if sideways else aspect,
            colour=settle(tags_of(first), (first.width, first.height)),  # players guess by the size before rotation
            sound_from=sound_from if self._container.streams.audio else None,
            extras_from=sound_from if isinstance(sound_from, str) else None,
        )

    def _report(self) -> None:
        promised = self.info.frame_count or 0
        if self._decoded_count < PROMISE_KEPT * promised:
            logger.warning("%s breaks off: it holds %d of %d frames", self._name, self._decoded_count, promised)
        if self._skipped:
            logger.warning("%s: skipped %d damaged part(s); the last: %s", self._name, self._skipped, self._last_error)
        if self._repaired:
            logger.warning("%s: %d time stamp(s) were missing or went back", self._name, self._repaired)
