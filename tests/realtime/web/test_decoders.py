"""What is too large is refused before there is memory for it, whichever way it comes."""

import av
import numpy as np
import pytest
from aiortc import RTCRtpCodecParameters
from aiortc.codecs.opus import OpusDecoder
from aiortc.codecs.vpx import Vp8Decoder
from aiortc.jitterbuffer import JitterFrame

from realtime.web.broadcast import Shown
from realtime.web.decoders import MOST_PIXELS, bounded_decoder, open_decoder
from realtime.web.encoders import ENCODERS, Adapting
from realtime.web.frame_codec import FRAME_CODECS
from realtime.web.tracks import VideoWriter

CODECS = [RTCRtpCodecParameters("video/H264", 90_000), RTCRtpCodecParameters("video/VP8", 90_000)]
MOST_OF_A_SIDE = 16_383


def coded(codec: RTCRtpCodecParameters, size_wh: tuple[int, int]) -> bytes:
    """A picture of this size, as a key frame."""
    encoder = ENCODERS[codec.mimeType.lower()]()
    assert isinstance(encoder, Adapting)
    return encoder.coded(VideoWriter()(Shown(np.full((*size_wh[::-1], 3), 90, np.uint8), 0)), is_key=True)[0]


@pytest.mark.parametrize("codec", CODECS, ids=lambda codec: codec.name)
def test_large_picture_is_refused_over_webrtc_and_the_next_one_is_read(codec: RTCRtpCodecParameters) -> None:
    decoder = bounded_decoder(codec)
    with pytest.raises(av.FFmpegError):
        decoder.decode(JitterFrame(coded(codec, (2560, 1440)), 0))
    [frame] = decoder.decode(JitterFrame(coded(codec, (320, 240)), 3000))
    assert isinstance(frame, av.VideoFrame)
    assert (frame.width, frame.height) == (320, 240)


def vp8_bomb() -> bytes:
    """A key frame of a few bytes, for which libvpx would take 1.6 GB."""
    side = MOST_OF_A_SIDE.to_bytes(2, "little")
    return b"\x10\x00\x00\x9d\x01\x2a" + side + side + bytes(20)


def test_vp8_that_says_it_is_huge_never_comes_to_libvpx(monkeypatch: pytest.MonkeyPatch) -> None:
    def decode(*_: object) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr(Vp8Decoder, "decode", decode)
    with pytest.raises(av.FFmpegError, match="16383 x 16383"):
        bounded_decoder(CODECS[1]).decode(JitterFrame(vp8_bomb(), 0))
    with pytest.raises(ValueError, match="16383 x 16383"):
        FRAME_CODECS["vp8"]().read(0, vp8_bomb())


def test_sound_is_decoded_as_before() -> None:
    assert isinstance(bounded_decoder(RTCRtpCodecParameters("audio/opus", 48_000, 2)), OpusDecoder)


def test_limit_is_what_the_page_sends_at_most() -> None:
    assert 1920 * 1134 < MOST_PIXELS < 2560 * 1440
    assert open_decoder("h264").options["max_pixels"] == str(MOST_PIXELS)
