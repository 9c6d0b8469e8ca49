"""Recordings in several codecs, joined byte by byte: every picture and all of the sound is there."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from realtime.errors import SourceError
from realtime.media.programme_map import codec_changes
from realtime.sources import open_source
from realtime.sources.cuts import video_cuts
from tests.realtime.outputs.test_recorder import copy
from tests.realtime.videos import Video, every, join, number_of, write_video

PICTURES = 12
LENGTH_S = PICTURES * 0.04
SETTINGS = {"libx264": {"preset": "ultrafast", "crf": "10"}, "libx265": {"preset": "ultrafast"}}
OLD, NEW, NEWEST = ("mpeg4", "mp2"), ("libx264", "aac"), ("libx265", "mp2")


def recording(path: Path, codecs: tuple[str, str]) -> Path:
    video = Video(
        times_ms=every(40, PICTURES),
        sound_ms=(0, PICTURES * 40),
        size_wh=(320, 240),
        codec=codecs[0],
        sound_codec=codecs[1],
        options=SETTINGS.get(codecs[0], {"b": "2000000"}),
    )
    return write_video(path, video)


def joined(folder: Path, kinds: Sequence[tuple[str, str]]) -> Path:
    parts = [recording(folder / f"{number}.ts", codecs) for number, codecs in enumerate(kinds)]
    return join(folder / "joined.ts", *parts)


@pytest.mark.parametrize("kinds", [(OLD, NEW), (NEW, OLD), (NEW, NEWEST), (OLD, NEW, OLD)])
def test_every_picture_of_every_recording_is_shown_in_its_time(
    tmp_path: Path, kinds: Sequence[tuple[str, str]], caplog: pytest.LogCaptureFixture
) -> None:
    source = open_source(str(joined(tmp_path, kinds)))
    frames = list(source.frames())
    assert [number_of(frame.image) for frame in frames] == [*range(PICTURES)] * len(kinds)
    times_s = [float(frame.pts * source.info.time_base) for frame in frames]
    assert all(before < after for before, after in pairwise(times_s))
    assert times_s[-1] == pytest.approx(LENGTH_S * len(kinds) - 0.04, abs=0.1)
    assert source.info.damage is not None
    assert source.info.damage.numbers() == {"faulty_frames": 0, "lost_pieces": 0}
    assert "jump" in caplog.text


@pytest.mark.parametrize("kinds", [(OLD, NEW), (NEW, OLD), (OLD, NEW, OLD)])
def test_sound_of_every_recording_is_heard(tmp_path: Path, kinds: Sequence[tuple[str, str]]) -> None:
    copy(joined(tmp_path, kinds), tmp_path / "out.mp4")
    with av.open(str(tmp_path / "out.mp4")) as made:
        heard = np.concatenate([frame.to_ndarray()[0] for frame in made.decode(audio=0)])
        rate = made.streams.audio[0].rate
    assert len(heard) / rate == pytest.approx(LENGTH_S * len(kinds), abs=0.12)  # codecs round each up to a packet
    for number in range(len(kinds)):
        middle = round((number + 0.5) * LENGTH_S * rate)
        assert np.abs(heard[middle - rate // 20 : middle + rate // 20]).max() > 0.15


def test_recordings_in_the_same_codecs_are_no_change(tmp_path: Path) -> None:
    assert codec_changes(joined(tmp_path, (NEW, NEW))) == ()
    [at] = codec_changes(joined(tmp_path, (OLD, NEW)))
    assert at == pytest.approx((tmp_path / "0.ts").stat().st_size, abs=4 * 188)
    assert codec_changes(tmp_path / "gone.ts") == ()


@pytest.mark.parametrize("is_heard_first", [True, False])
def test_streams_that_come_or_go_are_no_change(tmp_path: Path, is_heard_first: bool) -> None:
    heard = recording(tmp_path / "heard.ts", NEW)
    silent = write_video(tmp_path / "silent.ts", Video(times_ms=every(40, PICTURES), size_wh=(320, 240)))
    path = join(tmp_path / "joined.ts", *((heard, silent) if is_heard_first else (silent, heard)))
    assert codec_changes(path) == ()
    source = open_source(str(path))
    assert source.info.sound_from is not None
    assert len(list(source.frames())) == 2 * PICTURES


def test_they_are_not_cut_for_several_workers(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="different codecs"):
        video_cuts(joined(tmp_path, (OLD, NEW)))


def tone(path: Path, rate: int, layout: str) -> Path:
    """A picture and half a second of 440 Hz, AAC."""
    with av.open(str(path), "w") as container:
        pictures = container.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        pictures.width, pictures.height, pictures.pix_fmt = 64, 48, "yuv420p"
        sound = container.add_stream("aac", rate=rate)
        sound.layout = layout
        for number in range(PICTURES):
            image = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 20 * number, np.uint8), format="rgb24")
            image.pts = number
            container.mux(pictures.encode(image))
        for start in range(0, round(LENGTH_S * rate), 1024):
            wave = np.sin(2 * np.pi * 440 * np.arange(start, start + 1024) / rate).astype(np.float32) * 0.4
            channels = {"mono": 1, "stereo": 2}[layout]
            block = av.AudioFrame.from_ndarray(np.stack([wave] * channels), format="fltp", layout=layout)
            block.sample_rate, block.pts = rate, start
            container.mux(sound.encode(block))
        container.mux(pictures.encode(None))
        container.mux(sound.encode(None))
    return path


def pitch(samples: np.ndarray, rate: int) -> float:
    """Of a tone, Hz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples))


def test_aac_of_another_rate_keeps_its_pitch(tmp_path: Path) -> None:
    parts = tone(tmp_path / "1.ts", 48_000, "stereo"), tone(tmp_path / "2.ts", 32_000, "mono")
    copy(join(tmp_path / "joined.ts", *parts), tmp_path / "out.mp4")
    with av.open(str(tmp_path / "out.mp4")) as made:
        assert len(list(made.decode(video=0))) == 2 * PICTURES
    with av.open(str(tmp_path / "out.mp4")) as made:
        heard = np.concatenate([frame.to_ndarray()[0] for frame in made.decode(audio=0)])
        rate = made.streams.audio[0].rate
    half, edge = len(heard) // 2, rate // 10
    assert pitch(heard[edge : half - edge], rate) == pytest.approx(440, abs=8)
    assert pitch(heard[half + edge : -edge], rate) == pytest.approx(440, abs=8)


def test_sound_that_only_a_later_recording_has_is_heard_with_its_pictures(tmp_path: Path) -> None:
    silent = write_video(tmp_path / "silent.ts", Video(times_ms=every(40, PICTURES), size_wh=(320, 240)))
    path = join(tmp_path / "joined.ts", silent, recording(tmp_path / "heard.ts", NEW))
    copy(path, tmp_path / "out.mp4")
    with av.open(str(tmp_path / "out.mp4")) as made:
        heard = [(frame.time or 0.0, float(np.abs(frame.to_ndarray()).max())) for frame in made.decode(audio=0)]
    begins_s = next(at_s for at_s, loud in heard if loud > 0.1)
    assert begins_s == pytest.approx(LENGTH_S, abs=0.08)


def test_a_recording_that_is_deleted_while_it_is_read_is_read_to_its_end(tmp_path: Path) -> None:
    path = recording(tmp_path / "one.ts", NEW)
    source = open_source(str(path))
    path.unlink()
    assert len([*source.frames()]) == PICTURES
