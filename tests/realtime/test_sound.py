"""The sound of films: what players play, as long as it was and where it was, and trouble that costs sound only."""

from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from realtime.outputs import open_sink
from realtime.outputs.codecs import container_of
from realtime.outputs.sound import SoundCopier
from realtime.sources import open_source
from realtime.timeline import Timeline
from realtime.types import Outcome, ShownFrame
from tests.realtime.sounds import HEARING_HZ, Film, Samples, heard, likeness, write_film
from tests.realtime.test_recorder import copy

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
    "copied": ("in.mp4", Film(), "out.mp4", STEREO),
    "copied to mkv": ("in.mp4", Film(), "out.mkv", STEREO),
    "copied from mkv": ("in.mkv", Film(), "out.mp4", STEREO),
    "transport stream": ("in.ts", Film(starts_s=100), "out.mp4", STEREO),
    "mp2": ("in.ts", Film(audio="mp2"), "out.mp4", STEREO),
    "mp3": ("in.mp4", Film(audio="libmp3lame"), "out.mp4", ("mp3", "stereo")),
    "pcm": ("in.mov", Film(audio="pcm_s16le", rate=44_100), "out.mp4", STEREO),
    "big endian": ("in.mov", Film(audio="pcm_s24be"), "out.mp4", STEREO),
    "float": ("in.mov", Film(audio="pcm_f32le", rate=96_000), "out.mp4", STEREO),
    "pcm stays": ("in.mov", Film(audio="pcm_s24be"), "out.mov", ("pcm_s24le", "stereo")),
    "telephone": ("in.mov", Film(audio="pcm_mulaw", rate=8_000, layout="mono"), "out.mp4", ("aac", "mono")),
    "camera": ("in.avi", Film(audio="pcm_s16le", video="mjpeg"), "out.mp4", STEREO),
    "adpcm": ("in.avi", Film(audio="adpcm_ima_wav", video="mpeg4", rate=44_100), "out.mp4", STEREO),
    "windows": ("in.wmv", Film(audio="wmav2", video="wmv2", rate=44_100), "out.mp4", STEREO),
    "surround": ("in.mkv", Film(audio="ac3", layout="5.1(side)"), "out.mp4", SURROUND),
    "surround to webm": ("in.mkv", Film(audio="ac3", layout="5.1(side)"), "out.webm", ("opus", "5.1")),
    "surround stays": ("in.ts", Film(audio="ac3", layout="5.1(side)"), "out.mkv", ("ac3", "5.1(side)")),
    "seven channels": ("in.mkv", Film(audio="flac", layout="7.1"), "out.webm", ("opus", "7.1")),
    "vorbis": ("in.mkv", Film(audio="vorbis"), "out.webm", ("vorbis", "stereo")),
    "opus": ("in.webm", Film(audio="libopus", video="libvpx"), "out.webm", ("opus", "stereo")),
    "opus to mov": ("in.webm", Film(audio="libopus", video="libvpx"), "out.mov", STEREO),
    "late and short": ("in.mkv", Film(sound_from_s=0.7, sound_to_s=1.5), "out.webm", ("opus", "stereo")),
    "longer than the picture": ("in.mkv", Film(sound_to_s=3.5), "out.mkv", STEREO),
    "late, copied": ("in.mp4", Film(sound_from_s=0.7), "out.mp4", STEREO),
    "holes": ("in.mkv", Film(audio="mp2", holes=((0.5, 0.9), (1.2, 1.6))), "out.mp4", STEREO),
    "holes, copied": ("in.mp4", Film(holes=((0.5, 0.9), (1.2, 1.6))), "out.mp4", STEREO),
}


@pytest.mark.parametrize(("source", "film", "target", "found"), MATRIX.values(), ids=MATRIX)
def test_sound_is_one_that_players_play_and_is_where_it_was(
    tmp_path: Path, source: str, film: Film, target: str, found: tuple[str, str]
) -> None:
    copy(write_film(tmp_path / source, film), tmp_path / target)
    assert sounds_of(tmp_path / target) == [found]
    assert_sounds_like(heard(tmp_path / target), film.samples)


def test_channels_in_an_order_of_their_own_crash_nothing(tmp_path: Path) -> None:
    """PyAV 18.1 frees the list of such channels twice when their sound is decoded as it is."""
    film = Film(audio="pcm_s24le", layout="7.1")
    path = write_film(tmp_path / "in.mov", film)
    content = bytearray(path.read_bytes())
    layout_tag = content.index(b"chan") + 8
    content[layout_tag : layout_tag + 8] = (127 << 16 | 8).to_bytes(4, "big") + bytes(
        4
    )  # MPEG 7.1 C: sides before backs
    path.write_bytes(content)
    copy(path, tmp_path / "out.webm")
    assert sounds_of(tmp_path / "out.webm") == [("opus", "7.1")]
    assert_sounds_like(heard(tmp_path / "out.webm")[:4], film.samples[:4])


def test_silence_of_many_minutes_is_put_in_without_being_held(tmp_path: Path) -> None:
    film = Film(seconds=14, audio="mp2", sound_from_s=12)
    copy(write_film(tmp_path / "in.mkv", film), tmp_path / "out.mp4")
    assert_sounds_like(heard(tmp_path / "out.mp4"), film.samples)


def joined(path: Path, *films: Film) -> Path:
    """Transport streams, one behind the other."""
    parts = [write_film(path.with_name(f"{number}.ts"), film) for number, film in enumerate(films)]
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


@pytest.mark.parametrize("second_s", [12, 110, 10, 11, 1], ids=["joint", "forward", "same", "overlap", "back"])
@pytest.mark.parametrize(("audio", "target"), [("aac", "out.mp4"), ("aac", "out.mkv"), ("mp2", "out.webm")])
def test_sound_stays_with_its_pictures_where_films_were_joined(
    tmp_path: Path, audio: str, target: str, second_s: float
) -> None:
    first, second = Film(audio=audio, starts_s=10), Film(audio=audio, starts_s=second_s, seed=2)
    copy(joined(tmp_path / "in.ts", first, second), tmp_path / target)
    with av.open(str(tmp_path / target)) as container:
        times_s = [float((frame.pts or 0) * (frame.time_base or 0)) for frame in container.decode(video=0)]
    assert len(times_s) == 100
    sound, joint = heard(tmp_path / target), round((times_s[50] - times_s[0]) * HEARING_HZ)
    assert joint == pytest.approx(2 * HEARING_HZ, abs=2)
    assert_sounds_like(sound[:, :joint], first.samples)
    assert_sounds_like(sound[:, joint:], second.samples)


def cut(path: Path, film: Film, by_s: float) -> Path:
    """A film whose first `by_s` an edit list leaves out: everything is stored, and begins before time zero."""
    whole = write_film(path.with_name(f"whole{path.suffix}"), film)
    with av.open(str(whole)) as source, av.open(str(path), "w") as target:
        streams = {stream.index: target.add_stream_from_template(stream) for stream in source.streams}
        for packet in source.demux():
            if packet.dts is not None and packet.pts is not None and packet.time_base is not None:
                packet.stream = streams[packet.stream.index]
                packet.pts -= round(by_s / packet.time_base)
                packet.dts -= round(by_s / packet.time_base)
                target.mux(packet)
    return path


@pytest.mark.parametrize("audio", ["aac", "libmp3lame", "pcm_s16be"])
@pytest.mark.parametrize("target", ["out.mp4", "out.mov", "out.mkv", "out.webm"])
def test_sound_that_an_edit_list_cuts_away_does_not_come_back(tmp_path: Path, audio: str, target: str) -> None:
    film, ending = Film(audio=audio, seconds=3), ".mov" if audio.startswith("pcm") else ".mp4"
    copy(cut(tmp_path / f"in{ending}", film, by_s=1.0), tmp_path / target)
    assert_sounds_like(heard(tmp_path / target), film.samples[:, HEARING_HZ:])


def test_sound_of_a_film_that_was_stopped_stops_with_it(tmp_path: Path) -> None:
    for target in ("out.mp4", "out.webm"):
        copy(write_film(tmp_path / "in.mkv", Film(seconds=4)), tmp_path / target, frames=50)
        assert heard(tmp_path / target).shape[1] / HEARING_HZ == pytest.approx(2, abs=0.1)


@pytest.mark.parametrize("target", ["out.mp4", "out.webm"])
def test_damaged_sound_is_left_out_and_the_rest_keeps_its_time(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, target: str
) -> None:
    path = write_film(tmp_path / "in.ts", Film(seconds=4))
    content = bytearray(path.read_bytes())
    for place in range(len(content) // 3, len(content) // 2, 1880):  # every tenth packet in a sixth of the film
        content[place // 188 * 188 + 60 : place // 188 * 188 + 160] = bytes(100)
    path.write_bytes(content)
    copy(path, tmp_path / target)
    assert "damaged" in caplog.text
    sound, wanted = heard(tmp_path / target), Film(seconds=4).samples
    assert sound.shape[1] == pytest.approx(wanted.shape[1], abs=LENGTH_S * HEARING_HZ)
    for from_s in (0, 3):
        part = slice(from_s * HEARING_HZ, (from_s + 1) * HEARING_HZ)
        found = likeness(sound[0, part], wanted[0, part])
        assert abs(found.late_s) < MOST_LATE_S
        assert found.correlation > LEAST_LIKE


def test_sound_that_cannot_be_opened_again_costs_only_itself(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    source = open_source(str(write_film(tmp_path / "in.mp4")))
    sink = open_sink(str(tmp_path / "out.mp4"), replace(source.info, sound_from=str(tmp_path / "gone.mp4")))
    for frame in source.frames():
        sink.send(ShownFrame(frame.image, frame.seq, 0, frame.pts, Outcome.SWAPPED))
    sink.close()
    assert sounds_of(tmp_path / "out.mp4") == []
    assert "the film will have no sound" in caplog.text


class BrokenTrack:
    """Takes three packets, then fails as an encoder or a muxer may."""

    damaged = 0
    stream: av.AudioStream

    def __init__(self, error: Exception) -> None:
        self.taken, self._error = 0, error

    def write(self, _packet: object, _film_s: float) -> None:
        self.taken += 1
        if self.taken > 3:
            raise self._error

    def fill(self, until_s: float) -> None: ...
    def finish(self) -> None: ...


@pytest.fixture
def copier(tmp_path: Path) -> SoundCopier:
    """The sound of a film of two seconds, for a container with no picture."""
    source = av.open(str(write_film(tmp_path / "in.mp4")))
    return SoundCopier(
        source, av.open(str(tmp_path / "out.mp4"), "w"), container_of(tmp_path / "out.mp4"), Timeline(0.0)
    )


def test_sound_that_is_refused_in_the_middle_ends_alone_and_is_said(
    copier: SoundCopier, caplog: pytest.LogCaptureFixture
) -> None:
    broken = BrokenTrack(av.error.InvalidDataError(1, "not that"))
    copier._tracks[1] = broken
    copier.advance(1.0)
    copier.finish(2.0)
    assert broken.taken == 4
    assert "sound 1 is left out from 0.0 s on: not that" in caplog.text


def test_full_disk_is_no_trouble_of_the_sound(copier: SoundCopier) -> None:
    copier._tracks[1] = BrokenTrack(av.error.OSError(28, "No space left on device"))
    with pytest.raises(OSError, match="No space left"):
        copier.advance(1.0)
