"""Where a film may be cut: its pictures' times are those that a run gives them."""

from fractions import Fraction
from pathlib import Path

import pytest

from realtime.errors import SourceError
from realtime.sources import open_source
from realtime.sources.cuts import film_cuts
from tests.realtime import films
from tests.realtime.clips import Clip, write_clip
from tests.realtime.films import Film, every, write_film

GOP = {"preset": "ultrafast", "g": "10", "bf": "2"}


@pytest.mark.parametrize(
    ("name", "film"),
    [
        ("a.mp4", Film(times_ms=every(40, 35), sound_ms=(0, 1400), options=GOP)),
        ("late.mkv", Film(times_ms=every(40, 35, 5000), options=GOP)),
        ("sound-first.mkv", Film(times_ms=every(40, 35, 500), sound_ms=(0, 1900), options=GOP)),
        ("varying.mkv", Film(times_ms=[0, 40, 45, 200, *every(33.3, 30, 300)], options=GOP)),
        ("a.ts", Film(times_ms=every(40, 35), sound_ms=(0, 1400), sound_codec="mp2", options=GOP)),
    ],
)
def test_times_are_those_of_the_pictures_that_are_read(name: str, film: Film, tmp_path: Path) -> None:
    path = write_film(tmp_path / name, film)
    cuts, source = film_cuts(path), open_source(str(path))
    read = [frame.pts for frame in source.frames()]
    assert cuts.base == source.info.time_base
    assert list(cuts.times) == read
    assert [read.index(key) for key in cuts.keys] == list(range(0, len(read), 10))


@pytest.mark.parametrize("kind", ["joined", "avi"])
def test_times_that_are_only_known_from_the_beginning_are_refused(kind: str, tmp_path: Path) -> None:
    one = write_clip(tmp_path / "one.ts", Clip(frames=30))
    avi = write_film(tmp_path / "film.avi", Film(times_ms=every(40, 30), codec="mpeg4", options={}))
    film = films.join(tmp_path / "joined.ts", one, one) if kind == "joined" else avi
    with pytest.raises(SourceError, match="only known from its beginning on"):
        film_cuts(film)


def test_what_is_cut_away_by_an_edit_list_is_no_picture(tmp_path: Path) -> None:
    """Of an mp4 whose pictures begin before zero, as a cut without encoding leaves it."""
    whole = write_film(tmp_path / "whole.mp4", Film(times_ms=every(40, 40), options=GOP))
    cut = films.restamp(tmp_path / "cut.mp4", whole, -600, from_ms=-1000)
    cuts, source = film_cuts(cut), open_source(str(cut))
    assert list(cuts.times) == [frame.pts for frame in source.frames()]
    assert cuts.times[0] * cuts.base == Fraction(0)
