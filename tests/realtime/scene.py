"""Pictures made of squares, one after the other, and a tracker that looks at them."""

from collections.abc import Sequence

from engines.fakes import FakeDetector, FakeLandmarker, picture_with_faces
from realtime.tracking.reidentification import Track
from realtime.tracking.tracker import FaceTracker

FRAME_NS = 33_333_333
SLOWLY_NS = 300_000_000
"""Between frames of a long wait, which then needs few of them: just short enough not to be a gap."""
Faces = list[tuple[int, int, int]]


class Scene:
    """Runs a tracker over pictures made of squares; the k-th of them is person k, unless `people` says who."""

    def __init__(self, max_faces: int = 8) -> None:
        self.detector, self.landmarker = FakeDetector(), FakeLandmarker()
        self.tracker = FaceTracker(self.detector, self.landmarker, max_faces=max_faces)
        self.now_ns = 0

    def show(
        self, faces: Faces, frames: int = 1, people: Sequence[int] | None = None, every_ns: int = FRAME_NS
    ) -> list[Track]:
        tracks: list[Track] = []
        for _ in range(frames):
            self.now_ns += every_ns
            picture = picture_with_faces((640, 360), faces, range(len(faces)) if people is None else people)
            tracks = self.tracker.update(picture, self.now_ns)
        return tracks
