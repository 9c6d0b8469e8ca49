"""BlazeFace: a face detector of a millisecond.

Knows the family's grids (short range 128, back 256, full range 192 px) and what its points are; how they are coded is
in anchors.py. Which one the product uses, and why: benchmarks/detectors.py.
"""

from engines.backends import Session
from engines.detectors.anchors import AnchorDetector, AnchorFamily
from engines.types import Detection, Image

BLAZEFACE = AnchorFamily(
    "BlazeFace", {128: ((16, 2), (8, 6)), 192: ((48, 1),), 256: ((16, 2), (8, 6))}, points=6, low=-1, high=1
)


class BlazeFaceDetector:
    """Finds faces with a BlazeFace model.

    session: the loaded model, square RGB input. threshold: least score (0..1) that counts as a face.
    Raises ModelContractError when the model is no BlazeFace.
    """

    def __init__(self, session: Session, *, threshold: float = 0.5) -> None:
        self._detector = AnchorDetector(BLAZEFACE, session, threshold)

    def detect(self, image: Image) -> list[Detection]:
        """Faces of `image` (any size), best first, boxes and keypoints in its pixels."""
        return [Detection(face.box_xyxy, face.points[2:], face.score) for face in self._detector.spot(image)]
