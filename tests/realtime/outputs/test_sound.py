"""The sound of videos: what players play, as long as it was and where it was."""

from pathlib import Path

import av
import numpy as np
import pytest

from tests.realtime.outputs.test_recorder import copy
from tests.realtime.sounds import HEARING_HZ, Samples, Video, heard, likeness, write_video

MOST_LATE_S, LEAST_LIKE, LENGTH_S = 0.02, 0.9, 0.05


def assert_sounds_like(sound: Samples, reference: Samples) -> None:
    """Every channel but the low frequencies' is the reference's, at its place and as long."""
    assert sound.shape[0] == reference.shape[0]
    assert sound.shape[1] / HEARING_HZ == pytest.approx(ends(reference) / HEARING_HZ, abs=LENGTH_S)
    for number, (channel, wanted) in enumerate(zip(sound, reference, strict=True)):
        if number != 3 or len(reference) != 6:
            found = likeness(channel, wanted)
            assert abs(found.late_s) < MOST_LATE_S
            assert found.correlation > LEAST_LIKE


def ends(sound: Samples) -> int:
    """Samples until the last that is heard."""
    return int(np.flatnonzero(np.abs(sound).max(axis=0) > 0.001)[-1]) + 1


def sounds_of(path: Path) -> list[tuple[str, str]]:
    """Codec and layout of every sound."""
    with av.open(str(path)) as container:
        return [(s.codec_context.codec.canonical_name, s.layout.name) for s in container.streams.audio]


STEREO, SURROUND = ("aac", "stereo"), ("aac", "5.1")
MATRIX = {
    "copied": ("in.mp4", Video(), "out.mp4", STEREO),
    "copied to mkv": ("in.mp4", Video(), "out.mkv", STEREO),
    "copied from mkv": ("in.mkv", Video(), "out.mp4", STEREO),
    "transport stream": ("in.ts", Video(starts_s=100), "out.mp4", STEREO),
    "mp2": ("in.ts", Video(audio="mp2"), "out.mp4", STEREO),
    "mp3": ("in.mp4", Video(audio="libmp3lame"), "out.mp4", ("mp3", "stereo")),
    "pcm": ("in.mov", Video(audio="pcm_s16le", rate=44_100), "out.mp4", STEREO),
    "big endian": ("in.mov", Video(audio="pcm_s24be"), "out.mp4", STEREO),
    "float": ("in.mov", Video(audio="pcm_f32le", rate=96_000), "out.mp4", STEREO),
    "pcm stays": ("in.mov", Video(audio="pcm_s24be"), "out.mov", ("pcm_s24le", "stereo")),
    "telephone": ("in.mov", Video(audio="pcm_mulaw", rate=8_000, layout="mono"), "out.mp4", ("aac", "mono")),
    "camera": ("in.avi", Video(audio="pcm_s16le", video="mjpeg"), "out.mp4", STEREO),
    "adpcm": ("in.avi", Video(audio="adpcm_ima_wav", video="mpeg4", rate=44_100), "out.mp4", STEREO),
    "windows": ("in.wmv", Video(audio="wmav2", video="wmv2", rate=44_100), "out.mp4", STEREO),
    "surround": ("in.mkv", Video(audio="ac3", layout="5.1(side)"), "out.mp4", SURROUND),
    "surround to webm": ("in.mkv", Video(audio="ac3", layout="5.1(side)"), "out.webm", ("opus", "5.1")),
    "surround stays": ("in.ts", Video(audio="ac3", layout="5.1(side)"), "out.mkv", ("ac3", "5.1(side)")),
    "seven channels": ("in.mkv", Video(audio="flac", layout="7.1"), "out.webm", ("opus", "7.1")),
    "vorbis": ("in.mkv", Video(audio="vorbis"), "out.webm", ("vorbis", "stereo")),
    "opus": ("in.webm", Video(audio="libopus", video="libvpx"), "out.webm", ("opus", "stereo")),
    "opus to mov": ("in.webm", Video(audio="libopus", video="libvpx"), "out.mov", STEREO),
    "late and short": ("in.mkv", Video(sound_from_s=0.7, sound_to_s=1.5), "out.webm", ("opus", "stereo")),
    "longer than the picture": ("in.mkv", Video(sound_to_s=3.5), "out.mkv", STEREO),
    "late, copied": ("in.mp4", Video(sound_from_s=0.7), "out.mp4", STEREO),
    "holes": ("in.mkv", Video(audio="mp2", holes=((0.5, 0.9), (1.2, 1.6))), "out.mp4", STEREO),
    "holes, copied": ("in.mp4", Video(holes=((0.5, 0.9), (1.2, 1.6))), "out.mp4", STEREO),
}


@pytest.mark.parametrize(("source", "video", "target", "found"), MATRIX.values(), ids=MATRIX)
def test_sound_is_one_that_players_play_and_is_where_it_was(
    tmp_path: Path, source: str, video: Video, target: str, found: tuple[str, str]
) -> None:
    copy(write_video(tmp_path / source, video), tmp_path / target)
    assert sounds_of(tmp_path / target) == [found]
    assert_sounds_like(heard(tmp_path / target), video.samples)


def test_silence_of_many_minutes_is_put_in_without_being_held(tmp_path: Path) -> None:
    video = Video(seconds=14, audio="mp2", sound_from_s=12)
    copy(write_video(tmp_path / "in.mkv", video), tmp_path / "out.mp4")
    assert_sounds_like(heard(tmp_path / "out.mp4"), video.samples)


def joined(path: Path, *videos: Video) -> Path:
    """Transport streams, one behind the other."""
    parts = [write_video(path.with_name(f"{number}.ts"), video) for number, video in enumerate(videos)]
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


@pytest.mark.parametrize(
    ("audio", "target", "second_s"),
    [
        ("aac", "out.mp4", 12),  # goes on
        ("mp2", "out.webm", 12),
        ("aac", "out.mp4", 110),  # jumps
        ("mp2", "out.webm", 110),
        ("aac", "out.mkv", 11),  # falls back
        ("mp2", "out.webm", 10),
        ("aac", "out.mp4", 1),
        ("mp2", "out.webm", 1),
    ],
)
def test_sound_stays_with_its_pictures_where_videos_were_joined(
    tmp_path: Path, audio: str, target: str, second_s: float
) -> None:
    first, second = Video(audio=audio, starts_s=10), Video(audio=audio, starts_s=second_s, seed=2)
    copy(joined(tmp_path / "in.ts", first, second), tmp_path / target)
    with av.open(str(tmp_path / target)) as container:
        times_s = [float((frame.pts or 0) * (frame.time_base or 0)) for frame in container.decode(video=0)]
    assert len(times_s) == 100
    sound, joint = heard(tmp_path / target), round((times_s[50] - times_s[0]) * HEARING_HZ)
    assert joint == pytest.approx(2 * HEARING_HZ, abs=2)
    assert_sounds_like(sound[:, :joint], first.samples)
    assert_sounds_like(sound[:, joint:], second.samples)


def cut(path: Path, video: Video, by_s: float) -> Path:
    """A video whose first `by_s` an edit list leaves out: everything is stored, and begins before time zero."""
    whole = write_video(path.with_name(f"whole{path.suffix}"), video)
    with av.open(str(whole)) as source, av.open(str(path), "w") as target:
        streams = {stream.index: target.add_stream_from_template(stream) for stream in source.streams}
        for packet in source.demux():
            if packet.dts is not None and packet.pts is not None and packet.time_base is not None:
                packet.stream = streams[packet.stream.index]
                packet.pts -= round(by_s / packet.time_base)
                packet.dts -= round(by_s / packet.time_base)
                target.mux(packet)
    return path


@pytest.mark.parametrize(
    ("audio", "target"),
    [
        ("aac", "out.mp4"),
        ("aac", "out.mkv"),
        ("aac", "out.webm"),
        ("libmp3lame", "out.mp4"),
        ("pcm_s16be", "out.mp4"),
        ("pcm_s16be", "out.mov"),
    ],
)
def test_sound_that_an_edit_list_cuts_away_does_not_come_back(tmp_path: Path, audio: str, target: str) -> None:
    video, ending = Video(audio=audio, seconds=3), ".mov" if audio.startswith("pcm") else ".mp4"
    copy(cut(tmp_path / f"in{ending}", video, by_s=1.0), tmp_path / target)
    assert_sounds_like(heard(tmp_path / target), video.samples[:, HEARING_HZ:])


def test_sound_of_a_video_that_was_stopped_stops_with_it(tmp_path: Path) -> None:
    for target in ("out.mp4", "out.webm"):
        copy(write_video(tmp_path / "in.mkv", Video(seconds=4)), tmp_path / target, frames=50)
        assert heard(tmp_path / target).shape[1] / HEARING_HZ == pytest.approx(2, abs=0.1)
