"""Swap faces from Python: pictures, videos, live streams.

This is the text of `liveswap/__init__.py` where liveswap is installed (hatch_build.py puts it there). Nothing is loaded
before it is used, so the command line starts quickly. What the names mean: realtime/api.py, docs/python-api.md.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from realtime.api import (
        LiveStream,
        Progress,
        SwappedFace,
        SwappedImage,
        Swapper,
        UserError,
        open_stream,
        show,
        swap_file,
    )

__all__ = [
    "LiveStream",
    "Progress",
    "SwappedFace",
    "SwappedImage",
    "Swapper",
    "UserError",
    "open_stream",
    "show",
    "swap_file",
]


def __getattr__(name: str) -> Any:
    """Load the API when somebody asks for it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from realtime import api  # noqa: PLC0415  loads the engines

    return getattr(api, name)
