"""A video's time: it starts at zero and goes on over jumps; pauses and odd rates stay, and sound stays in step."""

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import pytest

from realtime.media.joined_streams import TRANSPORT_OPTIONS, JoinedReader
from realtime.sources import open_source
from realtime.types import Frame, StreamInfo
from tests.realtime.videos import Video, every, join, number_of, restamp, write_video

STEADY = every(40, 25)
TALKING = (0, 1000)
PAUSE = [*every(40, 25), *every(40, 25, 6000)]


def read(path: Path) -> tuple[StreamInfo, list[Frame], list[float]]:
    """What is said of a video, its pictures, and their video times, ms."""
    source = open_source(str(path))
    frames = list(source.frames())
    return source.info, frames, [float(frame.pts * source.info.time_base * 1000) for frame in frames]


def times_of(path: Path) -> list[float]:
    """Video times, ms."""
    return read(path)[2]


def part(path: Path, start_ms: int, *, sound: bool = True) -> Path:
    """A second of video that starts at `start_ms`."""
    sound_ms = (start_ms, start_ms + 1000) if sound else None
    return write_video(path, Video(times_ms=every(40, 25, start_ms), sound_ms=sound_ms))


@pytest.mark.parametrize("start_ms", [0, 400, 3_600_000, 95_443_000])
@pytest.mark.parametrize("ending", [".ts", ".mkv", ".mp4", ".flv"])
def test_video_starts_at_zero_wherever_its_container_does(tmp_path: Path, ending: str, start_ms: int) -> None:
    """The last start is 0.7 s before a transport stream's clock of 33 bits turns over."""
    assert times_of(part(tmp_path / f"video{ending}", start_ms)) == pytest.approx(STEADY, abs=1.1)


@pytest.mark.parametrize("ending", [".mkv", ".mp4", ".flv"])
def test_picture_that_begins_after_its_sound_still_does(tmp_path: Path, ending: str) -> None:
    video = Video(times_ms=every(40, 25, 1500), sound_ms=(0, 2500))
    assert times_of(write_video(tmp_path / f"video{ending}", video)) == pytest.approx(every(40, 25, 1500), abs=35)


def test_what_an_edit_list_cuts_away_is_not_shown(tmp_path: Path) -> None:
    """As `ffmpeg -ss 0.6 -c copy` cuts: the packets are there, from the key frame on."""
    whole = write_video(tmp_path / "whole.mp4", Video(times_ms=STEADY, sound_ms=TALKING))
    cut = restamp(tmp_path / "cut.mp4", whole, -600, from_ms=-1000)
    info, frames, times = read(cut)
    assert [number_of(frame.image) for frame in frames] == [number % 16 for number in range(15, 25)]
    assert times == pytest.approx(every(40, 10))
    assert info.frame_count == 10


def jump_forward(folder: Path, *, sound: bool) -> Path:
    parts = [part(folder / "1.ts", 0, sound=sound), part(folder / "2.ts", 100_000, sound=sound)]
    return join(folder / "video.ts", *parts)


def jump_of_seconds(folder: Path, *, sound: bool) -> Path:
    return join(folder / "video.ts", part(folder / "1.ts", 0, sound=sound), part(folder / "2.ts", 4_000, sound=sound))


def jump_back(folder: Path, *, sound: bool) -> Path:
    return join(folder / "video.ts", part(folder / "1.ts", 50_000, sound=sound), part(folder / "2.ts", 0, sound=sound))


def jump_back_over_the_wrap(folder: Path, *, sound: bool) -> Path:
    """libavformat takes what is more than a minute before the start for a clock that turned over: 26.5 h later."""
    parts = [part(folder / "1.ts", 3_600_000, sound=sound), part(folder / "2.ts", 0, sound=sound)]
    return join(folder / "video.ts", *parts)


def same_time_again(folder: Path, *, sound: bool) -> Path:
    return join(folder / "video.ts", part(folder / "1.ts", 0, sound=sound), part(folder / "2.ts", 0, sound=sound))


def overlap(folder: Path, *, sound: bool) -> Path:
    return join(folder / "video.ts", part(folder / "1.ts", 0, sound=sound), part(folder / "2.ts", 600, sound=sound))


JUMPS = (jump_forward, jump_of_seconds, jump_back, jump_back_over_the_wrap, same_time_again, overlap)


@pytest.mark.parametrize("sound", [True, False], ids=["sound", "silent"])
@pytest.mark.parametrize("make", JUMPS)
def test_joined_recordings_are_one_video(tmp_path: Path, make: Callable[..., Path], sound: bool) -> None:
    assert times_of(make(tmp_path, sound=sound)) == pytest.approx(every(40, 50), abs=1.1)


@pytest.mark.parametrize("make", JUMPS)
def test_sound_of_each_part_stays_with_its_pictures(tmp_path: Path, make: Callable[..., Path]) -> None:
    path = make(tmp_path, sound=True)
    timeline = read(path)[0].timeline
    assert timeline is not None
    assert timeline.end_s == pytest.approx(2.0, abs=0.001)
    near_s, starts_s = 0.0, []
    with av.open(str(path)) as container:
        for packet in container.demux(container.streams.audio[0]):
            if packet.pts is not None:
                starts_s.append(timeline.video_s(float(packet.pts * packet.time_base), near_s))
                near_s = starts_s[-1] + float((packet.duration or 0) * packet.time_base)
    steps_s = [after - before for before, after in pairwise(starts_s)]
    assert starts_s[0] == pytest.approx(0, abs=0.15)  # the encoder's priming
    assert starts_s[-1] == pytest.approx(1.95, abs=0.15)
    assert max(steps_s) < 0.3
    assert min(steps_s) > -0.3  # sound that outlasts its pictures runs into the next part's


OTHER_PIDS = {"mpegts_start_pid": "0x300"}
OTHER_PROGRAMME = {**OTHER_PIDS, "mpegts_pmt_start_pid": "0x1100", "mpegts_service_id": "7"}


@pytest.mark.parametrize("options", [OTHER_PIDS, OTHER_PROGRAMME], ids=["other numbers", "another programme"])
def test_recordings_of_several_senders_are_one_video_with_its_sound(tmp_path: Path, options: dict[str, str]) -> None:
    video = Video(times_ms=every(40, 25), sound_ms=TALKING)
    parts = write_video(tmp_path / "1.ts", video), write_video(tmp_path / "2.ts", video, options)
    info, frames, times = read(join(tmp_path / "video.ts", *parts))
    assert times == pytest.approx(every(40, len(frames)), abs=1.1)
    kept = 25 if options is OTHER_PROGRAMME else 24  # ffmpeg holds the last packet before new numbers back
    assert [number_of(frame.image) % 16 for frame in frames] == [n % 16 for n in [*range(kept), *range(25)]]
    assert isinstance(info.sound_from, str)
    with av.open(info.sound_from, container_options=TRANSPORT_OPTIONS) as container:
        packets = list(JoinedReader(container).demux(container.streams.audio))
    heard_s = [float((packet.duration or 0) * (packet.time_base or 0)) for packet in packets if packet.size]
    assert sum(heard_s) == pytest.approx(2, abs=0.2)


@pytest.mark.parametrize("ending", [".flv", ".mkv"])
def test_jump_of_picture_and_sound_is_closed_in_any_format(tmp_path: Path, ending: str) -> None:
    video = write_video(tmp_path / f"video{ending}", Video(times_ms=every(40, 50), sound_ms=(0, 2000)))
    jumped = restamp(tmp_path / f"jumped{ending}", video, 20_000, from_ms=1000)
    assert times_of(jumped) == pytest.approx(every(40, 50), abs=41)
    assert times_of(jumped)[-1] < 2100


@pytest.mark.parametrize("sound", [(0, 7000), (0, 800), None], ids=["sound goes on", "sound is over", "silent"])
@pytest.mark.parametrize("ending", [".mp4", ".mkv", ".flv"])
def test_pause_of_a_video_stays(tmp_path: Path, ending: str, sound: tuple[int, int] | None) -> None:
    video = Video(times_ms=PAUSE, sound_ms=sound)
    assert times_of(write_video(tmp_path / f"video{ending}", video)) == pytest.approx(PAUSE, abs=1.1)


def test_pause_of_a_transport_stream_stays_while_sound_goes_on(tmp_path: Path) -> None:
    video = write_video(tmp_path / "video.ts", Video(times_ms=PAUSE, sound_ms=(0, 7000)))
    assert times_of(video) == pytest.approx(PAUSE, abs=1.1)


@pytest.mark.parametrize("ending", [".mp4", ".mkv", ".ts"])
def test_slides_stay(tmp_path: Path, ending: str) -> None:
    slides = every(5000, 5)
    video = Video(times_ms=slides, sound_ms=(0, 25_000), rate=Fraction(1, 5))
    assert times_of(write_video(tmp_path / f"video{ending}", video)) == pytest.approx(slides, abs=1.1)


@pytest.mark.parametrize("codec", ["libx264", "mpeg4"])
def test_pictures_of_an_avi_are_evenly_spaced(tmp_path: Path, codec: str) -> None:
    """An AVI has one stamp per packet, in the order of decoding."""
    options = {"preset": "medium", "crf": "10", "bf": "3"} if codec == "libx264" else {"bf": "2"}
    video = Video(times_ms=STEADY, codec=codec, sound_codec="pcm_s16le", sound_ms=TALKING, options=options)
    _, frames, times = read(write_video(tmp_path / "video.avi", video))
    assert [number_of(frame.image) for frame in frames] == [number % 16 for number in range(25)]
    assert times == pytest.approx(STEADY, abs=1.1)


def test_stream_without_any_times_gets_those_of_its_rate(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    video = Video(times_ms=STEADY, options={"preset": "ultrafast", "bf": "2"})
    assert times_of(write_video(tmp_path / "video.h264", video)) == pytest.approx(STEADY, abs=1.1)
    assert "stamp" not in caplog.text


@pytest.mark.parametrize("rate", [Fraction(30_000, 1001), Fraction(60_000, 1001), Fraction(24), Fraction(15, 2)])
@pytest.mark.parametrize("ending", [".mp4", ".mkv", ".avi", ".ts"])
def test_nominal_rates_are_recognised(tmp_path: Path, ending: str, rate: Fraction) -> None:
    times = [round(1000 * number / rate) for number in range(40)]
    source = open_source(str(write_video(tmp_path / f"video{ending}", Video(times_ms=times, rate=rate))))
    source.close()
    assert float(source.info.rate) == pytest.approx(float(rate), rel=0.02)


@pytest.mark.parametrize(("duration_s", "count"), [(None, 25), (0.4, 10), (0.41, 11), (9.0, 25)])
def test_progress_knows_how_many_pictures_a_part_has(tmp_path: Path, duration_s: float | None, count: int) -> None:
    info = read(write_video(tmp_path / "video.mp4", Video(times_ms=STEADY)))[0]
    assert info.first(duration_s).frame_count == count


def test_rate_of_a_screen_recording_is_its_average(tmp_path: Path) -> None:
    """Stamps in whole milliseconds at no steady rate make a nominal rate of 1000."""
    times = [round(1000 * n / 24) + (n * 7) % 11 for n in range(60)]
    info, _, found = read(write_video(tmp_path / "video.mkv", Video(times_ms=times, rate=Fraction(1000))))
    assert float(info.rate) < 60
    assert found == pytest.approx(times, abs=1.1)


def test_jump_is_said_in_one_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    times_of(jump_forward(tmp_path, sound=True))
    said = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert len(said) == 1
    assert "jump" in said[0]
    assert "99.0 s" in said[0]
