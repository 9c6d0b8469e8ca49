"""What is said of a source on a clip: numbers of frames, their means and worst, and lines for people.

Knows numbers; knows no picture and no evaluator.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from benchmarks.scoring import scores
from engines.types import Points


@dataclass(frozen=True, slots=True)
class Judged:
    """One frame. moved: (51, 2), see `scores.displaced`."""

    numbers: dict[str, float]
    moved: Points


@dataclass(frozen=True, slots=True)
class Score:
    """One pair. changing: the expression error without what is alike in all frames.

    detail and jaw: see `benchmarks.scoring.realism`; nan where no skin or jaw is seen. second_...: of the second
    opinion, cosines and a share; None without one.
    """

    source: str
    clip: str
    to_source: float
    to_target: float
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
    detail: float
    jaw: float
    second_to_source: float | None = None
    second_to_target: float | None = None
    second_retrieved: float | None = None

    @property
    def flickers(self) -> float:
        """Of the input's own flicker."""
        return self.flicker / max(1e-6, self.flicker_before)

    @property
    def is_nearer(self) -> bool:
        """Whether it looks more like the source than like the target."""
        return self.to_source < self.to_target


NUMBERS = tuple(name for name in Score.__dataclass_fields__ if name not in {"source", "clip"})


def of_pair(source: str, clip: str, frames: list[Judged]) -> Score:
    """Means over the frames of one pair; outside: the worst."""
    numbers = {name: _mean(frame.numbers[name] for frame in frames) for name in frames[0].numbers}
    numbers["outside"] = max(frame.numbers["outside"] for frame in frames)
    numbers["expression"], numbers["changing"] = scores.expression_error([frame.moved for frame in frames])
    return Score(source, clip, **numbers)


def mean(pairs: list[Score]) -> Score:
    """Of all pairs; outside: the worst."""
    told = [name for name in NUMBERS if getattr(pairs[0], name) is not None]
    numbers = {name: _mean(getattr(pair, name) for pair in pairs) for name in told}
    numbers["outside"] = max(pair.outside for pair in pairs)
    return Score(pairs[0].source, pairs[0].clip, **numbers)


WORST = {"to_source": max, "to_target": min, "detail": min, "jaw": max, "flickers": max}
"""What is worse: more or less of it. Too much detail, over 1, is looked for as well."""


def worst(pairs: list[Score]) -> dict[str, Score]:
    """The worst pair by each of those numbers, and the one with most detail; without those that have no such number."""
    found = {}
    for name, extreme in (*WORST.items(), ("most_detail", max)):
        number = name.removeprefix("most_")
        known = [pair for pair in pairs if not math.isnan(getattr(pair, number))]
        if known:
            found[name] = extreme(known, key=lambda pair, number=number: getattr(pair, number))  # type: ignore[misc]
    return found


def realism_in_words(pairs: list[Score]) -> str:
    """Some lines: means and worst pairs of what tells a swap, and how many are nearer to the source."""
    extremes, average = worst(pairs), mean(pairs)
    nearer = sum(pair.is_nearer for pair in pairs)
    lines = [
        f"{len(pairs)} pairs: {nearer} nearer to the source than to the target; nearest of all is the source in "
        f"{average.retrieved:.1%}; detail under 0.7 in {sum(pair.detail < 0.7 for pair in pairs)}"
    ]
    for name, pair in extremes.items():
        number = name.removeprefix("most_")
        lines.append(
            f"  {name:12} mean {getattr(average, number):6.3f}, worst {getattr(pair, number):6.3f}: "
            f"{pair.source} on {pair.clip}"
        )
    shared = {clip: share for clip, share in flickers_of(pairs).items() if sum(p.clip == clip for p in pairs) > 2}
    lines += [f"  flicker on {clip}: {share:.2f} of its own" for clip, share in shared.items()]
    return "\n".join(lines)


def flickers_of(pairs: list[Score]) -> dict[str, float]:
    """Of each clip, whoever is worn on it: of its own flicker."""
    clips = list(dict.fromkeys(pair.clip for pair in pairs))
    return {clip: _mean(pair.flickers for pair in pairs if pair.clip == clip) for clip in clips}


def in_words(score: Score, *, whole: bool = False) -> str:
    """One line."""
    who = "all" if whole else f"{score.source} on {score.clip}"
    return (
        f"{who:52} to source {score.to_source:.3f}, to target {score.to_target:.3f}, retrieved {score.retrieved:4.0%}, "
        f"detail {score.detail:.2f}, jaw {score.jaw:.1f}, "
        f"expression {score.expression:.1%}, changing {score.changing:.1%}, pose {score.pose_deg:.1f} deg, "
        f"outside {score.outside:.0f}, seam {score.seam:.2f}, "
        f"flicker {score.flickers:.2f}, light {score.light_deg:.0f} deg, colour {score.colour:.1f}"
        f"{_second_opinion(score)}"
    )


def _mean(numbers: Iterable[float]) -> float:
    """Of those that are numbers; nan when none is."""
    known = [number for number in numbers if not math.isnan(number)]
    return float(np.mean(known)) if known else math.nan


def _second_opinion(score: Score) -> str:
    if score.second_to_source is None:
        return ""
    return (
        f", second opinion: cosine to source {score.second_to_source:.2f}, to target {score.second_to_target:.2f}, "
        f"retrieved {score.second_retrieved:.0%}"
    )
