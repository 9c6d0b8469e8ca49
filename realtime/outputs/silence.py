"""One packet of silence, in the codec and format of a stream that is copied.

Players differ in what they do with a hole in copied sound: some go on at once, and what follows is heard too early for
the rest of the video (Chromium does). A hole that is filled with packets of silence leaves them no choice.

Knows encoders and decoders; knows no container and no time.
"""

import io
from typing import cast

import av
import numpy as np

from realtime.outputs.codecs import sound_encoder

ADTS = b"\xff\xf0"
"""How AAC packets of a transport stream begin, in their first twelve bits."""
SETTLED = 3
"""The packet to take: encoders and decoders have begun by then."""
LEAST_SIZE = 2
QUIET = 1e-3


def silent_packet(source: av.AudioStream, like: bytes, samples: int) -> bytes | None:
    """A packet of `samples` samples of silence that a decoder of `source` takes, or None where there is none.

    like: a packet of the stream, for how it is packed. The decoder is asked, so what is given is sure to be silent.
    """
    context = source.codec_context
    name = sound_encoder(context.codec.canonical_name)
    if name is None or not samples:
        return None
    is_adts = name == "aac" and len(like) > LEAST_SIZE and bytes((like[0], like[1] & 0xF0)) == ADTS
    for rate in (context.sample_rate, context.sample_rate // 2):  # half of it: the core of HE-AAC
        try:
            packets = _encoded(name, rate, context.layout.name, is_adts=is_adts)
            if len(packets) > SETTLED and _is_silence(packets[SETTLED], context, samples):
                return packets[SETTLED]
        except (av.FFmpegError, ValueError):
            continue
    return None


def _encoded(encoder: str, rate: int, layout: str, *, is_adts: bool) -> list[bytes]:
    """Packets of half a second or so of silence."""
    context = cast("av.AudioCodecContext", av.CodecContext.create(encoder, "w"))
    formats = [each.name for each in context.codec.audio_formats or ()]
    context.sample_rate, context.layout, context.format = rate, layout, formats[0]
    if encoder == "libmp3lame":
        context.options = {"reservoir": "0"}  # else a packet refers to those before it
    frame = av.AudioFrame("flt", layout, rate // 2)
    frame.planes[0].update(bytes(frame.planes[0].buffer_size))
    frame.sample_rate, frame.pts = rate, 0
    packets = [*context.encode(frame), *context.encode(None)]
    return [_with_header(bytes(packet), context) for packet in packets] if is_adts else [bytes(p) for p in packets]


def _with_header(packet: bytes, context: av.AudioCodecContext) -> bytes:
    """An AAC packet with the header that transport streams want."""
    whole = io.BytesIO()
    with av.open(whole, "w", format="adts") as container:
        stream = container.add_stream("aac", rate=context.sample_rate)
        stream.layout = context.layout
        container.start_encoding()
        made = av.Packet(packet)
        made.stream, made.pts, made.dts = stream, 0, 0
        container.mux(made)
    return whole.getvalue()


def _is_silence(packet: bytes, like: av.AudioCodecContext, samples: int) -> bool:
    context = cast("av.AudioCodecContext", av.CodecContext.create(like.codec.name, "r"))
    context.extradata = like.extradata
    context.sample_rate, context.layout = like.sample_rate, like.layout
    frames = [frame for _ in range(SETTLED) for frame in context.decode(av.Packet(packet))]
    if not frames or frames[-1].samples != samples:
        return False
    (heard,) = av.AudioResampler("flt", frames[-1].layout, frames[-1].sample_rate).resample(frames[-1])
    return float(np.abs(heard.to_ndarray()).max()) < QUIET
