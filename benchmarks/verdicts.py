"""What is said of a source on a clip: numbers of frames, their means, and a line for people.

Knows numbers; knows no picture and no judge.
"""

from dataclasses import dataclass

import numpy as np

from benchmarks import scores
from engines.types import Points


@dataclass(frozen=True, slots=True)
class Judged:
    """One frame. moved: (51, 2), see `scores.displaced`."""

    numbers: dict[str, float]
    moved: Points


@dataclass(frozen=True, slots=True)
class Score:
    """One pair. changing: the expression error without what is alike in all frames.

    second_...: of the second opinion, cosines and a share; None without one.
    """

    source: str
    clip: str
    to_source: float
    to_wearer: float
    retrieved: float
    expression: float
    changing: float
    pose_deg: float
    outside: float
    seam: float
    flicker: float
    flicker_before: float
    light_deg: float
    colour: float
    second_to_source: float | None = None
    second_to_wearer: float | None = None
    second_retrieved: float | None = None


NUMBERS = tuple(name for name in Score.__dataclass_fields__ if name not in {"source", "clip"})


def of_pair(source: str, clip: str, frames: list[Judged]) -> Score:
    """Means over the frames of one pair; outside: the worst."""
    numbers = {name: float(np.mean([frame.numbers[name] for frame in frames])) for name in frames[0].numbers}
    numbers["outside"] = max(frame.numbers["outside"] for frame in frames)
    numbers["expression"], numbers["changing"] = scores.expression_error([frame.moved for frame in frames])
    return Score(source, clip, **numbers)


def mean(pairs: list[Score]) -> Score:
    """Of all pairs; outside: the worst."""
    told = [name for name in NUMBERS if getattr(pairs[0], name) is not None]
    numbers = {name: float(np.mean([getattr(pair, name) for pair in pairs])) for name in told}
    numbers["outside"] = max(pair.outside for pair in pairs)
    return Score(pairs[0].source, pairs[0].clip, **numbers)


def in_words(score: Score, *, whole: bool = False) -> str:
    """One line."""
    flicker = score.flicker / score.flicker_before
    who = "all" if whole else f"{score.source} on {score.clip}"
    return (
        f"{who:52} to source {score.to_source:.3f}, to wearer {score.to_wearer:.3f}, retrieved {score.retrieved:4.0%}, "
        f"expression {score.expression:.1%}, changing {score.changing:.1%}, pose {score.pose_deg:.1f} deg, "
        f"outside {score.outside:.0f}, seam {score.seam:.2f}, "
        f"flicker {flicker:.2f}, light {score.light_deg:.0f} deg, colour {score.colour:.1f}"
        f"{_second_opinion(score)}"
    )


def _second_opinion(score: Score) -> str:
    if score.second_to_source is None:
        return ""
    return (
        f", second opinion: cosine to source {score.second_to_source:.2f}, to wearer {score.second_to_wearer:.2f}, "
        f"retrieved {score.second_retrieved:.0%}"
    )
