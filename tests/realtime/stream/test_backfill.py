"""A video's faces are swapped from where they can be seen, though they were found later."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import pytest

from engines.errors import EngineError
from engines.fakes import FakeDetector, FakeLandmarker, FakePreparedFace, picture_with_faces
from engines.types import Detection, FaceLandmarks, Image, Roi
from realtime.choices import Faces, Strangers
from realtime.stream.backfill import LOOKAHEAD, MOST_BYTES, BackfillBuffer
from realtime.stream.painter import FramePainter
from realtime.stream.pipeline import PAINTING, SwapPipeline, Tracked
from realtime.stream.privacy import PrivacyGate, PrivacyPolicy
from realtime.tracking.assignment import OrderAssigner
from realtime.tracking.face_search import AGAIN, VIDEO_PERIOD
from realtime.tracking.tracker import FaceTracker
from realtime.types import Frame, ShownFrame, StreamInfo

GREEN = (10, 200, 10)
SIZE_WH = 320, 180
INFO = StreamInfo("video", SIZE_WH, Fraction(30), live=False, time_base=Fraction(1, 30))
LEFT, RIGHT = (70, 90, 60), (230, 90, 60)
"""Centre and edge of a face, px."""


@dataclass
class Video:
    """Pictures of squares. overlooks: frames in which the detector sees nothing on the right. hides: frames in which
    the landmarks there cannot be had though the face is to be seen."""

    overlooks: Collection[int] = ()
    hides: Collection[int] = ()
    faces: Faces = field(default_factory=lambda: Faces(None))
    now: int = -1
    detector: FakeDetector = field(default_factory=FakeDetector)
    landmarker: FakeLandmarker = field(default_factory=FakeLandmarker)
    fault: Callable[[], None] = lambda: None

    def detect(self, image: Image) -> list[Detection]:
        if image[0, 0, 0] != self.now + 1:  # turned by quarters
            return []
        found = self.detector.detect(image)
        right = self.now in self.overlooks or self.now in self.hides
        return [face for face in found if not (right and face.box_xyxy[0] > SIZE_WH[0] / 2)]

    def locate(self, image: Image, roi: Roi) -> FaceLandmarks:
        found = self.landmarker.locate(image, roi)
        number = int(image[0, 0, 0]) - 1
        hidden = roi.centre_xy[0] > SIZE_WH[0] / 2 and number in self.hides
        if number < self.now:
            self.fault()
        return FaceLandmarks(found.points, 0.0) if hidden else found

    def play(self, pictures: Iterable[Image]) -> list[ShownFrame]:
        """All that is shown of them, at the end. A picture's first pixel becomes its number, from 1."""
        most = self.faces.limit or 8
        tracker = FaceTracker(self, self, max_faces=most, video=True)
        assigner = OrderAssigner([FakePreparedFace(GREEN)], self.faces)
        painter = FramePainter(tracker, assigner, Strangers.LEAVE, live=False)
        gate = PrivacyGate(PrivacyPolicy.choose(None, live=False))
        backfill = BackfillBuffer[Tracked](self, most)
        pipeline = SwapPipeline(painter, gate, info=INFO, backfill=backfill)
        shown: list[ShownFrame] = []
        for self.now, picture in enumerate(pictures):
            image = picture.copy()
            image[0, 0] = self.now + 1
            shown += pipeline.take(Frame(image, self.now, self.now, self.now))
            assert pipeline.waiting <= LOOKAHEAD + PAINTING
        shown += pipeline.rest()
        assert [frame.seq for frame in shown] == [frame.pts for frame in shown] == list(range(self.now + 1))
        return shown


def scene(*faces: tuple[int, int, int], people: tuple[int, ...] = (0, 1)) -> Image:
    return picture_with_faces(SIZE_WH, faces, people)


def green(frame: ShownFrame, x: int) -> bool:
    return bool((frame.image[90, x] == GREEN).all())


def swapped(frames: list[ShownFrame], x: int) -> list[int]:
    return [frame.seq for frame in frames if green(frame, x)]


ALONE, BOTH = [scene(LEFT)], [scene(LEFT, RIGHT)]


@pytest.mark.parametrize("late", [0, 1, LOOKAHEAD - 1])
def test_a_newcomer_is_swapped_from_the_first_picture_they_are_in(late: int) -> None:
    video = Video(overlooks=range(20, 20 + late))
    assert swapped(video.play(ALONE * 20 + BOTH * 20), 230) == list(range(20, 40))


def test_who_is_overlooked_at_every_change_is_found_by_the_next_search_and_swapped_from_the_start() -> None:
    video = Video(overlooks=range(20, 20 + AGAIN + VIDEO_PERIOD - 1))
    assert swapped(video.play(ALONE * 20 + BOTH * 30), 230) == list(range(20, 50))
    assert VIDEO_PERIOD < LOOKAHEAD


def test_somebody_who_walks_is_followed_backwards() -> None:
    pictures = ALONE * 20 + [scene(LEFT, (200 + 3 * step, 90, 60)) for step in range(12)]
    shown = Video(overlooks=range(20, 30)).play(pictures)
    assert [green(frame, 200 + 3 * step) for step, frame in enumerate(shown[20:])] == [True] * 12


def test_the_first_pictures_of_a_video_are_filled_too() -> None:
    assert swapped(Video(overlooks=range(6)).play(BOTH * 20), 230) == list(range(20))


def test_nobody_is_followed_across_a_cut() -> None:
    """Before it a poster hangs where the newcomer stands after it, which is not followed itself."""
    before = np.full_like(BOTH[0], 90)
    before[60:120, 200:260] = BOTH[0][60:120, 200:260]
    assert swapped(Video(overlooks=range(21)).play([before] * 20 + BOTH * 10), 230) == list(range(20, 30))


def test_another_person_in_the_same_place_is_not_taken_for_the_newcomer() -> None:
    pictures = [scene(LEFT, RIGHT, people=(0, 2))] * 24 + BOTH * 20
    assert swapped(Video(overlooks=range(26)).play(pictures), 230) == list(range(24, 44))


def test_who_has_no_place_in_a_picture_is_not_added_to_it() -> None:
    """With --faces 1 the one who was wanted then stays so, though the newcomer is larger."""
    pictures = [scene(LEFT, (230, 90, 80))] * 10 + [scene((0, 0, 0), (230, 90, 80))] * 10
    shown = Video(overlooks=range(10), faces=Faces(1)).play(pictures)
    assert (swapped(shown, 70), swapped(shown, 230)) == (list(range(10)), list(range(10, 20)))


@pytest.mark.parametrize("length", [1, 3, LOOKAHEAD - 2])
def test_a_gap_of_a_followed_face_is_not_bare(length: int) -> None:
    raw = BOTH[0][60:120, 200:260]
    shown = Video(hides=range(20, 20 + length)).play(BOTH * 40)
    assert swapped(shown, 230) == [*range(20), *range(20 + length, 40)]
    for frame in shown[20 : 20 + length]:
        assert (frame.image[60:120, 200:260] == raw).all(axis=2).mean() < 0.1
        assert green(frame, 70)


def test_somebody_whom_landmarks_lost_by_a_jump_is_found_between() -> None:
    """A face that jumps is not followed; where it landed it can be seen before it is found."""
    pictures = BOTH * 20 + [scene(LEFT, (230, 40, 60))] * 20
    shown = Video(overlooks=range(20, 26)).play(pictures)
    assert [bool((frame.image[40, 230] == GREEN).all()) for frame in shown[20:]] == [True] * 20


def test_an_engine_that_fails_looking_back_loses_no_picture(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise EngineError("out of memory", remedy="close something")

    shown = Video(overlooks={20}, fault=fail).play(ALONE * 20 + BOTH * 20)
    assert swapped(shown, 230) == list(range(21, 40))
    assert "new faces may be swapped late" in caplog.text


def test_large_pictures_wait_in_bounded_memory() -> None:
    buffer = BackfillBuffer[Picture](FakeLandmarker(), 1)
    picture = Picture(np.broadcast_to(np.uint8(0), (4320, 7680, 3)))
    for _ in range(9):
        buffer.put(picture)
        list(buffer.ready())
    assert 0 < len(buffer) * picture.canvas.nbytes <= MOST_BYTES
    assert len(list(buffer.rest())) > 0
    assert len(buffer) == 0


@dataclass
class Picture:
    canvas: Image
    result: None = None
