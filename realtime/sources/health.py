"""Is the camera giving pictures worth the name, and as many as it said? What is not so is said once.

Knows pixels, a coarse grid of them, and times; decides nothing.
"""

import logging
from fractions import Fraction

import numpy as np

from engines.types import Image

logger = logging.getLogger(__name__)

GRID_PX = 32
BLACK, FLAT = 10, 4
"""Mean and spread of pixel values, of 255, below which a picture shows nothing."""
PATIENCE_NS = 2_000_000_000
PACE_NS = 5_000_000_000
"""Over how long the pace is taken."""
SLOW = 0.8
"""Of the rate the driver promised."""


class PictureHealth:
    """Looks at each picture of one camera. name: for messages."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._last: Image | None = None
        self._since_ns: dict[str, int] = {}
        self._said: set[str] = set()

    def look(self, image: Image, at_ns: int) -> None:
        """Note one picture; 0.01 ms. at_ns: when it was captured."""
        grid = image[::GRID_PX, ::GRID_PX].copy()
        self._note("black", float(grid.mean()) < BLACK and float(grid.std()) < FLAT, at_ns)
        frozen = self._last is not None and grid.shape == self._last.shape and bool((grid == self._last).all())
        self._note("frozen", frozen and "black" not in self._since_ns, at_ns)
        self._last = np.asarray(grid, np.uint8)

    def _note(self, what: str, is_so: bool, at_ns: int) -> None:
        if not is_so:
            self._since_ns.pop(what, None)
            if what in self._said:
                self._said.discard(what)
                logger.warning("%s is no longer %s", self._name, what)
            return
        since_ns = self._since_ns.setdefault(what, at_ns)
        if at_ns - since_ns >= PATIENCE_NS and what not in self._said:
            self._said.add(what)
            hint = "is its cover closed?" if what == "black" else "it sends the same picture again and again"
            logger.warning("%s gives a %s picture: %s", self._name, what, hint)


class RateHealth:
    """Counts the pictures of one camera. name: for messages. rate: what its driver promised, a second."""

    def __init__(self, name: str, rate: Fraction) -> None:
        self._name, self._rate = name, float(rate)
        self._since_ns: int | None = None
        self._count = 0
        self._judged = False

    def note(self, at_ns: int) -> None:
        """One picture came. The first PACE_NS are judged, and then no more."""
        if self._judged:
            return
        if self._since_ns is None:
            self._since_ns = at_ns
            return
        self._count += 1
        took_ns = at_ns - self._since_ns
        if took_ns < PACE_NS:
            return
        self._judged = True
        pace = self._count * 1e9 / took_ns
        if pace < SLOW * self._rate:
            logger.warning(
                "%s gives %.1f pictures a second, not %.4g: many cameras slow down in the dark, so try more light",
                *(self._name, pace, self._rate),
            )
        else:
            logger.info("%s gives %.1f pictures a second, as it should", self._name, pace)
