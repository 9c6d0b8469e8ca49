"""What is said of things before faces is what was counted."""

import numpy as np
import pytest

from benchmarks.covered import Covered, Mask, means, score_of, the_face


def rows(low: float, high: float) -> Mask:
    """Of the face: what lies between two shares of its height."""
    inside = the_face()
    mask = np.zeros_like(inside)
    height = inside.shape[0]
    mask[round(low * height) : round(high * height)] = True
    return mask & inside


def test_half_of_it_kept_and_half_of_what_is_kept() -> None:
    kept, true, both = rows(0.3, 0.5), rows(0.4, 0.6), rows(0.4, 0.5)
    score = score_of("cup", "clip", [Covered(kept, true)])
    assert score.recall == both.sum() / true.sum()
    assert score.precision == both.sum() / kept.sum()
    assert score.overlap == both.sum() / rows(0.3, 0.6).sum()
    assert score.unseen == 0


def test_frames_with_hardly_anything_before_the_face_are_not_asked_about() -> None:
    hardly = Covered(rows(0.4, 0.6), np.zeros_like(the_face()))
    score = score_of("cup", "clip", [hardly, Covered(rows(0.4, 0.6), rows(0.4, 0.6))])
    assert (score.frames, score.precision, score.recall) == (1, 1, 1)


def test_a_frame_in_which_nothing_was_kept_is_unseen() -> None:
    nothing, all_of_it = np.zeros_like(the_face()), rows(0.4, 0.6)
    score = score_of("cup", "clip", [Covered(nothing, all_of_it), Covered(all_of_it, all_of_it)])
    assert score.unseen == score.recall == 0.5
    assert means([score])["precision"] == 1


def test_a_thing_that_never_comes_before_the_face_is_said() -> None:
    with pytest.raises(ValueError, match="never"):
        score_of("cup", "clip", [])
