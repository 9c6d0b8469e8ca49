"""HDR videos that stay HDR: their own numbers where nobody painted, their metadata, and nothing of who is hidden."""

from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from engines.image.hdr_compose import HdrComposer
from engines.image.hdr_light import Curve, WidePlanes
from engines.image.tone_map import Coding, ToneMapper
from realtime.errors import SinkError
from realtime.media.hdr import planes_of, said_light
from realtime.outputs import OutputOptions, open_sink
from realtime.outputs.recorder import EncoderOptions
from realtime.sources import SourceOptions, open_source
from realtime.stream.privacy import FrameStatus, PrivacyGate, PrivacyPolicy
from realtime.types import Frame, HdrFacts, Outcome, ShownFrame
from tests.realtime.commandline import invoke

SIZE_WH = (64, 48)
KEPT = SourceOptions(keeps_hdr=True)
MASTERING = "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(40000000,50):max-cll=600,200"
CODING = Coding(Curve.PQ, 0.2627, 0.0593, 10, full_range=False)
PAINT = np.s_[10:30, 20:40]


def write_video(
    path: Path, pixel_format: str = "yuv420p10le", codec: str = "ffv1", rotation: int = 0, said: str = "qp=4"
) -> Path:
    """Four frames of noise, PQ."""
    with av.open(str(path), "w") as container:
        options = {"x265-params": f"log-level=0:{said}", "preset": "ultrafast"} if codec == "libx265" else {}
        stream = cast("av.VideoStream", container.add_stream(codec, rate=30, options=options))
        stream.width, stream.height = SIZE_WH
        stream.pix_fmt = pixel_format
        context = stream.codec_context
        context.colorspace, context.color_primaries, context.color_trc, context.color_range = 9, 9, 16, 1
        if rotation:
            stream.set_display_rotation(rotation)
        for number in range(4):
            frame = av.VideoFrame(*SIZE_WH, pixel_format)
            random = np.random.default_rng(number)
            for plane, (low, high) in zip(frame.planes, [(80, 700), (480, 540), (480, 540)], strict=True):
                values = random.integers(low, high, plane.buffer_size // 2).astype(np.uint16)
                plane.update((values << (frame.format.components[0].bits - 10)).tobytes())
            frame.pts, frame.time_base = number, Fraction(1, 30)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def shown(frame: Frame) -> ShownFrame:
    return ShownFrame(frame.image, frame.seq, 0, frame.pts, Outcome.SWAPPED, hdr=frame.hdr)


def record(source_path: Path, out: Path, codec: str | None, paint: bool = True) -> list[av.VideoFrame]:
    """What a video becomes when a box of its pictures is painted grey."""
    source = open_source(str(source_path), KEPT)
    sink = open_sink(str(out), source.info, OutputOptions(encoder=EncoderOptions(codec=codec)))
    for frame in source.frames():
        if paint:
            frame.image[PAINT] = 128
        sink.send(shown(frame))
    sink.close()
    with av.open(str(out)) as container:
        return list(container.decode(video=0))


def decoded(path: Path) -> list[av.VideoFrame]:
    with av.open(str(path)) as container:
        return list(container.decode(video=0))


def as_seen(planes: WidePlanes, facts: HdrFacts) -> NDArray[np.uint8]:
    height, width = planes[0].shape
    return ToneMapper(CODING, facts.light)(planes, (width, height), (1, 1))


def test_what_nobody_painted_keeps_its_ten_bits(tmp_path: Path) -> None:
    path = write_video(tmp_path / "in.mkv")
    made = record(path, tmp_path / "out.mkv", "ffv1")
    for before, after in zip(decoded(path), made, strict=True):
        one, other = planes_of(before), planes_of(after)
        assert (one[0][31:] == other[0][31:]).all()
        assert (one[1][16:] == other[1][16:]).all()
        assert (one[0][PAINT] != other[0][PAINT]).mean() > 0.9
    assert {(f.color_trc, f.color_primaries, f.colorspace, f.color_range) for f in made} == {(16, 9, 9, 1)}


@pytest.mark.parametrize(("name", "codec"), [("out.mp4", None), ("out.mkv", "hevc"), ("out.webm", None)])
def test_metadata_goes_along(tmp_path: Path, name: str, codec: str | None) -> None:
    path = write_video(tmp_path / "in.mp4", codec="libx265", said=f"qp=4:{MASTERING}")
    made = record(path, tmp_path / name, codec)[0]
    assert made.format.name == "yuv420p10le"
    assert (made.color_trc, made.color_primaries, made.colorspace, made.color_range) == (16, 9, 9, 1)
    assert said_light(made).peak == 600


@pytest.mark.parametrize("pixel_format", ["yuv420p10le", "yuv422p10le", "yuv444p12le"])
def test_picture_is_what_its_planes_show(tmp_path: Path, pixel_format: str) -> None:
    source = open_source(str(write_video(tmp_path / "in.mkv", pixel_format)), KEPT)
    for frame in source.frames():
        assert frame.hdr is not None
        assert source.info.hdr is not None
        assert (as_seen(frame.hdr, source.info.hdr) == frame.image).all()


@pytest.mark.parametrize("rotation", [90, 180])
def test_planes_are_turned_with_the_picture(tmp_path: Path, rotation: int) -> None:
    source = open_source(str(write_video(tmp_path / "in.mp4", codec="libx265", rotation=rotation)), KEPT)
    frame = next(iter(source.frames()))
    assert frame.hdr is not None
    assert source.info.hdr is not None
    assert frame.image.shape[1::-1] == (SIZE_WH if rotation == 180 else SIZE_WH[::-1])
    assert (as_seen(frame.hdr, source.info.hdr) == frame.image).all()
    source.close()


def write_transparent(path: Path) -> Path:
    """As `write_video`, from transparent at the left to opaque at the right. Bright everywhere."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=30)
        stream.width, stream.height = SIZE_WH
        stream.pix_fmt = "yuva444p10le"
        context = stream.codec_context
        context.colorspace, context.color_primaries, context.color_trc, context.color_range = 9, 9, 16, 1
        frame = av.VideoFrame(*SIZE_WH, "yuva444p10le")
        for plane, value in zip(frame.planes, (600, 400, 620), strict=False):
            plane.update(np.full(plane.buffer_size // 2, value, np.uint16).tobytes())
        opacity = np.zeros((SIZE_WH[1], frame.planes[3].line_size // 2), np.uint16)
        opacity[:, 24:40], opacity[:, 40:] = 512, 1023
        frame.planes[3].update(opacity.tobytes())
        frame.pts, frame.time_base = 0, Fraction(1, 30)
        container.mux([*stream.encode(frame), *stream.encode(None)])
    return path


def test_transparent_video_that_stays_hdr_is_on_black_and_that_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made = record(write_transparent(tmp_path / "in.mkv"), tmp_path / "out.mkv", "ffv1", paint=False)
    luma, blue, red = planes_of(made[0])
    assert [set(np.unique(part)) for part in (luma[:, :24], luma[:, 40:])] == [{64}, {600}]
    assert np.abs(luma[:, 24:40].astype(int) - (64 + (600 - 64) / 2)).max() <= 1
    assert [set(np.unique(part)) for part in (blue[:, :11], red[:, :11], blue[:, 21:])] == [{512}, {512}, {400}]
    assert [record.getMessage() for record in caplog.records if "transparent" in record.getMessage()] == [
        "in.mkv: what is transparent is black: --hdr keep keeps no transparency, SDR does"
    ]


def test_withheld_picture_brings_nothing_of_the_video_along(tmp_path: Path) -> None:
    source = open_source(str(write_video(tmp_path / "in.mkv")), KEPT)
    frame = next(iter(source.frames()))
    gate = PrivacyGate(PrivacyPolicy.choose(None, live=False))
    assert gate.show(frame, FrameStatus.FAILED, 0).hdr is None
    assert gate.show(frame, FrameStatus.NO_FACE, 0).hdr is frame.hdr
    assert source.info.hdr is not None
    slate = np.full_like(frame.image, 40)
    assert np.abs(as_seen(HdrComposer(CODING, source.info.hdr.light)(slate, None), source.info.hdr) - 40.0).max() <= 2
    source.close()


def test_nothing_is_carried_where_it_is_not_asked_for(tmp_path: Path) -> None:
    source = open_source(str(write_video(tmp_path / "in.mkv")))
    assert source.info.hdr is None
    assert all(frame.hdr is None for frame in source.frames())


@pytest.mark.parametrize(("name", "codec", "hint"), [("o.mp4", "h264", "hevc or av1"), ("o.webm", "vp8", "av1")])
def test_codec_without_hdr_is_refused(tmp_path: Path, name: str, codec: str, hint: str) -> None:
    info = open_source(str(write_video(tmp_path / "in.mkv")), KEPT).info
    with pytest.raises(SinkError, match="holds no 10-bit HDR") as raised:
        open_sink(str(tmp_path / name), info, OutputOptions(encoder=EncoderOptions(codec=codec)))
    assert hint in raised.value.remedy
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize(
    ("name", "options", "problem"),
    [("o.png", [], "--hdr keep is for videos"), ("o.mp4", ["--size", "32x24"], "do not go together")],
)
def test_what_cannot_stay_hdr_is_refused(tmp_path: Path, name: str, options: list[str], problem: str) -> None:
    video = write_video(tmp_path / "in.mkv")
    wanted: list[str | Path] = ["--input", video, "--output", tmp_path / name, "--hdr", "keep", "--i-have-consent"]
    told = invoke("run", "--face", video, *wanted, *options, home=tmp_path)
    assert told.returncode == 2
    assert problem in told.stderr
