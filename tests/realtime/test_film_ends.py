"""The end of a film: its last picture lasts as long as it did, and sound that goes on is kept."""

from fractions import Fraction
from pathlib import Path

import av
import pytest

from tests.realtime.films import Film, every, write_film
from tests.realtime.test_recorder import copy

SLOW = Fraction(1, 5)
FILMS = {
    "slides": (Film(times_ms=every(5000, 3), rate=SLOW), 15.0),
    "slides with sound": (Film(times_ms=every(5000, 3), sound_ms=(0, 15_000), rate=SLOW), 15.0),
    "one picture and a song": (Film(times_ms=[0], sound_ms=(0, 8000)), 8.0),
    "sound goes on": (Film(times_ms=every(40, 25), sound_ms=(0, 4000)), 4.0),
    "rare pictures": (Film(times_ms=[*every(40, 25), 3000], sound_ms=(0, 6000)), 6.0),
    "one picture": (Film(times_ms=[0]), 0.04),
}


def ends_s(path: Path) -> dict[str, float]:
    """When each kind of stream ends, s: the latest end of its packets."""
    ends: dict[str, float] = {}
    with av.open(str(path)) as container:
        for packet in container.demux():
            if packet.pts is not None and packet.time_base is not None:
                end_s = float((packet.pts + (packet.duration or 0)) * packet.time_base)
                ends[packet.stream.type] = max(ends.get(packet.stream.type, 0.0), end_s)
    return ends


@pytest.mark.parametrize("output", [".mp4", ".mkv"])
@pytest.mark.parametrize("ending", [".mp4", ".mkv"])
@pytest.mark.parametrize(("film", "seconds"), FILMS.values(), ids=FILMS)
def test_film_is_as_long_as_it_was(tmp_path: Path, film: Film, seconds: float, ending: str, output: str) -> None:
    path = write_film(tmp_path / f"in{ending}", film)
    copy(path, tmp_path / f"out{output}")
    ends = ends_s(tmp_path / f"out{output}")
    assert max(ends.values()) == pytest.approx(seconds, abs=0.07)
    if film.sound_ms is not None:
        assert ends["audio"] == pytest.approx(seconds, abs=0.07)


def test_sound_is_cut_where_a_film_was_left_early(tmp_path: Path) -> None:
    path = write_film(tmp_path / "in.mkv", Film(times_ms=every(40, 50), sound_ms=(0, 6000)))
    copy(path, tmp_path / "out.mkv", frames=25)
    assert ends_s(tmp_path / "out.mkv")["audio"] == pytest.approx(1.0, abs=0.1)
