"""Sound and picture of a long video stay together; the long one is `python -m benchmarks.long_video`."""

import pytest

from benchmarks.long_video import measure


@pytest.mark.parametrize(("ending", "output"), [(".mp4", ".mp4"), ("joined.ts", ".mkv")])
def test_sound_and_picture_stay_within_20_ms(ending: str, output: str) -> None:
    found = measure(0.5, ending, output)
    assert (found["pictures_missing"], found["beeps_missing"]) == (0, 0)
    assert float(found["apart_most_ms"]) < 20
