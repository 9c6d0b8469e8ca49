"""Which people of the data set a network is trained on, which it is judged on, and which are of no use.

Knows three lists of names; knows neither pictures nor torch, so that benchmarks may ask it too.
"""

from functools import cache
from importlib.resources import files


@cache
def kept_out() -> frozenset[str]:
    """The tenth that is kept out of training, always the same."""
    return frozenset(_words("test_split.txt"))


@cache
def removed() -> frozenset[str]:
    """Those whose face is hidden, drawn on or not there: neither to be trained on nor to be judged by."""
    return frozenset(_words("removed.txt"))


def is_test(name: str) -> bool:
    """Whether a person is kept for judging."""
    return name in kept_out()


def is_trained_on(name: str) -> bool:
    """Whether a person may be shown to the network."""
    return name not in kept_out() and name not in removed()


def _words(file: str) -> list[str]:
    text = files("models.training").joinpath(file).read_text(encoding="ascii")
    return [word for line in text.splitlines() if not line.startswith("#") for word in line.split()]
