"""One thing is one thing."""

import pytest

from realtime.wording import counted


@pytest.mark.parametrize(("number", "words"), [(0, "0 frames"), (1, "1 frame"), (2, "2 frames")])
def test_counts_agree_with_their_words(number: int, words: str) -> None:
    assert counted(number, "frame") == words
