"""Parts of videos: the pictures and the sound between two moments, whatever the container; and how times are
written."""

import os
import threading
from fractions import Fraction
from pathlib import Path

import PIL.Image
import pytest

from models.errors import UserError
from realtime.errors import SourceError
from realtime.media.trim import Trim
from realtime.outputs import open_sink
from realtime.sources import SourceOptions, open_source
from realtime.types import Frame, FrameSource, Outcome, ShownFrame
from tests.realtime import sounds, videos

KINDS = {"mp4": ("libx264", "aac"), "mkv": ("libx264", "aac"), "ts": ("libx264", "aac"), "avi": ("mjpeg", "pcm_s16le")}


def part(path: Path | str, trim: str, rate: Fraction | None = None) -> FrameSource:
    return open_source(str(path), SourceOptions(trim=Trim.parse(trim), rate=rate))


def copied(source: FrameSource, out: Path) -> list[Frame]:
    """The frames of a source, which also go into a file with their sound."""
    sink, frames = open_sink(str(out), source.info), []
    for frame in source.frames():
        frames.append(frame)
        sink.send(ShownFrame(frame.image, frame.seq, 0, frame.pts, Outcome.SWAPPED))
    sink.close()
    return frames


def are(frames: list[Frame], video: Path, first: int, last: int) -> bool:
    """Whether `frames` are those of `video` from number `first` on until before `last`, to the last pixel."""
    whole = [frame.image for frame in open_source(str(video)).frames()][first:last]
    return len(whole) == len(frames) and all(
        (frame.image == image).all() for frame, image in zip(frames, whole, strict=True)
    )


@pytest.fixture(scope="module", params=KINDS)
def video(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1.6 s whose pictures and sound tell their time; a transport stream begins at 1.4 s by itself."""
    video, audio = KINDS[request.param]
    made = sounds.Video(seconds=1.6, video=video, audio=audio, layout="mono")
    return sounds.write_video(tmp_path_factory.mktemp("video") / f"video.{request.param}", made)


@pytest.mark.parametrize(
    ("trim", "first", "last"), [("0.4-1.2", 10, 30), ("-0.8", 0, 20), ("1.0-", 25, 40), ("0:00.5-9", 13, 40)]
)
def test_pictures_and_sound_are_those_between_two_moments(
    video: Path, trim: str, first: int, last: int, tmp_path: Path
) -> None:
    source = part(video, trim)
    assert source.info.frame_count == pytest.approx(last - first, abs=1.5)
    frames, out = copied(source, tmp_path / "out.mkv"), tmp_path / "out.mkv"
    assert are(frames, video, first, last)
    assert (frames[0].pts, [frame.seq for frame in frames]) == (0, list(range(last - first)))
    start_s, end_s = float(Trim.parse(trim).start_s), last / sounds.PICTURE_RATE
    wanted = sounds.Video(seconds=1.6, layout="mono").samples[0]
    wanted = wanted[round(start_s * sounds.HEARING_HZ) : round(end_s * sounds.HEARING_HZ)]
    found = sounds.heard(out)[0]
    likeness = sounds.likeness(found, wanted)
    assert abs(likeness.late_s) < 0.05
    assert likeness.correlation > 0.9
    assert len(found) / sounds.HEARING_HZ == pytest.approx(end_s - start_s, abs=0.1)


@pytest.mark.parametrize("keys", ["12", "1000"])
@pytest.mark.parametrize("ending", ["mp4", "mkv", "ts"])
def test_part_far_within_is_the_same_to_the_last_pixel(ending: str, keys: str, tmp_path: Path) -> None:
    options = {"preset": "ultrafast", "g": keys, "bf": "2"}
    made = videos.Video(times_ms=videos.every(40, 150, 3000), options=options, sound_ms=(3000, 9000))
    path = videos.write_video(tmp_path / f"video.{ending}", made)
    assert are(list(part(path, "3.28-4.48").frames()), path, 82, 112)


def test_picture_that_stays_for_long_is_seen_from_start_on(tmp_path: Path) -> None:
    path = videos.write_video(tmp_path / "slides.mkv", videos.Video(times_ms=[0, 4000, 8000, 12000]))
    found = list(part(path, "5-9").frames())
    assert [(videos.number_of(frame.image), frame.pts) for frame in found] == [(1, 0), (2, 3000)]
    assert [videos.number_of(frame.image) for frame in part(path, "5-6").frames()] == [1]


def test_part_of_joined_recordings_counts_the_video_and_not_its_stamps(tmp_path: Path) -> None:
    first, second = (
        videos.write_video(
            tmp_path / f"{start}.ts", videos.Video(times_ms=videos.every(40, 50, start), sound_ms=(start, start + 2000))
        )
        for start in (0, 60_000)
    )
    found = list(part(videos.join(tmp_path / "both.ts", first, second), "1.8-2.4").frames())
    assert [videos.number_of(frame.image) for frame in found] == [13, 14, 15, 0, 1, *range(10)]


def test_pipe_is_read_until_there_and_its_sound_with_it(video: Path, tmp_path: Path) -> None:
    if video.suffix == ".mp4":
        pytest.skip("an MP4 must be read as a file")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    threading.Thread(target=pipe.write_bytes, args=(video.read_bytes(),), daemon=True).start()
    assert are(copied(part(pipe, "0.4-"), tmp_path / "out.mkv"), video, 10, 40)
    assert sounds.heard(tmp_path / "out.mkv").shape[1] / sounds.HEARING_HZ == pytest.approx(1.2, abs=0.1)


def test_fewer_frames_of_a_part_may_be_asked_for(video: Path) -> None:
    assert len(list(part(video, "0.4-1.4", rate=Fraction(10)).frames())) == 10


def test_what_has_no_such_part_is_told_before_anything_is_done(video: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"ends at 1\.60 s") as raised:
        part(video, "2-3")
    assert raised.value.remedy == "begin within its 1.60 s"
    picture = tmp_path / "picture.png"
    PIL.Image.new("RGB", (64, 48)).save(picture)
    with pytest.raises(SourceError, match="--trim is for videos"):
        part(picture, "1-2")


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("10-25.5", 10, 25.5),
        ("1:30-", 90, None),
        ("-1:02:03.25", 0, 3723.25),
        ("0-.5", 0, 0.5),
        (" 90:00 - 91:00 ", 5400, 5460),
        ("1\u20132", 1, 2),
    ],
)
def test_times_are_read_as_people_write_them(text: str, start: float, end: float | None) -> None:
    assert Trim.parse(text) == Trim(Fraction(start), None if end is None else Fraction(end))


@pytest.mark.parametrize(
    "text", ["", "-", "10", "20-10", "5-5", "a-b", "1:70-2:00", "1:60:00-", "-1--2", "1e3-", "10-20-30"]
)
def test_what_is_no_part_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UserError) as raised:
        Trim.parse(text)
    assert "--trim 10-25.5" in raised.value.remedy
