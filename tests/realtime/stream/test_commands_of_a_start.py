"""Commands that hold only as far as a run was started for them: who is swapped, and hands in front of the face."""

import pytest

from models.errors import UserError
from realtime.faces.selection import FixedFaces
from realtime.stream.live_settings import LiveControl

NAMES = ("alice", "bob")


def test_who_is_swapped_is_said_in_words_or_by_numbers_unless_the_run_was_started_with_a_map() -> None:
    control = LiveControl(FixedFaces(NAMES))
    for said in ("all", "largest", "2", "choose", "choose 3 15"):
        assert f"faces: {said}" in control.apply(f"faces {said}")
        assert str(control.settings.faces) == said
    control.is_mapped = True
    with pytest.raises(UserError, match="--map"):
        control.apply("faces all")


def test_hands_are_switched_where_this_run_finds_them() -> None:
    control = LiveControl(FixedFaces(NAMES))
    control.apply("hands off")
    assert not control.settings.hands
    control.finds_hands = False
    with pytest.raises(UserError, match="not looked for") as refused:
        control.apply("hands on")
    assert "--no-hands" in refused.value.remedy
