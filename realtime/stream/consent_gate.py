"""A stream ends or goes dark when the person whose face is worn takes their consent back.

    a live picture    the placeholder from then on, whatever --when-lost says
    a video           ends with an error, and what was made of it is removed

Knows what a stream does then; faces/consent_watch.py knows whether.
"""

from collections.abc import Callable, Iterable, Iterator

from realtime.errors import ConsentError
from realtime.types import Frame, Pipeline, ShownFrame


class ConsentGate:
    """A pipeline that asks before each frame. require: raises ConsentError once consent is gone.

    withhold: of a live picture: shows nobody from then on; None for a video, which ends.
    """

    def __init__(self, pipeline: Pipeline, require: Callable[[], None], withhold: Callable[[str], None] | None) -> None:
        self._pipeline, self._require, self._withhold = pipeline, require, withhold

    def take(self, frame: Frame) -> Iterable[ShownFrame]:
        self._ask()
        return self._pipeline.take(frame)

    def rest(self) -> Iterator[ShownFrame]:
        self._ask()
        yield from self._pipeline.rest()
        self._ask()  # or the last frames of a video would be kept

    @property
    def waiting(self) -> int:
        return self._pipeline.waiting

    def run_deferred(self) -> None:
        self._pipeline.run_deferred()

    def _ask(self) -> None:
        try:
            self._require()
        except ConsentError as error:
            if self._withhold is None:
                raise
            self._withhold(str(error))
