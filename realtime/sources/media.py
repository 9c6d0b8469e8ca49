"""Video files and network streams, through PyAV.

A video's times are its own, also when the rate varies, but they start at zero and go on over jumps. What cannot be
decoded is skipped and counted; a stream of which nothing can be decoded is an error.

Puts together who knows what: tracks.py the container's words, packets.py damage and jumps, frame_times.py stamps,
framing.py the way from a decoded frame to a picture.
"""

import logging
import math
import time
from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path

import av

from realtime.errors import SourceError
from realtime.media.addresses import shown_url
from realtime.media.damage import Damage, reading_report
from realtime.media.dolby import head_of, needs_dolby
from realtime.media.ffmpeg import MOST_PIXELS, explain, listening, open_input, readable, seek_before
from realtime.media.joined_streams import TRANSPORT_OPTIONS
from realtime.media.local_path import av_address
from realtime.sources.deinterlace import deinterlaced
from realtime.sources.frame_reader import FrameReader
from realtime.sources.frame_times import FrameTimes
from realtime.sources.framing import Framing
from realtime.sources.layout import tell_of_layout
from realtime.sources.packets import LivePackets, PicturePacket, VideoPackets
from realtime.sources.picture_decoder import PictureDecoder
from realtime.sources.skipping import KeyFrameSkip, pictures_from
from realtime.sources.tracks import TrackFacts, decoder_of, dolby_only, video_track
from realtime.sources.video_light import video_light
from realtime.types import Frame, Rereadable, StreamInfo

logger = logging.getLogger(__name__)

URL_SCHEMES = ("rtsp", "rtsps", "http", "https", "srt", "udp", "rtmp", "tcp")
OPEN_TIMEOUT_S, READ_TIMEOUT_S = 10.0, 5.0
LIVE_OPTIONS = {"rtsp_transport": "tcp"}
ONE_STAMP_FORMATS = frozenset({"avi"})
"""They say when a packet is to be decoded, and not when its picture is shown."""
BEFORE_S = 1
"""How much before the wanted moment the key frame is looked for: pictures are decoded earlier than they are shown."""
LEAST_LEAD_S, MOST_LEAD_S = 0.05, 60.0
"""Sound that is earlier than the first picture by less is cut there; by more it is stamped wrong."""
AGAIN = f"copy it again; pictures of over {MOST_PIXELS // 1_000_000} megapixels are not read"
INCOMPLETE = ("moov atom not found", "error reading header")


def open_file(path: Path, *, keeps_hdr: bool = False) -> "MediaSource":
    """Open a video file. keeps_hdr: its frames bring their HDR along. Raises SourceError."""
    try:
        with listening():
            container = open_input(readable(av_address(path)), container_options=TRANSPORT_OPTIONS)
    except av.FFmpegError as error:
        incomplete = any(words in explain(error) for words in INCOMPLETE)
        raise SourceError(
            f"{path} is not a readable video: {explain(error)}",
            remedy="the file is incomplete or no video at all: copy or download it again"
            if incomplete
            else "check that it plays in a video player",
        ) from error
    if needs_dolby(head_of(path), container.format.name):
        container.close()
        raise dolby_only(path.name)
    return MediaSource(container, path.name, live=False, sound_from=av_address(path), keeps_hdr=keeps_hdr)


def open_url(url: str) -> "MediaSource":
    """Open a stream from the network: live, or a video on a web server when it has a length. Raises SourceError."""
    try:
        with listening():
            container = open_input(url, timeout=(OPEN_TIMEOUT_S, READ_TIMEOUT_S), container_options=LIVE_OPTIONS)
    except (av.FFmpegError, OSError, ValueError) as error:
        raise SourceError(
            f"{shown_url(url)} cannot be opened: {explain(error, OPEN_TIMEOUT_S)}",
            remedy="check the address, that the device is on, and its password",
        ) from error
    is_video = url.startswith(("http://", "https://")) and bool(container.duration)
    return MediaSource(container, shown_url(url), live=not is_video, sound_from=url if is_video else None)


class MediaSource:
    """The video of an opened container, with times from zero. One thread reads; any thread may close.

    origin: what is video time 0 in the container's count.
    Raises SourceError when there is no video or nothing of it can be decoded.
    """

    def __init__(
        self,
        container: av.container.InputContainer,
        name: str,
        *,
        live: bool,
        sound_from: str | Rereadable | None,
        keeps_hdr: bool = False,
    ) -> None:
        self._container, self._name, self._live = container, name, live
        self._closed = self._reading = False
        self._damage = Damage()
        try:
            self._stream = video_track(container, name)
        except SourceError:
            container.close()
            raise
        own = decoder_of(self._stream)
        self._decoder = PictureDecoder(own, live=live)
        self._facts = TrackFacts.of(container, self._stream)
        self._packets: LivePackets | VideoPackets = (
            LivePackets(container, self._stream, self._damage, READ_TIMEOUT_S)
            if live
            else VideoPackets(container, self._stream, self._damage)
        )
        self._skip = KeyFrameSkip(own)
        self._times = FrameTimes(self._facts.step, dts_only=container.format.name in ONE_STAMP_FORMATS)
        self._decoded: Iterator[av.VideoFrame] = deinterlaced(self._stamped(), name)
        first = next(self._decoded, None)  # only a decoded frame tells rotation and colour for sure
        if first is None:
            self._release()
            raise self._no_picture()
        self._to_bgr = FrameReader(first, name, video_light(sound_from, self._stream.index, first), keeps_hdr=keeps_hdr)
        tell_of_layout(first, self._stream, name)
        self._framing = Framing(first, self._to_bgr, self._stream, self._facts.told_aspect)
        self._decoded = chain([first], self._decoded)
        self.origin = self._video_start(first.pts or 0)
        self._last = self.origin, self.origin  # from when to when the latest picture is shown
        self.info = self._describe(sound_from)

    def frames(self) -> Iterator[Frame]:
        self._reading = True
        try:
            for number, decoded in enumerate(self._decoded):
                if self._closed:
                    return
                captured_ns, at = time.monotonic_ns(), decoded.pts or 0
                lasts = decoded.duration or self._facts.step
                self._last = at, at + lasts
                image, hdr = self._framing(decoded), self._framing.hdr(decoded)
                made_of = self._framing.original(image)
                yield Frame(image, number, captured_ns, at - self.origin, made_of, lasts, hdr)
            self._finish()
        finally:
            self._release()

    def skip_to(self, video_s: Fraction) -> None:
        """See SeekableSource."""
        base = self._facts.time_base
        begin = self.origin + round(video_s / base)
        self._decoded = pictures_from(begin, self._decoded)
        before = begin - round(BEFORE_S / base)
        if before > self.origin and isinstance(self._packets, VideoPackets):
            if seek_before(self._container, before, self._stream):
                self._packets.begin_anew()
            self._skip.skip_to(before)

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
            self._decoder.rest()
        self._container.close()

    def _stamped(self) -> Iterator[av.VideoFrame]:
        """Frames in the order in which they are shown; their pts say when, in the container's count, without jumps."""
        for frame in self._decode():
            self._damage.faulty_frames += frame.is_corrupt
            frame.pts, frame.time_base = self._times.of(frame.pts, frame.dts), self._facts.time_base
            yield frame

    def _decode(self) -> Iterator[av.VideoFrame]:
        """Frames of every packet that can be read, and those still in the decoder at the end."""
        for packet in self._packets:
            if self._closed:
                return
            for due in self._skip.due(packet):
                yield from self._attempt(due)
        for due in self._skip.due(None):
            yield from self._attempt(due)
        yield from self._attempt(None)

    def _attempt(self, packet: "PicturePacket | None") -> list[av.VideoFrame]:
        try:
            return self._decoder.decode(packet)
        except av.FFmpegError as error:
            self._packets.note(error)
            return []

    def _video_start(self, first: int) -> int:
        """What is video time 0 in the container's count: the first picture, or sound that is heard before it."""
        base = self._facts.time_base
        if self._live or self._facts.sound_start_s is None:
            return first
        lead_s = float(first * base) - self._facts.sound_start_s
        return math.floor(self._facts.sound_start_s / base) if LEAST_LEAD_S < lead_s < MOST_LEAD_S else first

    def _describe(self, sound_from: str | Rereadable | None) -> StreamInfo:
        base = self._facts.time_base
        return StreamInfo(
            name=self._name,
            size_wh=self._framing.size_wh,
            rate=self._facts.rate,
            live=self._live,
            time_base=base,
            frame_count=None if self._live else self._facts.frame_count,
            pixel_aspect=self._framing.pixel_aspect,
            colour=self._to_bgr.tags,  # players guess by the size before rotation
            has_alpha=self._to_bgr.has_alpha,
            hdr=self._to_bgr.hdr,
            sound_from=sound_from if self._container.streams.audio else None,
            timeline=self._packets.begin(float(self.origin * base)),
            damage=self._damage,
            extras_from=sound_from,
        )

    def _finish(self) -> None:
        """Everything was read: say what there is to say. Raises SourceError when a live stream ended."""
        if self._closed:
            return
        if self.info.timeline is not None:
            self.info.timeline.finish(*(float((at - self.origin) * self._facts.time_base) for at in self._last))
        held_s, jumps_s = self._packets.until_s - self._facts.start_s, [by_s for _, by_s in self._packets.closed]
        promised_s, hides_another = self._facts.promised_s, self._packets.hides_another
        for told in reading_report(held_s, promised_s, jumps_s, self._times.repaired, hides_another=hides_another):
            logger.warning("%s %s", self._name, told)
        if self._live:
            reason = self._packets.last_error
            raise SourceError(f"{self._name} ended: {reason}", remedy="check the sender, then start again")

    def _no_picture(self) -> SourceError:
        again = "download it, and give the file" if "://" in self._name else AGAIN
        what, remedy = ("gave no picture", "check the sender") if self._live else ("cannot be decoded", again)
        return SourceError(f"{self._name} {what}: {self._packets.last_error}", remedy=remedy)
