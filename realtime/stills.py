"""One picture: who is in it, and who of them wears what.

Knows one picture and no time; videos and live streams are `realtime.stream`'s business.
"""

from collections.abc import Container, Sequence

from engines.image.geometry import box_of
from engines.swappers.blurred_face import blur_box
from engines.swappers.compositing import Part, paint_all
from engines.types import Coverage, Image
from realtime.disclosure import Disclosure
from realtime.face_engines import FaceEngines
from realtime.stream.badge import Badge
from realtime.stream.badge_place import FaceInView
from realtime.tracking.reidentification import Track
from realtime.tracking.tracker import FaceTracker


def people_in(engines: FaceEngines, image: Image, most: int | None = None) -> list[Track]:
    """The faces in a picture, the largest first. image: BGR. most: so many at most; None for all."""
    limit = image.size if most is None else most
    hands = engines.hand_tracker()
    tracker = FaceTracker(engines.detector, engines.landmarker, hands=hands, max_faces=limit, video=True)
    return tracker.update(image, 0)


def blur_others(canvas: Image, people: Sequence[Track], wanted: Container[int]) -> None:
    """Blur everybody in a picture, in place, but those at these places. Before anybody is painted."""
    for place, track in enumerate(people):
        if place not in wanted:
            blur_box(canvas, box_of(track.face.points))


def put_on(canvas: Image, parts: Sequence[Part], disclosure: Disclosure) -> list[Coverage]:
    """Swap faces in a picture, in place; returns what became of each. parts: faces in it, and what they wear.

    disclosure: what it says of itself, if anybody was swapped.
    """
    told = paint_all(canvas, parts)
    if parts:
        badge = Badge()
        badge.look_at([FaceInView.of(number, face.points) for number, (face, _) in enumerate(parts)], disclosure)
        badge.stamp(canvas)
    return told
