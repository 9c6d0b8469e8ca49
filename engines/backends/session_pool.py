"""Loaded models for several streams: each is loaded once, and runs for one of them at a time.

A loaded model is megabytes and threads, on a GPU the scarce memory; ten visitors of a server need one of each. Knows
sessions; knows no file format and no device.
"""

import threading
from collections.abc import Callable, Hashable, Mapping
from typing import Any
from weakref import WeakValueDictionary

from numpy.typing import NDArray

from engines.backends import Session


class LockedSession:
    """A Session that any thread may run; whoever comes while it runs waits for their turn."""

    def __init__(self, session: Session) -> None:
        self._session, self._turn = session, threading.Lock()
        self.inputs, self.outputs = session.inputs, session.outputs

    def run(self, *tensors: NDArray[Any]) -> Mapping[str, NDArray[Any]]:
        with self._turn:
            return self._session.run(*tensors)

    def close(self) -> None:
        """Nothing: others may use it. The model goes with its last user."""


class SharedModels:
    """The models that are loaded now. Any thread; a model is let go when nobody holds it any more."""

    def __init__(self) -> None:
        self._loaded: WeakValueDictionary[Hashable, LockedSession] = WeakValueDictionary()
        self._doors: dict[Hashable, threading.Lock] = {}

    def get(self, key: Hashable, load: Callable[[], Session]) -> Session:
        """The model of that key, loaded if nobody has it; others who want it wait meanwhile.

        Raises what `load` raises, and the next who asks tries again.
        """
        with self._doors.setdefault(key, threading.Lock()):
            session = self._loaded.get(key)
            if session is None:
                session = LockedSession(load())
                self._loaded[key] = session
            return session
