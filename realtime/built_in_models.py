"""The models of the default install, loaded: faces found, landmarks placed, photos examined, hands found.

Knows their names; knows no swapper.
"""

from functools import partial

from engines.backends import Session
from engines.backends.litert import LiteRtSession
from engines.backends.session_pool import SharedModels
from engines.detectors.blazeface import BlazeFaceDetector
from engines.landmarks.face_mesh import FaceMeshLandmarker
from engines.landmarks.hands import HandDetector
from engines.source_faces.photo import PHOTO_THRESHOLD, PhotoExaminer
from models.manifest import Manifest
from models.store import ModelStore
from realtime.tracking.hand_tracker import HandTracker

FACES = "face_detection_back", "face_landmarks_detector"
HANDS = "hand_detector", "hand_landmarks_detector"


class BuiltIn:
    """Fetched first where they are missing. with_hands: whether hands will be looked for."""

    def __init__(self, manifest: Manifest, store: ModelStore, shared: SharedModels, *, with_hands: bool) -> None:
        names = FACES + HANDS if with_hands else FACES
        files = store.ensure_all([manifest.get(name) for name in names])
        faces, mesh, *of_hands = [shared.get(file, partial(LiteRtSession, file)) for file in files]
        self.detector, self.landmarker = BlazeFaceDetector(faces), FaceMeshLandmarker(mesh)
        self.examiner = PhotoExaminer(BlazeFaceDetector(faces, threshold=PHOTO_THRESHOLD), self.landmarker)
        self._of_hands: list[Session] = of_hands

    def hand_tracker(self) -> HandTracker | None:
        """A new one for each stream; None without hands."""
        return HandTracker(HandDetector(*self._of_hands)) if self._of_hands else None
