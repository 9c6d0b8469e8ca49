"""What files hold and players play, and the nearest format that an encoder takes."""

from pathlib import Path

import av
import pytest

from realtime.errors import SinkError
from realtime.outputs.codecs import (
    CONTAINERS,
    ENCODERS,
    AudioFormat,
    audio_format,
    is_unspecified,
    pcm_encoder,
    video_encoder,
)


@pytest.mark.parametrize(
    ("name", "codec", "encoder"),
    [
        ("a.mp4", None, "libx264"),
        ("a.MOV", "h265", "libx265"),
        ("a.webm", None, "libvpx-vp9"),
        ("a.mov", "prores_ks", "prores_ks"),
        ("a.mkv", "FFV1", "ffv1"),
    ],
)
def test_encoder_is_the_one_for_the_codec_and_the_file(name: str, codec: str | None, encoder: str) -> None:
    assert video_encoder(Path(name), codec) == encoder


@pytest.mark.parametrize(
    ("name", "codec", "problem", "remedy"),
    [
        ("a.webm", "h264", "cannot hold h264", "end the output's name in .mp4 or .mkv or .mov, or use --codec vp9"),
        ("a.mp4", "ffv1", "cannot hold ffv1", ".mkv, or use --codec h264"),
        ("a.mov", "vp9", "cannot hold vp9", ".mp4"),
        ("a.mp4", "aac", "a codec for audio", "h264"),
        ("a.mp4", "h266x", "no video encoder", "h264"),
    ],
)
def test_codec_that_would_not_play_is_refused_with_one_that_does(
    name: str, codec: str, problem: str, remedy: str
) -> None:
    with pytest.raises(SinkError, match=problem) as raised:
        video_encoder(Path(name), codec)
    assert remedy in raised.value.remedy


@pytest.mark.parametrize("kind", CONTAINERS.values(), ids=CONTAINERS)
def test_muxers_take_all_that_the_table_names(kind: object) -> None:
    row = next(each for each in CONTAINERS.values() if each is kind)
    with av.open("/dev/null", "w", format=row.muxer) as container:
        assert (row.video or set()) | (row.audio or set()) <= container.supported_codecs
    assert row.can_hold_video(av.Codec(ENCODERS[row.video_codec], "w").canonical_name)
    assert row.can_hold_audio(av.Codec(row.audio_encoder, "w").canonical_name)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (("aac", 44_100, "stereo", 2), ("aac", 44_100, "stereo", "fltp", 192_000)),
        (("aac", 48_000, "5.1(side)", 6), ("aac", 48_000, "5.1", "fltp", 576_000)),
        (("aac", 48_000, "7.1", 8), ("aac", 48_000, "5.1", "fltp", 576_000)),
        (("aac", 8_000, "mono", 1), ("aac", 32_000, "mono", "fltp", 32_000)),
        (("aac", 11_025, "1 channels", 1), ("aac", 44_100, "mono", "fltp", 44_100)),
        (("aac", 192_000, "2 channels", 2), ("aac", 48_000, "stereo", "fltp", 192_000)),
        (("aac", 37_800, "stereo", 2), ("aac", 44_100, "stereo", "fltp", 192_000)),
        (("libopus", 44_100, "5.1(side)", 6), ("libopus", 48_000, "5.1", "flt", 576_000)),
        (("libopus", 48_000, "7.1", 8), ("libopus", 48_000, "7.1", "flt", 768_000)),
        (("libopus", 48_000, "quad(side)", 4), ("libopus", 48_000, "quad", "flt", 384_000)),
        (("pcm_s24le", 96_000, "2 channels", 2), ("pcm_s24le", 96_000, "stereo", "s32", None)),
    ],
)
def test_sound_is_encoded_in_the_nearest_format_that_the_encoder_takes(
    source: tuple[str, int, str, int], found: tuple[str, int, str, str, int | None]
) -> None:
    assert audio_format(*source) == AudioFormat(*found)
    context = av.CodecContext.create(source[0], "w")
    assert isinstance(context, av.AudioCodecContext)
    context.sample_rate, context.layout, context.format = found[1], found[2], found[3]
    context.open()


@pytest.mark.parametrize(
    ("codec", "sample_format", "kept"),
    [
        ("pcm_mulaw", "s16", "pcm_s16le"),
        ("pcm_s24be", "s32", "pcm_s24le"),
        ("pcm_s32be", "s32", "pcm_s32le"),
        ("pcm_f32be", "flt", "pcm_f32le"),
        ("pcm_s16le_planar", "s16p", "pcm_s16le"),
        ("pcm_u8", "u8", "pcm_u8"),
    ],
)
def test_uncompressed_sound_loses_nothing(codec: str, sample_format: str, kept: str) -> None:
    assert pcm_encoder(codec, sample_format) == kept


@pytest.mark.parametrize(
    ("layout", "expected"), [("2 channels", True), ("1 channels", True), ("stereo", False), ("5.1(side)", False)]
)
def test_number_of_channels_is_no_layout(layout: str, expected: bool) -> None:
    assert is_unspecified(layout) is expected
