"""Keys that nobody guesses: of visitors, sessions, those who watch, and results.

Where several servers stand behind one front, a key begins with the name of the server that made it, so that the front
knows whose it is without a table. Knows how a key is spelled; knows nothing of what it opens.
"""

import secrets
from dataclasses import dataclass

MARK = "."
"""Between the name and the rest; `secrets.token_urlsafe` has none."""


@dataclass(frozen=True, slots=True)
class KeyMaker:
    """server: the name that its keys begin with; none where there is only one."""

    server: str = ""

    def __call__(self, random_bytes: int) -> str:
        """A new one."""
        key = secrets.token_urlsafe(random_bytes)
        return f"{self.server}{MARK}{key}" if self.server else key


new_key = KeyMaker()
"""Of the only server."""


def server_of(key: str) -> str | None:
    """The name of the server that made a key; None for one that says none, as those that senders choose."""
    name, mark, _ = key.partition(MARK)
    return name if mark and name else None
