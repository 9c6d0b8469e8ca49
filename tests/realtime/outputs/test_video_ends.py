"""The end of a video: its last picture lasts as long as it did, and sound that goes on is kept."""

from fractions import Fraction
from pathlib import Path

import av
import pytest

from tests.realtime.outputs.test_recorder import copy
from tests.realtime.videos import Video, every, write_video

SLOW = Fraction(1, 5)
VIDEOS = {
    "slides": (Video(times_ms=every(5000, 3), rate=SLOW), 15.0),
    "slides with sound": (Video(times_ms=every(5000, 3), sound_ms=(0, 15_000), rate=SLOW), 15.0),
    "one picture and a song": (Video(times_ms=[0], sound_ms=(0, 8000)), 8.0),
    "sound goes on": (Video(times_ms=every(40, 25), sound_ms=(0, 4000)), 4.0),
    "rare pictures": (Video(times_ms=[*every(40, 25), 3000], sound_ms=(0, 6000)), 6.0),
    "a long pause": (Video(times_ms=[*every(40, 25), *every(40, 25, 16_000)], sound_ms=(0, 17_000)), 17.0),
    "slower and slower": (Video(times_ms=[*(20 * n * n for n in range(22)), 8990]), 9.03),
    "one picture": (Video(times_ms=[0]), 0.04),
}


def ends_s(path: Path) -> tuple[float, float]:
    """When the video ends and when its sound, s."""
    sound_s = 0.0
    with av.open(str(path)) as container:
        for packet in container.demux(container.streams.audio) if container.streams.audio else ():
            if packet.pts is not None:
                sound_s = max(sound_s, float((packet.pts + (packet.duration or 0)) * (packet.time_base or 0)))
        return (container.duration or 0) / av.time_base, sound_s


@pytest.mark.parametrize("output", [".mp4", ".mkv"])
@pytest.mark.parametrize("ending", [".mp4", ".mkv"])
@pytest.mark.parametrize(("video", "seconds"), VIDEOS.values(), ids=VIDEOS)
def test_video_is_as_long_as_it_was(tmp_path: Path, video: Video, seconds: float, ending: str, output: str) -> None:
    path = write_video(tmp_path / f"in{ending}", video)
    copy(path, tmp_path / f"out{output}")
    video_s, sound_s = ends_s(tmp_path / f"out{output}")
    assert video_s == pytest.approx(seconds, abs=0.07)
    assert sound_s == pytest.approx(seconds if video.sound_ms is not None else 0.0, abs=0.07)


def test_sound_is_cut_where_a_video_was_left_early(tmp_path: Path) -> None:
    path = write_video(tmp_path / "in.mkv", Video(times_ms=every(40, 50), sound_ms=(0, 6000)))
    copy(path, tmp_path / "out.mkv", frames=25)
    assert ends_s(tmp_path / "out.mkv")[1] == pytest.approx(1.0, abs=0.1)
