"""One swapper now, a better one as soon as it is ready: a live picture need not wait for an engine to be built.

Knows two prepared faces and a future; knows nothing of what takes so long.
"""

import logging
from concurrent.futures import Future

from engines.types import Coverage, FaceLandmarks, Image, PreparedFace

logger = logging.getLogger(__name__)


class StandInFace:
    """Paints with `now` until `later` is there, and with that from then on.

    When `later` fails, painting raises what it raised: the frames are withheld, never shown by another swapper than
    was asked for.
    """

    def __init__(self, now: PreparedFace, later: "Future[PreparedFace]", name: str) -> None:
        self._face, self._name = now, name
        self._later: Future[PreparedFace] | None = later

    def paint(self, canvas: Image, face: FaceLandmarks) -> Coverage:
        if self._later is not None and self._later.done():
            self._face = self._later.result()  # raises again at every frame
            self._later = None
            logger.warning("%s is ready and takes over", self._name)
        return self._face.paint(canvas, face)
