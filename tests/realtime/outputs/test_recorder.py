"""Files out: frame for frame, with times, colours, sound and marks; and what is left when it goes wrong."""

import resource
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from realtime.errors import SinkError
from realtime.outputs import OutputOptions, open_sink
from realtime.outputs.recorder import EncoderOptions
from realtime.provenance.words import SOURCE_TYPE
from realtime.sources import open_source
from realtime.stream.privacy import freeze
from realtime.types import ColourTags, Frame, Outcome, ShownFrame, StreamInfo
from tests.realtime.clips import BT601, BT709, BT2020, GREY, Clip, facts_of, write_clip

CLIPS = {
    "bt601": Clip(tags=BT601),
    "bt709": Clip(tags=BT709),
    "bt2020, 10 bit": Clip(tags=BT2020, pixel_format="yuv420p10le"),
    "unspecified": Clip(),
    "full range": Clip(tags=ColourTags(1, 1, 1, full_range=True)),
    "variable rate": Clip(steady=False, frames=60),
    "29.97": Clip(rate=Fraction(30_000, 1001)),
    "starts later": Clip(starts_at_ms=400),
    "odd size": Clip(size_wh=(95, 63), pixel_format="yuv444p"),
    "rotated": Clip(rotation=-90),
    "no sound": Clip(sound=None),
    "one frame": Clip(frames=1, sound=None),
}


def copy(source_path: Path, target: Path, options: EncoderOptions | None = None, frames: int | None = None) -> None:
    """What liveswap does with a video when nobody is in it."""
    source = open_source(str(source_path))
    sink = open_sink(str(target), source.info, OutputOptions(encoder=options or EncoderOptions()))
    for frame in source.frames():
        if frames is not None and frame.seq == frames:
            source.close()
            break
        sink.send(_as_it_is(frame))
    sink.close()
    sink.close()


def _as_it_is(frame: Frame) -> ShownFrame:
    image = freeze(frame.image)
    return ShownFrame(image, frame.seq, frame.captured_ns, frame.pts, Outcome.NO_FACE, duration=frame.duration)


@pytest.mark.parametrize("ending", [".mp4", ".mkv"])
@pytest.mark.parametrize("clip", CLIPS.values(), ids=CLIPS)
def test_video_keeps_its_frames_times_sound_and_colours(tmp_path: Path, clip: Clip, ending: str) -> None:
    path = write_clip(tmp_path / f"in{ending}", clip)
    copy(path, tmp_path / f"out{ending}")
    before, after = facts_of(path), facts_of(tmp_path / f"out{ending}")
    assert after.times_s == pytest.approx(before.times_s, abs=0.0011)
    assert after.duration_s == pytest.approx(before.duration_s, abs=1.05 / float(clip.rate))
    assert after.sound == before.sound
    assert after.rotation == 0
    settled = open_source(str(path)).info.colour
    assert after.colour == (settled.matrix, settled.primaries, settled.transfer, 1)
    frames = list(open_source(str(tmp_path / f"out{ending}")).frames())
    height, width = frames[0].image.shape[:2]
    card = (
        frames[0].image[: height // 3, width // 2 :]
        if not clip.rotation
        else frames[0].image[height * 2 // 3 :, : width // 2]
    )
    assert np.abs(card.astype(int) - GREY).max() <= 2


@pytest.mark.parametrize(
    ("ending", "codec", "found"),
    [
        (".mp4", None, "h264"),
        (".mov", "h264", "h264"),
        (".mkv", "hevc", "hevc"),
        (".webm", None, "vp9"),
        (".mkv", "vp8", "vp8"),
        (".mkv", "ffv1", "ffv1"),
    ],
)
def test_codec_is_the_one_that_was_asked_for(tmp_path: Path, ending: str, codec: str | None, found: str) -> None:
    copy(write_clip(tmp_path / "in.mp4"), tmp_path / f"out{ending}", EncoderOptions(codec=codec))
    facts = facts_of(tmp_path / f"out{ending}")
    assert facts.codec == found or (found, facts.codec) in {("vp9", "libvpx-vp9"), ("vp8", "libvpx")}
    assert len(facts.times_s) == 30
    assert facts.sound  # converted for webm, copied else


@pytest.mark.smoke
def test_lossless_video_has_the_very_pixels(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "in.mp4", Clip(tags=BT709))
    copy(path, tmp_path / "out.mkv", EncoderOptions(codec="ffv1"))
    pairs = zip(open_source(str(path)).frames(), open_source(str(tmp_path / "out.mkv")).frames(), strict=True)
    assert all((a.image == b.image).all() for a, b in pairs)


@pytest.mark.media
@pytest.mark.parametrize(
    "name", ["man-frontal-480p", "man-glasses-hand-512p", "woman-desk-720p", "woman-halfprofile-720p"]
)
def test_real_video_keeps_its_frames_times_sound_and_colours(media: Path, tmp_path: Path, name: str) -> None:
    path = beginning(media / f"{name}.mp4", tmp_path / "in.mp4", seconds=1)
    copy(path, tmp_path / "out.mp4")
    before, after = facts_of(path), facts_of(tmp_path / "out.mp4")
    assert after.times_s == pytest.approx(before.times_s, abs=1e-6)
    info = open_source(str(path)).info
    lasts_s = max(before.duration_s, before.times_s[-1] + float(1 / info.rate))  # ffmpeg may take a cut one for shorter
    assert after.duration_s == pytest.approx(lasts_s, abs=0.04)
    assert after.sound == before.sound[-len(after.sound) :]
    assert len(before.sound) - len(after.sound) <= 1  # of several packets before the first picture one is kept
    assert after.colour == (info.colour.matrix, info.colour.primaries, info.colour.transfer, 1)
    frames = zip(open_source(str(path)).frames(), open_source(str(tmp_path / "out.mp4")).frames(), strict=True)
    drift = [np.mean(a.image.astype(np.int16) - b.image, axis=(0, 1)) for a, b in frames]
    assert np.abs(np.mean(drift, axis=0)).max() < 0.5  # no tint creeps in


def beginning(video: Path, path: Path, seconds: float) -> Path:
    """The packets of a video's first seconds as they are, in a file of their own."""
    with av.open(str(video)) as source, av.open(str(path), "w") as target:
        streams = {stream.index: target.add_stream_from_template(stream) for stream in source.streams}
        for packet in source.demux():
            if packet.dts is not None and packet.dts * packet.time_base < seconds:
                packet.stream = streams[packet.stream.index]
                target.mux(packet)
    return path


def test_smaller_crf_makes_a_larger_file(tmp_path: Path) -> None:
    info = StreamInfo("noise", (320, 240), Fraction(30), live=False)
    noise = np.random.default_rng(1).integers(60, 200, (240, 320, 3), np.uint8)
    for crf in (10, 40):
        sink = open_sink(str(tmp_path / f"{crf}.mp4"), info, OutputOptions(encoder=EncoderOptions(crf=crf)))
        for number in range(5):
            sink.send(ShownFrame(np.roll(noise, number * 9, axis=0), number, 0, number * 3000, Outcome.SWAPPED))
        sink.close()
    assert (tmp_path / "10.mp4").stat().st_size > 2 * (tmp_path / "40.mp4").stat().st_size


def test_odd_picture_gains_a_row_of_its_edge_and_loses_nothing(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "in.mkv", CLIPS["odd size"])
    copy(path, tmp_path / "out.mp4", EncoderOptions(crf=1))
    before, after = (next(open_source(str(p)).frames()).image for p in (path, tmp_path / "out.mp4"))
    assert (before.shape[:2], after.shape[:2]) == ((63, 95), (64, 96))
    assert np.abs(before[:32, 50:].astype(int) - after[:32, 50:95]).max() <= 2
    assert np.abs(after[:32, 95].astype(int) - GREY).max() <= 2


def test_pixel_shape_is_kept(tmp_path: Path) -> None:
    source = open_source(str(write_clip(tmp_path / "in.mp4", Clip(sound=None))))
    info = replace(source.info, pixel_aspect=Fraction(4, 3))
    sink = open_sink(str(tmp_path / "out.mp4"), info)
    for frame in source.frames():
        sink.send(ShownFrame(frame.image, frame.seq, 0, frame.pts, Outcome.SWAPPED))
    sink.close()
    assert facts_of(tmp_path / "out.mp4").pixel_aspect == Fraction(4, 3)


def test_video_that_was_stopped_is_whole_and_its_sound_stops_too(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "in.mp4", Clip(frames=120))
    copy(path, tmp_path / "out.mp4", frames=30)
    facts = facts_of(tmp_path / "out.mp4")
    assert len(facts.times_s) == 30
    assert len(facts.sound) * 1024 / 48_000 == pytest.approx(1.0, abs=0.1)
    assert facts.sound == facts_of(path).sound[: len(facts.sound)]


def test_what_is_made_is_marked_as_made(tmp_path: Path) -> None:
    for ending in (".mp4", ".mkv", ".webm"):
        copy(write_clip(tmp_path / "in.mp4", Clip(frames=3, sound=None)), tmp_path / f"out{ending}")
        assert SOURCE_TYPE in facts_of(tmp_path / f"out{ending}").comment


def test_video_takes_its_name_only_when_it_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "out.mp4"
    target.write_bytes(b"older video")
    source = open_source(str(write_clip(tmp_path / "in.mp4")))
    sink = open_sink(str(target), source.info)
    for frame in source.frames():
        sink.send(ShownFrame(frame.image, frame.seq, 0, frame.pts, Outcome.SWAPPED))
        assert target.read_bytes() == b"older video"
    sink.close()
    assert len(facts_of(target).times_s) == 30
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.mp4", "out.mp4"]


def test_without_a_frame_nothing_is_left_and_the_older_video_stays(tmp_path: Path) -> None:
    target = tmp_path / "out.mp4"
    target.write_bytes(b"older video")
    source = open_source(str(write_clip(tmp_path / "in.mp4")))
    open_sink(str(target), source.info).close()
    assert target.read_bytes() == b"older video"
    assert not (tmp_path / "out.mp4.part").exists()


DISK_FULL = """
import resource, sys
from pathlib import Path
from tests.realtime.outputs.test_recorder import copy
from models.errors import UserError
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    copy(Path(sys.argv[1]), Path(sys.argv[2]))
except UserError as error:
    sys.exit(f"{error} | {error.remedy}")
"""


def test_full_disk_is_said_and_the_older_video_stays(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "in.mp4", Clip(frames=60, size_wh=(320, 240)))
    target = tmp_path / "out.mp4"
    target.write_bytes(b"older video")
    ignore_signal = "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    command = [sys.executable, "-c", ignore_signal + DISK_FULL, str(path), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "the older out.mp4 is untouched" in done.stderr
    assert target.read_bytes() == b"older video"
    assert resource.RLIMIT_FSIZE  # the limit is the child's alone
    assert not (tmp_path / "out.mp4.part").exists()


REFUSED = {
    "unknown ending": ("out.xyz", None, "ending '.xyz'"),
    "no ending": ("out", None, "ending ''"),
    "no folder": ("none/out.mp4", None, "no folder"),
    "unknown codec": ("out.mp4", "h266x", "no video encoder 'h266x'"),
    "codec that does not fit": ("out.webm", "h264", "cannot hold h264"),
}


@pytest.mark.parametrize(("where", "codec", "reason"), REFUSED.values(), ids=REFUSED)
def test_output_that_cannot_be_is_refused_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, codec: str | None, reason: str
) -> None:
    info = open_source(str(write_clip(tmp_path / "in.mp4"))).info
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SinkError, match=reason) as raised:
        open_sink(where, info, OutputOptions(encoder=EncoderOptions(codec=codec)))
    assert raised.value.remedy
    assert [p.name for p in tmp_path.iterdir()] == ["in.mp4"]
