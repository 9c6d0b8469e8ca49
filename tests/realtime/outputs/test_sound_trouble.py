"""Trouble with the sound of a video: it costs sound, as little as can be, and never the video."""

from dataclasses import replace
from pathlib import Path

import av
import pytest

from realtime.media.timeline import Timeline
from realtime.outputs import open_sink
from realtime.outputs.codecs import container_of
from realtime.outputs.sound import SoundCopier
from realtime.sources import open_source
from realtime.types import Outcome, ShownFrame
from tests.realtime.outputs.test_recorder import copy
from tests.realtime.outputs.test_sound import LEAST_LIKE, LENGTH_S, MOST_LATE_S, assert_sounds_like, sounds_of
from tests.realtime.sounds import HEARING_HZ, Video, heard, likeness, write_video


@pytest.mark.parametrize("target", ["out.mp4", "out.webm"])
def test_damaged_sound_is_left_out_and_the_rest_keeps_its_time(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, target: str
) -> None:
    path = write_video(tmp_path / "in.ts", Video(seconds=4))
    content = bytearray(path.read_bytes())
    for place in range(len(content) // 3, len(content) // 2, 1880):  # every tenth packet in a sixth of the video
        content[place // 188 * 188 + 60 : place // 188 * 188 + 160] = bytes(100)
    path.write_bytes(content)
    copy(path, tmp_path / target)
    assert "damaged" in caplog.text
    sound, wanted = heard(tmp_path / target), Video(seconds=4).samples
    assert sound.shape[1] == pytest.approx(wanted.shape[1], abs=LENGTH_S * HEARING_HZ)
    for from_s in (0, 3):
        part = slice(from_s * HEARING_HZ, (from_s + 1) * HEARING_HZ)
        found = likeness(sound[0, part], wanted[0, part])
        assert abs(found.late_s) < MOST_LATE_S
        assert found.correlation > LEAST_LIKE


def test_sound_that_cannot_be_opened_again_costs_only_itself(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    source = open_source(str(write_video(tmp_path / "in.mp4")))
    sink = open_sink(str(tmp_path / "out.mp4"), replace(source.info, sound_from=str(tmp_path / "gone.mp4")))
    for frame in source.frames():
        sink.send(ShownFrame(frame.image, frame.seq, 0, frame.pts, Outcome.SWAPPED))
    sink.close()
    assert sounds_of(tmp_path / "out.mp4") == []
    assert "the video will have no sound" in caplog.text


def test_sound_that_nobody_knows_is_left_out_and_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write_video(tmp_path / "in.mkv")
    path.write_bytes(path.read_bytes().replace(b"A_AAC", b"A_XYZ"))
    copy(path, tmp_path / "out.mp4")
    assert sounds_of(tmp_path / "out.mp4") == []
    assert "sound 1 is left out: its format is unknown" in caplog.text


class BrokenTrack:
    """Takes three packets, then fails as an encoder or a muxer may."""

    damaged = 0
    stream: av.AudioStream

    def __init__(self, error: Exception) -> None:
        self.taken, self._error = 0, error

    def write(self, _packet: object, _video_s: float) -> None:
        self.taken += 1
        if self.taken > 3:
            raise self._error

    def fill(self, until_s: float) -> None: ...
    def finish(self) -> None: ...


@pytest.mark.parametrize("name", ["out.mp4", "out.webm"])  # copied, converted
def test_hole_of_years_that_a_damaged_stamp_claims_is_not_filled(tmp_path: Path, name: str) -> None:
    source, target = write_video(tmp_path / "in.mp4"), av.open(str(tmp_path / name), "w")
    copier = SoundCopier(av.open(str(source)), target, container_of(tmp_path / name), Timeline(0.0))
    copier.advance(1.0)
    copier.advance(1e8)
    copier.finish(1e8)
    target.close()
    assert (tmp_path / name).stat().st_size < 100_000


@pytest.fixture
def copier(tmp_path: Path) -> SoundCopier:
    """The sound of a video of two seconds, for a container with no picture."""
    source = av.open(str(write_video(tmp_path / "in.mp4")))
    return SoundCopier(
        source, av.open(str(tmp_path / "out.mp4"), "w"), container_of(tmp_path / "out.mp4"), Timeline(0.0)
    )


@pytest.mark.parametrize(
    "error",
    [
        av.error.InvalidDataError(1, "not that"),
        av.error.PermissionError(1, "not that"),
        av.error.BlockingIOError(11, "not that"),
        av.error.OSError(34, "not that"),
    ],
    ids=["invalid data", "not permitted", "try again", "out of range"],
)
def test_sound_that_is_refused_in_the_middle_ends_alone_and_is_said(
    copier: SoundCopier, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    broken = BrokenTrack(error)
    copier._tracks[1] = broken
    copier.advance(1.0)
    copier.finish(2.0)
    assert broken.taken == 4
    assert "sound 1 is left out from 0.0 s on: not that" in caplog.text


@pytest.mark.parametrize("kind", [av.error.OSError, OSError])
def test_full_disk_is_no_trouble_of_the_sound(copier: SoundCopier, kind: type[OSError]) -> None:
    copier._tracks[1] = BrokenTrack(kind(28, "No space left on device"))
    with pytest.raises(OSError, match="No space left"):
        copier.advance(1.0)


def test_channels_in_an_order_of_their_own_crash_nothing(tmp_path: Path) -> None:
    """PyAV 18.1 frees the list of such channels twice when their sound is decoded as it is."""
    video = Video(audio="pcm_s24le", layout="7.1")
    path = write_video(tmp_path / "in.mov", video)
    content = bytearray(path.read_bytes())
    layout_tag = content.index(b"chan") + 8
    content[layout_tag : layout_tag + 8] = (127 << 16 | 8).to_bytes(4, "big") + bytes(
        4
    )  # MPEG 7.1 C: sides before backs
    path.write_bytes(content)
    copy(path, tmp_path / "out.webm")
    assert sounds_of(tmp_path / "out.webm") == [("opus", "7.1")]
    assert_sounds_like(heard(tmp_path / "out.webm")[:4], video.samples[:4])
