"""The sound of a video, brought into another file: copied where players of that file play it, converted where not.

It is read bit by bit as the picture proceeds, so memory stays small, and cut off where the picture stopped. Trouble
with sound costs sound, never the video: it is said, and what can be kept of the sound is kept.

Knows which sound is due; stream_copy.py and transcoding.py know how it is written, packet_times.py when it is heard.
"""

import errno
import io
import logging
import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Protocol, cast

import av

from realtime.media.ffmpeg import explain, open_input, readable, seek_before
from realtime.media.joined_streams import TRANSPORT_OPTIONS, JoinedReader
from realtime.media.timeline import Timeline
from realtime.outputs.codecs import AudioFormat, ContainerFormat, OneWay, audio_format, is_unspecified, pcm_encoder
from realtime.outputs.outlier_stamps import without_lone_stamps
from realtime.outputs.packet_times import AudioPacket, PacketTimes
from realtime.outputs.stream_copy import StreamCopy
from realtime.outputs.transcoding import Transcoder, configure
from realtime.outputs.video_tags import label_track
from realtime.types import Rereadable
from realtime.wording import counted

logger = logging.getLogger(__name__)

NEAR_END_S = 0.2
"""A video whose pictures came to their end, or this near to it, was not cut off: the rest of the sound belongs to
it."""
CUSTOM_LAYOUT = "+"
"""In the name of a layout that lists its channels. PyAV 18.1 frees such a list twice: once is right, and before any
decoder sees it the layout is replaced by a plain number of channels."""
IN_FRAGMENTS = {"movflags": "frag_keyframe+empty_moov"}
"""How an MP4 goes into a pipe."""
WHY = "which plays everywhere in this kind of file"
NO_WRITING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS, errno.EPIPE})
"""What a disk or pipe says that takes no more. Other numbers, such as "not permitted", are coders' words."""
INTERLEAVING_S = 5.0
"""Sound lies at most so much later in a file than the picture of its time."""
PROBING = {"analyzeduration": "60000000", "probesize": "50000000"}
"""us and bytes to look for the format of sound that begins late; read only where it is not known sooner."""


class SoundTrack(Protocol):
    """Takes the packets of one stream in order. stream: what it becomes. damaged: how many could not be read."""

    stream: av.AudioStream
    damaged: int

    def write(self, packet: AudioPacket, video_s: float) -> None:
        """Bring `packet`, heard from video time `video_s` on, s. Raises av.FFmpegError when it cannot be written."""
        ...

    def fill(self, until_s: float) -> None:
        """No sound will come before video time `until_s`: bring silence where it is needed."""
        ...

    def finish(self) -> None:
        """Bring what is still held."""
        ...


def open_sound(
    where: str | Rereadable, target: av.container.OutputContainer, form: ContainerFormat, timeline: Timeline
) -> "SoundCopier | None":
    """The sound of `where` (file, address or pipe) for `target`; None, with a warning, where it does not open."""
    try:
        source = open_input(readable(where), options=PROBING | TRANSPORT_OPTIONS)
    except (av.FFmpegError, OSError) as error:
        logger.warning("the video will have no sound: it cannot be opened a second time: %s", explain(error))
        return None
    if timeline.is_cut and isinstance(where, str):
        seek_before(source, int((-timeline.video_s(0.0) - INTERLEAVING_S) * av.time_base))
    return SoundCopier(source, target, form, timeline)


class SoundCopier:
    """Brings the audio streams of an opened container into one that is being written.

    Make it after the video stream was added and before anything is muxed; use it from one thread. Raises only what is
    no trouble of the sound: OSError when the file cannot be written.
    """

    def __init__(
        self,
        source: av.container.InputContainer,
        target: av.container.OutputContainer,
        form: ContainerFormat,
        timeline: Timeline,
    ) -> None:
        self._source, self._target, self._form, self._timeline = source, target, form, timeline
        self._reader = JoinedReader(source)
        self._tracks: dict[int, SoundTrack] = {}
        self._times: dict[int, PacketTimes] = {}
        for stream in source.streams.audio:
            self._add(stream)
        self._packets = without_lone_stamps(self._read())
        self._pending: AudioPacket | None = next(self._packets, None)

    def advance(self, picture_s: float, _captured_ns: int = 0) -> None:
        """Write what belongs to the time up to `picture_s` (s, of the video)."""
        while self._pending is not None:
            video_s = self._times[self._pending.stream.index].video_s(self._pending)
            if video_s is None or video_s > picture_s:
                break
            self._take(self._pending, video_s)
        self._fill(picture_s - INTERLEAVING_S)

    def finish(self, picture_s: float) -> None:
        """The picture ended at `picture_s`: write the rest, or nothing more when it stopped early."""
        self.advance(picture_s)
        until_s = self._sound_ends(picture_s)
        while self._pending is not None:
            video_s = self._times[self._pending.stream.index].video_s(self._pending, picture_s)
            if video_s is None or video_s > until_s:
                break
            self._take(self._pending, video_s)
        for index, track in list(self._tracks.items()):
            self._guarded(index, track.finish)
            if track.damaged:
                logger.warning("sound %d: left out %s", self._number(index), counted(track.damaged, "damaged piece"))
        self.close()

    def close(self) -> None:
        self._source.close()

    def _sound_ends(self, picture_s: float) -> float:
        """Until when sound belongs to a picture that ended at `picture_s`, s."""
        end_s = self._timeline.end_s
        return math.inf if end_s is not None and picture_s >= end_s - NEAR_END_S else picture_s

    def _add(self, stream: av.AudioStream) -> None:
        """Choose how a stream goes over, and try it where a failure costs nothing."""
        if stream.codec_context is None or not stream.codec_context.sample_rate:
            logger.warning("sound %d is left out: its format is unknown", self._number(stream.index))
            return
        encoded = self._encoding_of(stream)
        try:
            if encoded is None:
                self._tracks[stream.index] = StreamCopy(stream, self._target, hides_preroll=self._form.is_mp4)
            else:
                _try_encoder(encoded)
                self._tracks[stream.index] = Transcoder(stream, self._target, encoded)
        except (av.FFmpegError, ValueError) as error:
            self._say_lost(stream.index, 0.0, error)
            return
        label_track(stream, self._tracks[stream.index].stream)
        self._times[stream.index] = PacketTimes(self._timeline)

    def _encoding_of(self, stream: av.AudioStream) -> AudioFormat | None:
        """The format to convert a stream to; None to copy it."""
        context = stream.codec_context
        codec, found = context.codec.canonical_name, context.layout  # asked for once: see CUSTOM_LAYOUT
        layout, channels = found.name, found.nb_channels
        if CUSTOM_LAYOUT in layout:
            context.layout = layout = f"{channels} channels"
        is_pcm = codec.startswith("pcm_")
        plays = not is_pcm and not is_unspecified(layout) and self._form.can_hold_audio(codec)
        if plays and not self._reader.changes_codecs and _can_be_copied(stream, self._form):
            return None
        keeps_pcm = is_pcm and self._form.holds_pcm
        encoder = pcm_encoder(codec, context.format.name) if keeps_pcm else self._form.audio_encoder
        wanted = audio_format(encoder, context.sample_rate, layout, channels)
        if not keeps_pcm:
            made = f"{av.Codec(encoder, 'w').canonical_name} {wanted.layout}"
            what = f"sound {self._number(stream.index)} ({codec} {layout})"
            why = "because it goes on in another format" if self._reader.changes_codecs else WHY
            logger.warning("%s is converted to %s, %s", what, made, why)
        return wanted

    def _read(self) -> Iterator[AudioPacket]:
        """Packets of the streams that are kept, in the file's order; what cannot be read is skipped."""
        streams = [stream for stream in self._source.streams.audio if stream.index in self._tracks]
        if not streams:
            return
        try:
            for packet in self._reader.demux_over_damage(streams):
                if packet.size and packet.stream.index in self._tracks:
                    yield cast("AudioPacket", packet)
        except av.FFmpegError as error:
            logger.warning("the sound stops early: %s", explain(error))

    def _take(self, packet: AudioPacket, video_s: float) -> None:
        index = packet.stream.index
        self._times[index].take(packet, video_s)
        if index in self._tracks:
            self._guarded(index, partial(self._tracks[index].write, packet, video_s), video_s)
        self._pending = next(self._packets, None)

    def _fill(self, until_s: float) -> None:
        if self._pending is not None:
            for index, track in list(self._tracks.items()):
                self._guarded(index, partial(track.fill, until_s), until_s)

    def _guarded(self, index: int, write: Callable[[], None], at_s: float = 0.0) -> None:
        """Trouble with a stream ends that stream; trouble with where the video is written is the video's."""
        try:
            write()
        except (av.FFmpegError, ValueError) as error:
            if isinstance(error, OSError) and error.errno in NO_WRITING:
                raise
            del self._tracks[index]
            self._say_lost(index, at_s, error)

    def _say_lost(self, index: int, at_s: float, error: Exception) -> None:
        since = f" from {at_s:.1f} s on" if at_s > 0 else ""
        logger.warning("sound %d is left out%s: %s", self._number(index), since, explain(error))

    def _number(self, index: int) -> int:
        """How people count the sounds of a video: from 1."""
        return [stream.index for stream in self._source.streams.audio].index(index) + 1


def _can_be_copied(stream: av.AudioStream, form: ContainerFormat) -> bool:
    """Whether a muxer takes a stream's description; tried in memory, for in the video it would cost the video."""
    try:
        where = io.BytesIO() if form.goes_back else OneWay()
        options = {} if form.goes_back or not form.is_mp4 else IN_FRAGMENTS
        with av.open(where, "w", format=form.muxer, options=options) as scratch:
            scratch.add_stream_from_template(stream)
            scratch.start_encoding()
    except (av.FFmpegError, ValueError):
        return False
    return True


def _try_encoder(wanted: AudioFormat) -> None:
    """Raises av.FFmpegError or ValueError when an encoder does not open."""
    context = cast("av.AudioCodecContext", av.CodecContext.create(wanted.encoder, "w"))
    configure(context, wanted)
    context.open()
