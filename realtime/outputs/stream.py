"""Streams out: the picture as H.264 and the sound as AAC, to a server that shows it to many, as it happens.

Live, the newest picture goes out as soon as it is encoded, and the last one again while none comes (then words),
because platforms end a stream that pauses; a video goes out at its own pace. A key frame comes every two seconds, so
that a viewer who joins need not wait. Knows encoding and pace; uplink.py knows the network, stream_sound.py the sound.
"""

import logging
import os
import threading
import time
from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
from av.video.frame import PictureType
from numpy.typing import NDArray

from engines.types import Image
from realtime.errors import SinkError
from realtime.media.colour import FromBgr, settle
from realtime.media.ffmpeg import explain
from realtime.media.timeline import Timeline
from realtime.outputs.connection import Address
from realtime.outputs.encoder_frames import KEPT_IN_FILES, LossOfAlpha
from realtime.outputs.live_sound import AudioSource
from realtime.outputs.microphone import RATE
from realtime.outputs.packet_queue import Encoded
from realtime.outputs.stream_sound import MicrophoneSound, Silence, Sound, VideoSound
from realtime.outputs.uplink import Uplink
from realtime.stream.privacy import draw_placeholder
from realtime.types import ShownFrame, StreamInfo

logger = logging.getLogger(__name__)

TIME_BASE = Fraction(1, 90_000)
KEY_EVERY_S = 2.0
"""What Twitch, YouTube and Facebook ask for."""
MOST_BETWEEN_KEYS = 600
"""Pictures; key frames are asked for by time, long before that."""
SOUND_BITS = 128_000
REFERENCE_BITS, REFERENCE_PIXELS = 3_000_000, 1280 * 720 * 30
"""720p at 30 a second; platforms advise 2.5 to 4 Mbit/s."""
GROWTH = 0.75
"""More pixels need more bits, but not as many more: twice as many pixels 1.7 times."""
LEAST_BITS, MOST_BITS = 400_000, 6_000_000
"""Twitch takes 6 Mbit/s at most."""
LATE = 1.9
"""In intervals between pictures, after which the last one is sent again."""
STALE_S = 2.0
"""Nobody looks at a frozen face for longer: then there are words."""
LOST = "No picture"
BEHIND_S = 0.5
"""A video that is so late is not hurried after: its clock is set back."""


class StreamSink:
    """A FrameSink that streams to an address. where: rtmp://, rtmps://, srt:// or udp://.

    info: of the source, with the stream's size, which is made even. bits: a second, of the picture; None for what suits
    that size. microphone: its sound instead of the video's or silence, and closed.
    Raises SinkError, with the microphone closed, when the address is no good or nobody answers there.
    """

    def __init__(
        self,
        where: str,
        info: StreamInfo,
        *,
        bits: int | None = None,
        microphone: AudioSource | None = None,
    ) -> None:
        self._sound: Sound = MicrophoneSound(microphone) if microphone is not None else _sound_of(info)
        try:
            address = Address(where)
            self.name = address.shown
            self._loss = LossOfAlpha(self.name, KEPT_IN_FILES)
            self._encoder = StreamEncoder(address.container, info, bits or bits_for(info.size_wh, info.rate))
            self._uplink = Uplink(address, self._encoder.tracks)
        except SinkError:
            self._sound.close()
            raise
        self._info = info
        self._lock, self._closing = threading.Lock(), threading.Event()
        self._zero_s = 0.0  # of the clock, when stream time began
        self._last: Image | None = None
        self._newest_s = 0.0  # of the clock, when the last picture came
        self._said_late = False
        self._last_s, self._sent_s = 0.0, 0.0
        self._thread = threading.Thread(target=self._keep_alive, name="stream", daemon=True)
        if info.live:
            self._thread.start()

    def send(self, frame: ShownFrame) -> None:
        """Encode one picture and leave it to the uplink; of a video, when its time has come. Raises SinkError."""
        self._loss.note(frame)
        at_s = self._time_of(frame)
        if not self._info.live:
            self._wait_until(at_s)
        with self._lock:
            self._encode(frame.image, max(at_s, self._last_s + 0.001) if self._last is not None else at_s)
            self._newest_s = self._sent_s

    def close(self) -> None:
        """End the stream. May be called twice."""
        if self._closing.is_set():
            return
        self._closing.set()
        if self._info.live:
            self._thread.join()
        with self._lock:
            for item in self._encoder.flush():
                self._uplink.put(item)
        self._uplink.close()
        self._sound.close()
        if self._uplink.dropped:
            logger.warning("%d pictures did not reach %s", self._uplink.dropped, self.name)

    def _time_of(self, frame: ShownFrame) -> float:
        """When a picture is in the stream, s; the first one is at 0."""
        own_s = frame.captured_ns / 1e9 if self._info.live else float(frame.pts * self._info.time_base)
        if self._last is None:
            self._zero_s = own_s if self._info.live else time.monotonic() - own_s
        return own_s - self._zero_s if self._info.live else own_s

    def _wait_until(self, at_s: float) -> None:
        late_s = time.monotonic() - self._zero_s - at_s
        if late_s > BEHIND_S:
            self._zero_s += late_s
            if not self._said_late:
                logger.warning("%s: the video is swapped slower than it plays, so the stream pauses", self.name)
            self._said_late = True
        self._closing.wait(max(0.0, -late_s))

    def _keep_alive(self) -> None:
        """Live, while no picture comes: the last one again, and then words."""
        interval_s = float(1 / self._info.rate)
        slate = draw_placeholder(self._encoder.size_wh, LOST)
        while not self._closing.wait(interval_s / 2):
            with self._lock:
                now_s = time.monotonic()
                if self._last is not None and now_s - self._sent_s > LATE * interval_s:
                    image = slate if now_s - self._newest_s > STALE_S else self._last
                    self._encode(image, self._last_s + now_s - self._sent_s)

    def _encode(self, image: Image, at_s: float) -> None:
        """With the lock held."""
        captured_ns = round((at_s + self._zero_s) * 1e9)
        try:
            items = self._encoder.encode(image, at_s, self._sound.until(at_s, captured_ns))
        except av.FFmpegError as error:
            raise SinkError(f"{self.name}: {explain(error)}", remedy="try another --size") from error
        for item in items:
            self._uplink.put(item)
        self._last, self._last_s, self._sent_s = image, at_s, time.monotonic()


class StreamEncoder:
    """Pictures and sound -> packets. tracks: what a container needs to know of them. Raises SinkError.

    container: "flv" or "mpegts". info: with the size of the stream, to which pictures are scaled. bits: of the picture,
    a second. size_wh: of what is sent.
    """

    def __init__(self, container: str, info: StreamInfo, bits: int) -> None:
        size_wh = info.size_wh
        self.size_wh = (size_wh[0] + size_wh[0] % 2, size_wh[1] + size_wh[1] % 2)
        tags = replace(settle(info.colour, self.size_wh), full_range=False)
        self._from_bgr = FromBgr(tags, self.size_wh, "yuv420p")
        self._nowhere = av.open(os.devnull, "w", format=container)
        settings = {
            "preset": "veryfast",
            "tune": "zerolatency",
            "forced-idr": "1",
            "sc_threshold": "0",
            "g": str(MOST_BETWEEN_KEYS),
            "b": str(bits),
            "maxrate": str(bits),
            "bufsize": str(bits),
        }
        try:
            self._picture = self._nowhere.add_stream("libx264", info.rate, settings)
            context = self._picture.codec_context
            context.width, context.height = self.size_wh
            context.pix_fmt, context.time_base = "yuv420p", TIME_BASE
            context.sample_aspect_ratio = info.pixel_aspect
            context.colorspace, context.color_primaries = tags.matrix, tags.primaries
            context.color_trc, context.color_range = tags.transfer, 1  # 1 = limited ("MPEG")
            self._sound = self._nowhere.add_stream("aac", RATE)
            self._sound.layout, self._sound.bit_rate = "stereo", SOUND_BITS
            self._nowhere.start_encoding()
        except (av.FFmpegError, ValueError) as error:
            raise SinkError(f"the stream cannot be encoded: {explain(error)}", remedy="try another --size") from error
        self.tracks = (self._picture, self._sound)
        self._next_key_s = 0.0
        self._samples = 0

    def encode(self, image: Image, at_s: float, sound: NDArray[np.int16]) -> list[Encoded]:
        """One picture at stream time `at_s`, and the sound that came since the last one."""
        picture = self._from_bgr(image)
        picture.pts, picture.time_base = round(at_s / TIME_BASE), TIME_BASE
        if at_s >= self._next_key_s:
            picture.pict_type = PictureType.I
            self._next_key_s = at_s + KEY_EVERY_S
        items = [_encoded(packet, 0) for packet in self._picture.encode(picture)]
        if len(sound):
            items += [_encoded(packet, 1) for packet in self._sound.encode(self._audio_frame(sound))]
        return items

    def flush(self) -> list[Encoded]:
        """What the encoders still hold."""
        return [_encoded(packet, 0) for packet in self._picture.encode(None)] + [
            _encoded(packet, 1) for packet in self._sound.encode(None)
        ]

    def _audio_frame(self, samples: NDArray[np.int16]) -> av.AudioFrame:
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples).reshape(1, -1), format="s16", layout="stereo")
        frame.rate, frame.pts, frame.time_base = RATE, self._samples, Fraction(1, RATE)
        self._samples += len(samples)
        return frame


def bits_for(size_wh: tuple[int, int], rate: Fraction) -> int:
    """Bits a second for a stream of that size and rate: 3 Mbit/s at 720p30, 5.5 at 1080p30."""
    share: float = size_wh[0] * size_wh[1] * float(rate) / REFERENCE_PIXELS
    return int(min(MOST_BITS, max(LEAST_BITS, REFERENCE_BITS * share**GROWTH)))


def _encoded(packet: "av.Packet[av.stream.Stream]", track: int) -> Encoded:
    at_s = float((packet.dts or 0) * (packet.time_base or TIME_BASE))
    return Encoded(packet, track, at_s, packet.is_keyframe)


def _sound_of(info: StreamInfo) -> Sound:
    """A video's sound, where it has some."""
    if info.sound_from is None:
        return Silence()
    try:
        return VideoSound(info.sound_from, info.timeline or Timeline(0.0))
    except av.FFmpegError as error:
        logger.warning("the video's sound is missing in the stream: %s", explain(error))
        return Silence()
