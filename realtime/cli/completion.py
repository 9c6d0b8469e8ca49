"""What a shell completes: names of models by what they do, devices, words.

Knows names; loads them only when a shell asks.
"""

from collections.abc import Callable, Iterable

Complete = Callable[[str], list[str]]


def models_for(*tasks: str, also: Iterable[str] = ()) -> Complete:
    """Names of models that are there for one of `tasks`; for none of them all names. also: other words."""

    def complete(incomplete: str) -> list[str]:
        from models.library import known_models  # noqa: PLC0415  only when a shell asks

        names = [spec.name for spec in known_models() if not tasks or spec.task in tasks]
        return [name for name in (*also, *names) if name.startswith(incomplete)]

    return complete


def devices(incomplete: str) -> list[str]:
    """What --device takes."""
    from engines.kinds import DEVICES  # noqa: PLC0415  as above

    return [name for name in ("auto", *DEVICES.names()) if name.startswith(incomplete)]


def words(*known: str) -> Complete:
    """One of these."""
    return lambda incomplete: [word for word in known if word.startswith(incomplete)]
