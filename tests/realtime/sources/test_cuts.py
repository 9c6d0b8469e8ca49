"""Where a video may be cut: its pictures' times are those that a run gives them."""

from fractions import Fraction
from pathlib import Path

import pytest

from realtime.errors import SourceError
from realtime.sources import open_source
from realtime.sources.cuts import video_cuts
from tests.realtime import videos
from tests.realtime.clips import Clip, write_clip
from tests.realtime.videos import Video, every, write_video

GOP = {"preset": "ultrafast", "g": "10", "bf": "2"}


@pytest.mark.parametrize(
    ("name", "video"),
    [
        ("a.mp4", Video(times_ms=every(40, 35), sound_ms=(0, 1400), options=GOP)),
        ("late.mkv", Video(times_ms=every(40, 35, 5000), options=GOP)),
        ("sound-first.mkv", Video(times_ms=every(40, 35, 500), sound_ms=(0, 1900), options=GOP)),
        ("varying.mkv", Video(times_ms=[0, 40, 45, 200, *every(33.3, 30, 300)], options=GOP)),
        ("a.ts", Video(times_ms=every(40, 35), sound_ms=(0, 1400), sound_codec="mp2", options=GOP)),
    ],
)
def test_times_are_those_of_the_pictures_that_are_read(name: str, video: Video, tmp_path: Path) -> None:
    path = write_video(tmp_path / name, video)
    cuts, source = video_cuts(path), open_source(str(path))
    read = [frame.pts for frame in source.frames()]
    assert cuts.base == source.info.time_base
    assert list(cuts.times) == read
    assert [read.index(key) for key in cuts.keys] == list(range(0, len(read), 10))


@pytest.mark.parametrize("kind", ["joined", "avi"])
def test_times_that_are_only_known_from_the_beginning_are_refused(kind: str, tmp_path: Path) -> None:
    one = write_clip(tmp_path / "one.ts", Clip(frames=30))
    avi = write_video(tmp_path / "video.avi", Video(times_ms=every(40, 30), codec="mpeg4", options={}))
    video = videos.join(tmp_path / "joined.ts", one, one) if kind == "joined" else avi
    with pytest.raises(SourceError, match="only known from its beginning on"):
        video_cuts(video)


def test_what_is_cut_away_by_an_edit_list_is_no_picture(tmp_path: Path) -> None:
    """Of an mp4 whose pictures begin before zero, as a cut without encoding leaves it."""
    whole = write_video(tmp_path / "whole.mp4", Video(times_ms=every(40, 40), options=GOP))
    cut = videos.restamp(tmp_path / "cut.mp4", whole, -600, from_ms=-1000)
    cuts, source = video_cuts(cut), open_source(str(cut))
    assert list(cuts.times) == [frame.pts for frame in source.frames()]
    assert cuts.times[0] * cuts.base == Fraction(0)
