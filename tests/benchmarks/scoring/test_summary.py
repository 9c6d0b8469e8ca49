"""What is said of pairs, from made numbers."""

import math

import numpy as np
import pytest

from benchmarks.scoring import summary
from benchmarks.scoring.summary import Judged, Score

NAMES = set(summary.NUMBERS) - {"expression", "changing"} - {n for n in summary.NUMBERS if n.startswith("second")}


def frame(**numbers: float) -> Judged:
    return Judged(dict.fromkeys(NAMES, 1.0) | numbers, np.zeros((51, 2), np.float32))


def pair(source: str, **numbers: float) -> Score:
    return summary.of_pair(source, "clip", [frame(**numbers)])


def test_frames_without_skin_do_not_count() -> None:
    score = summary.of_pair("a", "clip", [frame(detail=0.5), frame(detail=math.nan), frame(detail=0.7)])
    assert score.detail == pytest.approx(0.6)
    assert math.isnan(pair("b", detail=math.nan).detail)
    assert summary.mean([score, pair("b", detail=math.nan)]).detail == pytest.approx(0.6)


def test_the_worst_pair_of_each_number_is_named() -> None:
    pairs = [
        pair("plastic", detail=0.2, jaw=1, to_source=0.4, to_target=0.7, flicker=1),
        pair("masked", detail=math.nan, jaw=6, to_source=0.6, to_target=0.5, flicker=2),
        pair("grainy", detail=1.4, jaw=2, to_source=0.5, to_target=0.6, flicker=1),
    ]
    assert {name: score.source for name, score in summary.worst(pairs).items()} == {
        "to_source": "masked",
        "to_target": "masked",
        "detail": "plastic",
        "jaw": "masked",
        "flickers": "masked",
        "most_detail": "grainy",
    }
    assert summary.flickers_of(pairs) == {"clip": pytest.approx(4 / 3)}
    words = summary.realism_in_words(pairs)
    assert "2 nearer to the source" in words
    assert "detail under 0.7 in 1" in words
    assert "plastic on clip" in words
    assert "flicker on clip: 1.33 of its own" in words
