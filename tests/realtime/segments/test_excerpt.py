"""The pictures of a segment: each has the time that it has in the result, and those beside it are only looked at."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import numpy as np

from realtime.media.damage import Damage
from realtime.segments.excerpt import Excerpt
from realtime.segments.plan import Segment
from realtime.stream.backfill import LOOKAHEAD
from realtime.stream.role import Role
from realtime.types import Frame, StreamInfo

RATE = 10


class Video:
    """Pictures from `first` on until before `last`, times from 0, ten a second; each that is read is damaged."""

    def __init__(self, first: int, last: int) -> None:
        self._first, self._last, self.damage = first, last, Damage()
        self.info = StreamInfo("video", (2, 2), Fraction(RATE), live=False, time_base=Fraction(1, RATE))
        self.info = replace(self.info, damage=self.damage)

    def frames(self) -> Iterator[Frame]:
        for number in range(self._first, self._last):
            self.damage.faulty_frames += 1
            image = np.full((2, 2, 3), number, np.uint8)
            yield Frame(image, number - self._first, 0, number - self._first)

    def close(self) -> None:
        """Nothing is open."""


def seconds(number: int) -> Fraction:
    return Fraction(number, RATE)


MIDDLE = Segment(1, seconds(20), seconds(30), seconds(40), seconds(35))


def test_the_middle_of_a_video_has_its_surroundings() -> None:
    frames = list(Excerpt(Video(20, 100), MIDDLE, Fraction(0)).frames())
    shown = [frame.pts for frame in frames if frame.role is Role.SHOWN]
    assert shown == list(range(30, 40))
    assert [frame.pts for frame in frames if frame.role is Role.PAINTED] == list(range(25, 30))
    tracked = [frame.pts for frame in frames if frame.role is Role.TRACKED]
    assert tracked == [*range(20, 25), *range(40, 40 + LOOKAHEAD)]
    assert all((frame.image == frame.pts).all() for frame in frames)


def test_long_before_a_segment_one_picture_stands_for_several() -> None:
    early = Segment(1, seconds(0), seconds(30), seconds(40), seconds(35))
    frames = list(Excerpt(Video(0, 100), early, Fraction(0)).frames())
    assert [frame.pts for frame in frames if frame.role is Role.SAMPLED] == [0, 3, 6, 9]
    assert [frame.pts for frame in frames if frame.role is Role.TRACKED][:15] == list(range(10, 25))


def test_times_are_those_of_the_result_that_begins_later() -> None:
    frames = Excerpt(Video(20, 100), MIDDLE, seconds(15)).frames()
    shown = [frame for frame in frames if frame.role is Role.SHOWN]
    assert [frame.pts for frame in shown] == list(range(15, 25))
    assert [int(frame.image[0, 0, 0]) for frame in shown] == list(range(30, 40))


def test_the_last_segment_goes_to_the_end_and_the_first_has_nothing_before() -> None:
    last = Segment(1, seconds(20), seconds(30), None, None)
    assert [f.pts for f in Excerpt(Video(20, 50), last, Fraction(0)).frames() if f.role is Role.SHOWN] == [
        *range(30, 50)
    ]
    first = Segment(0, seconds(0), seconds(0), seconds(3), seconds(1))
    roles = [frame.role for frame in Excerpt(Video(0, 50), first, Fraction(0)).frames()]
    assert roles == [Role.SHOWN] * 3 + [Role.TRACKED] * LOOKAHEAD


def test_damage_beside_a_segment_is_counted_by_its_neighbours() -> None:
    excerpt = Excerpt(Video(20, 100), MIDDLE, Fraction(0))
    for _ in excerpt.frames():
        pass
    assert excerpt.damage.faulty_frames == 10
