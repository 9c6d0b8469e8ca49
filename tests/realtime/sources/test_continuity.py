"""A jump of time stamps is told from a pause of the video."""

from collections.abc import Sequence

import pytest

from realtime.sources.continuity import Continuity, Stamp, StampKind

STEP_S = 0.04


def after_a_second(*, may_join: bool, lasts_s: float = STEP_S) -> Continuity:
    """25 pictures from 0 on; the next one is due at 1."""
    continuity = Continuity(may_join=may_join)
    for number in range(25):
        continuity.accept(Stamp(number * STEP_S, STEP_S if number < 24 else lasts_s, number == 0), jumped=False)
    return continuity


def hear(continuity: Continuity, *pieces: tuple[float, float]) -> None:
    for from_s, to_s in pieces:
        for number in range(round((to_s - from_s) / 0.02)):
            continuity.hear(from_s + number * 0.02, from_s + number * 0.02 + 0.02)


@pytest.mark.parametrize(("at_s", "is_regular"), [(1.0, True), (1.5, True), (0.97, True), (5.0, False), (0.5, False)])
def test_only_large_steps_are_judged(at_s: float, is_regular: bool) -> None:
    assert after_a_second(may_join=True).is_regular(Stamp(at_s, STEP_S, False)) is is_regular


def test_pause_that_a_packet_announces_is_regular() -> None:
    assert after_a_second(may_join=False, lasts_s=5.04).is_regular(Stamp(6.0, STEP_S, False))


SOUNDS = {
    "goes on": ([(0.0, 9.0)], StampKind.REGULAR),
    "goes on, late in the file": ([(0.0, 1.0), (1.0, 8.0)], StampKind.REGULAR),
    "jumps, too": ([(0.0, 1.0), (8.0, 8.5)], StampKind.JUMP),
    "jumps, and begins before its pictures": ([(0.0, 1.0), (7.7, 8.5)], StampKind.JUMP),
    "jumps, and outlasted its pictures": ([(0.0, 1.6), (8.0, 8.5)], StampKind.JUMP),
    "is over": ([(0.0, 1.0)], None),
    "is not there": ([], None),
}


@pytest.mark.parametrize("may_join", [True, False])
@pytest.mark.parametrize(("pieces", "kind"), SOUNDS.values(), ids=SOUNDS)
def test_sound_tells_a_pause_from_a_jump(
    pieces: Sequence[tuple[float, float]], kind: StampKind | None, may_join: bool
) -> None:
    continuity = after_a_second(may_join=may_join)
    hear(continuity, *pieces)
    assert continuity.judge(Stamp(8.0, STEP_S, True), [8.04], is_all=False) is kind


@pytest.mark.parametrize(
    ("may_join", "at_s", "is_key", "kind"),
    [
        (True, 4.0, True, StampKind.JUMP),
        (True, 4.0, False, StampKind.REGULAR),
        (True, 20.0, False, StampKind.JUMP),
        (False, 20.0, True, StampKind.REGULAR),
        (False, 2000.0, True, StampKind.JUMP),
    ],
)
def test_without_sound_the_format_decides(may_join: bool, at_s: float, is_key: bool, kind: StampKind) -> None:
    continuity = after_a_second(may_join=may_join)
    assert continuity.judge(Stamp(at_s, STEP_S, is_key), [at_s + STEP_S], is_all=True) is kind


def test_slides_are_no_jumps() -> None:
    continuity = Continuity(may_join=True)
    for number in range(4):
        continuity.accept(Stamp(number * 20.0, STEP_S, True), jumped=False)
    assert continuity.judge(Stamp(80.0, STEP_S, True), [], is_all=True) is StampKind.REGULAR


@pytest.mark.parametrize(
    ("at_s", "following_s", "kind"),
    [
        (0.2, [0.24], StampKind.JUMP),
        (0.2, [1.04], StampKind.WRONG_STAMP),
        (95_000.0, [1.04], StampKind.WRONG_STAMP),
        (0.2, [], None),
    ],
    ids=["stays back", "one went back", "one went forward", "nothing is known yet"],
)
def test_what_follows_tells_a_jump_from_a_wrong_stamp(
    at_s: float, following_s: list[float], kind: StampKind | None
) -> None:
    assert after_a_second(may_join=True).judge(Stamp(at_s, STEP_S, True), following_s, is_all=False) is kind
