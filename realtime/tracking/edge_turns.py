"""Which edges of a picture are searched, and in which pictures: each takes a look of the detector's.

Where somebody may come in an edge is searched a few times, along with the whole picture only now and then. Knows counts
of pictures; knows no picture and no detector.
"""

from collections.abc import Iterable

from realtime.tracking.edge_search import Edge

WAIT, MOST = 3, 2
"""Pictures whose edges are left out while something changes inside, too, from each to the next; and how many edges are
searched in one: two people come in from both sides (one scene of 1,260 simulated ones)."""


class EdgeTurns:
    """One thread at a time. True while an edge is to be searched."""

    def __init__(self) -> None:
        self._left: dict[Edge, int] = {}  # in so many more pictures
        self._stirred = 0
        self._left_out = 0  # searches since one of them was

    def __bool__(self) -> bool:
        return bool(self._left)

    def ask(self, edges: Iterable[Edge], *, times: int) -> None:
        """Let them be searched in so many pictures. In an order that is the same in every run: a set's is not."""
        asked = {*edges}
        self._left |= {edge: max(times, self._left.pop(edge, 0)) for edge in Edge if edge in asked}  # at its end

    def ask_stirred(self, edges: Iterable[Edge], *, times: int) -> None:
        """The same of those at which something stirs in this picture, which are searched together."""
        stirred = {*edges}
        self._stirred = len(stirred)
        self.ask(stirred, times=times)

    def take(self, *, is_whole: bool, is_stirred_inside: bool) -> list[Edge]:
        """Those whose turn it is, called once a search: what is to be searched most often, then what stirred last.

        is_whole: all of the picture is searched, too.
        """
        if not self._left or (is_whole and self._left_out < (WAIT if is_stirred_inside else 1)):
            self._left_out += 1
            return []
        self._left_out = 0
        in_turn = sorted(self._left, key=self._left.__getitem__)[::-1]  # of equals the last one first
        return in_turn[: max(1, min(self._stirred, MOST))]

    def searched(self, edge: Edge) -> None:
        """It was, without an error."""
        left = self._left.pop(edge) - 1
        self._left |= {edge: left} if left else {}
