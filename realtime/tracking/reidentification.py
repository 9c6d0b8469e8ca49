"""Who somebody is, by how they look: a face that was lost and comes back has the number it had.

Place alone tells nothing as soon as two faces are near each other. Where looks tell nothing (a face too small, too
dark) place decides. Knows looks, places and numbers; searches no picture.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from engines.crops.alignment import similarity
from engines.image.geometry import box_of, eye_distance, size_of, transform_points
from engines.landmarks.plausibility import has_jumped, turned_over
from engines.recognition.appearance import DIFFERENT, SAME, Appearance, Look, look_at
from engines.track_state import TrackState
from engines.types import FaceLandmarker, FaceLandmarks, HandLandmarks, Image, Points
from realtime.tracking.smoothing import SteadyLandmarks

REMEMBERED = 64
"""People who are remembered for their return, those who left last: a stream may run for days."""
LIKE_SIZE = 1.6
"""A face that returns to its place is at most this much larger or smaller."""
CROWD = 1.6
"""Sizes of a face: others nearer than this may be taken for it, and its looks are compared in every frame."""
AT_EDGE = 0.15
"""Of its size."""
LOOK_PERIOD_NS = 400_000_000
NEW_FRAMES = 90
LEARNT, MOST_HIDDEN, BEHIND = 0.5, 0.2, 0.5
"""Likeness from which a look is learnt, if no more than that of the face was hidden a frame before: what hides a good
part of a face would be taken for the face (inspection.py). Of faces covered by 40 % the likeness is 0.35 in the middle
and 0.74 at most, and the compositor takes 0.18 to 0.61 of them for hidden; of bare ones 0.18 at most
(`benchmarks.privacy`, covers). Of whom more than the third of these was hidden, another face may be in front."""
BROKEN_FRAMES = 4
"""So many frames in a row in which somebody near others looks like another person, and it is another one."""
MOVED, DEFORMED = 0.12, 0.02
"""In sizes, and in eye distances: a face that once moved so far, or turned and talked so much, is no poster. Landmarks
of pictures on a wall tremble by up to 0.012 (16 px between the eyes, noise of 6 in 255); people's by 0.03."""


@dataclass(frozen=True, slots=True)
class Track:
    """A face that is in view now.

    id: of a person, never given to another. face: steadied landmarks, px. age: frames followed, from 1. frame_wh: of
    the picture that its px are of. appearance: how that person looks. certainty: -1..1, how much this face looks like
    them, at the last look. is_alone: nobody is near enough to be taken for it. moves: whether it ever
    moved; a poster does not.
    """

    id: int
    face: FaceLandmarks
    age: int
    frame_wh: tuple[int, int]
    appearance: Appearance
    certainty: float = 1.0
    is_alone: bool = True
    moves: bool = True


@dataclass(frozen=True, slots=True)
class LostTrack:
    """A face that was followed, is not seen now, and may still be there. box_xyxy: where it was last, px."""

    id: int
    box_xyxy: Points
    lost_ns: int


@dataclass(slots=True, eq=False)
class Person:
    """Somebody who was followed. id: never given to anybody else. track_state: what was learnt of them for the swap."""

    id: int
    appearance: Appearance
    track_state: TrackState
    moves: bool = False


@dataclass(slots=True, eq=False)
class FollowedFace:
    """A face and whose it is.

    raw: landmarks as the model gave them, since smoothing must not feed back into where to look. box: their own, px.
    first: where it began, (468, 3) px. certainty: see `Track`. unlike: frames in a row in which it looked like another.
    """

    person: Person
    raw: FaceLandmarks
    seen_ns: int
    first: Points
    age: int = 0
    steady: SteadyLandmarks = field(default_factory=SteadyLandmarks)
    certainty: float = 1.0
    is_alone: bool = True
    looked_ns: int | None = None
    unlike: int = 0
    jumped: bool = False
    turned_ns: int | None = None
    box: Points = field(init=False)

    def __post_init__(self) -> None:
        self.box = box_of(self.raw.points)

    def see(self, raw: FaceLandmarks, at_ns: int) -> None:
        """It is there now."""
        self.jumped = has_jumped(self.raw.points, raw.points)
        self.raw, self.box, self.seen_ns = raw, box_of(raw.points), at_ns

    def recognise(self, image: Image, at_ns: int, *, is_alone: bool) -> Look | None:
        """Compare it with what is remembered of its person, and remember this look. Returns a look, if it took one.

        is_alone: nobody is near enough to be taken for it; else every frame is compared, and only sure looks learnt.
        Nobody is learnt from behind something, but for the first look.
        """
        self.person.moves, self.is_alone = self.person.moves or self._has_moved(), is_alone
        is_soon = self.looked_ns is not None and at_ns - self.looked_ns < LOOK_PERIOD_NS
        if is_alone and is_soon and not self.jumped:
            return None
        look, self.looked_ns = look_at(image, self.raw.points), at_ns
        alike = self.person.appearance.likeness(look)
        self.certainty = 1.0 if alike is None else alike
        self.unlike = self.unlike + 1 if self.certainty < DIFFERENT and not is_alone else 0
        is_sure = self.certainty >= (LEARNT if is_alone else SAME)
        if (is_sure and self.person.track_state.hidden <= MOST_HIDDEN) or not self.person.appearance.looks:
            self.person.appearance.learn(look)
        return look

    def turn_over(self, landmarker: FaceLandmarker, image: Image, at_ns: int) -> bool:
        """It is unlike its person: perhaps it lies, and its landmarks do not. Returns whether it is them after all."""
        if self.turned_ns is not None and at_ns - self.turned_ns < LOOK_PERIOD_NS and not self.jumped:
            return False
        self.turned_ns = at_ns
        for found in turned_over(landmarker, image, self.raw.points):
            alike = self.person.appearance.likeness(look_at(image, found.points))
            if alike is not None and alike >= SAME:
                self.raw, self.box, self.certainty, self.unlike = found, box_of(found.points), alike, 0
                self.steady = SteadyLandmarks()
                return True
        return False

    def track(self, image: Image, at_ns: int, hands: tuple[HandLandmarks, ...], *, steady: bool) -> Track:
        """As it is in a picture, its landmarks steadied if they are to be. hands: near it."""
        self.age += 1
        points = self.steady.update(image, self.raw.points, at_ns) if steady else self.raw.points
        seen = replace(self.raw, points=points, track_state=self.person.track_state, hands=hands)
        sure = self.certainty, self.is_alone, self.person.moves
        return Track(self.person.id, seen, self.age, (image.shape[1], image.shape[0]), self.person.appearance, *sure)

    def rescale(self, across: float, down: float) -> None:
        """Pictures come in another size from now on."""
        scale = np.array([across, down, across], np.float32)
        points = (self.raw.points + np.float32(0.5)) * scale - np.float32(0.5)
        self.see(replace(self.raw, points=points), self.seen_ns)
        self.first, self.steady = self.raw.points, SteadyLandmarks()

    def is_at_edge(self, frame_wh: tuple[int, int]) -> bool:
        """Whether it is near enough to an edge of the picture to leave by it."""
        box, margin = self.box, AT_EDGE * size_of(self.box)
        return bool((box[:2] < margin).any() or (box[2:] > np.subtract(frame_wh, margin)).any())

    @property
    def is_unlike(self) -> bool:
        """Whether it looks like somebody else, or something hides it."""
        return self.certainty < DIFFERENT

    @property
    def is_another(self) -> bool:
        """Whether it is somebody else's face by now."""
        return self.unlike >= BROKEN_FRAMES

    @property
    def may_be_behind(self) -> bool:
        """Whether another one may be in front, and was detected there: not painted yet, it may be mostly hidden."""
        return self.age == 0 or self.person.track_state.hidden > BEHIND

    @property
    def is_new(self) -> bool:
        """Whether it may turn out to be somebody's who is away: at first only a part of it was seen."""
        return self.age < NEW_FRAMES

    def becomes(self, person: Person) -> None:
        """It is another person's from now on."""
        self.person, self.first, self.unlike, self.age = person, self.raw.points, 0, 0

    def _has_moved(self) -> bool:
        before, now = box_of(self.first), self.box
        if np.abs(now - before).max() > MOVED * size_of(before):
            return True
        laid = transform_points(self.first, similarity(self.first[:, :2], self.raw.points[:, :2]))
        apart = np.linalg.norm((laid - self.raw.points)[:, :2], axis=1)
        return float(np.sqrt((apart**2).mean())) > DEFORMED * eye_distance(self.raw.points)


class People:
    """Everybody of one stream, in view or not. One thread at a time."""

    def __init__(self) -> None:
        self._away: OrderedDict[int, Person] = OrderedDict()
        self._next_id = 1

    def left(self, person: Person) -> None:
        """They are followed no more."""
        self._away[person.id] = person
        self._away.move_to_end(person.id)
        while len(self._away) > REMEMBERED:
            self._away.popitem(last=False)

    def known(self, look: Look) -> Person | None:
        """Who of those that are away looks so, if anybody."""
        alike = ((person.appearance.likeness(look) or -1, person) for person in self._away.values())
        likeness, likeliest = max(alike, key=lambda pair: pair[0], default=(-1, None))
        return likeliest if likeness >= SAME else None

    def arrived(self, look: Look, near: Sequence[Person], *, is_alone: bool) -> Person:
        """Whose face this is: of somebody who is away, or a new person's.

        near: who was lost about here just now. is_alone: nobody else is, so that place says what looks do not: half of
        the face may be hidden.
        """
        person = self.known(look) or next((person for person in near if is_alone or _may_be(person, look)), None)
        if person is None:
            self._next_id += 1
            person = Person(self._next_id - 1, Appearance(), TrackState())
        self.is_back(person)
        return person

    def is_back(self, person: Person) -> None:
        """They are followed again."""
        self._away.pop(person.id, None)


def _may_be(person: Person, look: Look) -> bool:
    """Whether looks do not contradict what the place says."""
    alike = person.appearance.likeness(look)
    return alike is None or alike >= DIFFERENT


def near_enough(box: Points, lost: Points) -> bool:
    """Whether a face may have moved from `lost` to `box` unseen: no farther than its size, and about as large."""
    moved = float(np.linalg.norm((box[:2] + box[2:]) - (lost[:2] + lost[2:]))) / 2
    return moved < size_of(lost) and 1 / LIKE_SIZE < size_of(box) / size_of(lost) < LIKE_SIZE


def far_from(box: Points, others: Sequence[Points]) -> bool:
    """Whether none of the others is near enough to be taken for the face in a box."""
    reach, middle = CROWD * size_of(box), box[:2] + box[2:]
    return all(np.linalg.norm(other[:2] + other[2:] - middle) / 2 >= reach for other in others)
