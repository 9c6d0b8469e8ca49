"""Video files: what was shown, with its times, its colours and its sound.

Times are the source's own, also when the rate varies; colours are tagged as they were converted. An older file is
replaced only by one that is whole; what was made before a failure is kept beside it, and the error says where.

Knows streams and their ends; encoder_frames.py knows the frames, video_file.py the file and its end, codecs.py what it
may hold, sound.py sound.
"""

import contextlib
import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import av
from av.codec.context import Flags

from realtime.errors import SinkError
from realtime.media.ffmpeg import explain, listening
from realtime.media.timeline import Timeline
from realtime.outputs.codecs import VIDEO_TAGS, container_of, require_crf, video_encoder
from realtime.outputs.encoder_frames import EncoderFrames, alpha_codec
from realtime.outputs.encoder_threads import as_scheduled_before
from realtime.outputs.encoding import VideoPacket, encoded
from realtime.outputs.extras import VideoExtras, open_extras
from realtime.outputs.hdr_video import hdr_encoder
from realtime.outputs.live_sound import AudioSource, LiveSound
from realtime.outputs.sound import SoundCopier, open_sound
from realtime.outputs.video_file import VideoFile, VideoTarget
from realtime.outputs.video_settings import is_rgb
from realtime.outputs.write_errors import write_failure
from realtime.provenance.words import COMMENT
from realtime.types import ShownFrame, StreamInfo

logger = logging.getLogger(__name__)

OTHER_CODEC = "use another --codec, such as h264, or another ending"


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderOptions:
    """codec: a name of codecs.ENCODERS or an encoder of ffmpeg's. crf: the encoder's quality. None for the defaults."""

    codec: str | None = None
    crf: int | None = None


class VideoRecorder:
    """Writes one video file. path: ends as in codecs.CONTAINERS.

    info: of what is written. microphone: recorded instead of the source's sound, and closed.
    into: where the video goes instead of a file; path then only says which kind it is.
    Raises SinkError when the codec, the container or the name will not do, with the microphone closed.
    """

    def __init__(
        self,
        path: Path,
        info: StreamInfo,
        options: EncoderOptions,
        *,
        microphone: AudioSource | None = None,
        into: VideoTarget | None = None,
    ) -> None:
        self.name = str(path)
        self.written: Path | None = None
        self._path = path
        self._info = info
        self._microphone = microphone
        self._sound: SoundCopier | LiveSound | None = None
        self._end_pts: int | None = None
        self._last_dts = -(1 << 62)
        self._extras: VideoExtras | None = None
        self._whole, self._finished = True, False
        with contextlib.ExitStack() as opened:  # nothing of it stays open when a later step fails
            if microphone is not None:
                opened.callback(microphone.close)
            encoder = _encoder(path, info, options)
            self._frames = EncoderFrames(info, encoder, path)
            self._form = container_of(path) if into is None else replace(container_of(path), goes_back=False)
            self._file: VideoTarget = into or VideoFile(path, self._form.muxer, info.credit)
            self._container = self._file.container
            opened.callback(self._discard)
            self._begin(encoder, options)
            opened.pop_all()

    def _begin(self, encoder: str, options: EncoderOptions) -> None:
        try:
            self._stream = self._add_video(encoder, options)
            self._sound = self._add_sound()
            self._container.metadata["comment"] = COMMENT
            self._extras = open_extras(self._info, self._container)
            with listening(), as_scheduled_before():
                self._container.start_encoding()
        except (av.FFmpegError, ValueError) as error:
            width, height = self._frames.size_wh
            said = f"{encoder} does not start for pictures of {width}x{height}: {explain(error)}"
            raise write_failure(self._path, error, said=said, otherwise=OTHER_CODEC) from error
        except OSError as error:
            raise write_failure(self._path, error, otherwise=OTHER_CODEC) from error

    @property
    def progressed_ns(self) -> int:
        """When `close` last got on, by time.monotonic_ns."""
        return self._file.progressed_ns

    @property
    def takes_copies(self) -> bool:
        """Whether `copy` brings all there is of a picture."""
        return not self._frames.has_alpha_aside

    def send(self, frame: ShownFrame) -> None:
        """Encode one frame. Raises SinkError when that fails, e.g. on a full disk."""
        picture = self._frames(frame)
        picture.pts, picture.time_base = frame.pts, self._info.time_base
        picture.duration = frame.duration or max(1, round(1 / (self._info.rate * self._info.time_base)))
        self._end_pts = frame.pts + picture.duration
        try:
            self._mux(encoded(self._stream, picture), frame.pts, frame.captured_ns)
        except (av.FFmpegError, OSError) as error:
            raise self._salvaged(error) from error

    def copy(self, packet: VideoPacket) -> None:
        """Take one packet that another recorder made with the same options. Raises SinkError as `send` does."""
        pts, base = packet.pts or 0, packet.time_base / self._info.time_base
        packet.dts = max(packet.dts or 0, self._last_dts + 1)  # of varying times, a next segment's first is early
        self._last_dts, packet.stream = packet.dts, self._stream
        self._end_pts = max(self._end_pts or 0, round((pts + (packet.duration or 0)) * base))
        try:
            self._mux([packet], round(pts * base))
        except (av.FFmpegError, OSError) as error:
            raise self._salvaged(error) from error

    def fail(self, error: OSError) -> SinkError:
        """What others make for this video cannot be written. Keeps what was made; returns what to raise."""
        return self._salvaged(error)

    def discard(self) -> None:
        """Forget the video; an older one stays."""
        if not self._finished:
            self._discard()

    def end_early(self) -> None:
        """More was to come: `close` will not replace an older file."""
        self._whole = False

    def close(self) -> None:
        """Finish the file and give it its name; without a single frame none is left. Raises SinkError."""
        if self._finished:
            return
        if self._end_pts is None:
            self._discard()
            logger.info("%s was not written: there were no frames", self._path)
            return
        try:
            self._container.mux(encoded(self._stream, None))
            end_s = self._seconds(self._end_pts)
            if self._sound is not None:
                self._sound.finish(end_s)
            if self._extras is not None:
                self._extras.finish(end_s)
            self.written = self._file.finish(whole=self._whole, end_s=end_s)
        except (av.FFmpegError, OSError) as error:
            raise self._salvaged(error) from error
        self._finished = True

    def _mux(self, packets: list[VideoPacket], pts: int, captured_ns: int = 0) -> None:
        """Write pictures, and what belongs to the time until then."""
        self._container.mux(packets)
        if self._sound is not None:
            self._sound.advance(self._seconds(pts), captured_ns)
        if self._extras is not None:
            self._extras.advance(self._seconds(pts))

    def _add_video(self, encoder: str, options: EncoderOptions) -> av.VideoStream:
        settings, tags = self._frames.settings, self._frames.tags
        if options.crf is not None:
            settings = settings | {"crf": str(options.crf)}
        stream = cast("av.VideoStream", self._container.add_stream(encoder, rate=self._info.rate, options=settings))
        context = stream.codec_context
        context.width, context.height = self._frames.size_wh
        context.pix_fmt = self._frames.pixel_format
        context.time_base = stream.time_base = self._info.time_base
        context.flags |= Flags.frame_duration  # or durations come out in the order of encoding
        context.sample_aspect_ratio = self._info.pixel_aspect
        if self._form.is_mp4 and context.codec.canonical_name in VIDEO_TAGS:
            context.codec_tag = VIDEO_TAGS[context.codec.canonical_name]
        if not is_rgb(self._frames.pixel_format):
            context.colorspace, context.color_primaries = tags.matrix, tags.primaries
            context.color_trc, context.color_range = tags.transfer, 1 + tags.full_range
        return stream

    def _add_sound(self) -> SoundCopier | LiveSound | None:
        if self._microphone is not None:
            return LiveSound(self._microphone, self._container)
        where, timeline = self._info.sound_from, self._info.timeline or Timeline(0.0)
        return None if where is None else open_sound(where, self._container, self._form, timeline)

    def _seconds(self, pts: int) -> float:
        return float(pts * self._info.time_base)

    def _discard(self) -> None:
        """Forget the unfinished file; what bears the name, if anything, stays."""
        self._finished = True
        self._file.discard()
        self._close_inputs()

    def _close_inputs(self) -> None:
        for read in (self._sound, self._microphone, self._extras):
            if read is not None:
                read.close()

    def _salvaged(self, error: Exception) -> SinkError:
        """Keep what was made before `error`. Returns what to raise, which says where it is."""
        self._finished = True
        self._close_inputs()
        try:
            saved = self._file.salvage()
        except OSError as worse:
            kept = f"what was made is in {self._file.unfinished}, which could not be finished: {worse.strerror}"
        else:
            self.written = saved and saved[0]
            kept = f"the {saved[1]:.1f} s before that are in {saved[0]}" if saved else "nothing was made before that"
        if self._path.exists() and self.written != self._file.target:
            kept += f"; the older {self._path.name} is untouched"
        said = explain(error) if isinstance(error, av.FFmpegError) else ""
        return write_failure(self._path, error, said=said, kept=kept, otherwise=OTHER_CODEC)


def _encoder(path: Path, info: StreamInfo, options: EncoderOptions) -> str:
    """ffmpeg's encoder for a video. Raises SinkError when there is none that fits."""
    if info.hdr is not None:
        encoder = hdr_encoder(path, options.codec)
    else:
        chosen = options.codec is not None or options.crf is not None
        encoder = video_encoder(path, options.codec if chosen else alpha_codec(path, info))
    if options.crf is not None:
        require_crf(encoder, options.crf)
    return encoder
