"""How a download tells how far it is.

Knows numbers and a label; draws nothing.
"""

from typing import Protocol


class Progress(Protocol):
    """Told again and again while bytes come, from the thread that fetches; must be quick.

    label: what is being fetched, the same for all calls of one download. done: bytes so far. total: bytes, or None
    while nobody knows.
    """

    def __call__(self, label: str, done: int, total: int | None, /) -> None: ...


def ignore_progress(_label: str, _done: int, _total: int | None, /) -> None:
    """The default: nobody is watching."""
