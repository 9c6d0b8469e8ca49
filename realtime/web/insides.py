"""Parts of ours in aiortc's objects, which offer no place for them: only where the part to be replaced is as expected.

Knows Python's attributes; knows nothing of what the parts do.
"""

from typing import Any


def insides(owner: object, attribute: str, kind: type) -> dict[str, Any]:
    """The attributes of an object, to read and to write, once `attribute` is known to hold exactly a `kind`.

    Raises AttributeError when it does not: aiortc is another one than ours was written for, or has it already.
    """
    held = vars(owner)
    if type(held.get(attribute, owner)) is not kind:
        raise AttributeError(f"aiortc no longer keeps a {kind.__name__} in {attribute}")
    return held
