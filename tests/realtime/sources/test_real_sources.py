"""Real clips, read whole: what their makers' encoders wrote, not what ours would."""

from fractions import Fraction
from pathlib import Path

import pytest

from realtime.media.timecode import read_timecode
from realtime.sources import open_source
from realtime.types import ColourTags

CLIPS = {
    "man-frontal-480p": (216, (480, 480), Fraction(30), ColourTags(5, 2, 2)),  # says nothing: guessed by its size
    "man-glasses-hand-512p": (183, (512, 512), Fraction(25), ColourTags(6, 6, 1)),
    "woman-desk-720p": (282, (1280, 720), Fraction(30), ColourTags(1, 1, 1)),
    "woman-halfprofile-720p": (180, (1280, 720), Fraction(30), ColourTags(1, 2, 2)),  # guessed, too
}


@pytest.mark.media
@pytest.mark.parametrize("name", CLIPS)
def test_real_clip_is_read_whole_and_as_it_is_tagged(media: Path, name: str) -> None:
    count, size_wh, rate, colour = CLIPS[name]
    source = open_source(str(media / f"{name}.mp4"))
    info = source.info
    assert (info.frame_count, info.size_wh, info.rate, info.colour) == (count, size_wh, rate, colour)
    assert (info.live, info.sound_from) == (False, f"file:{media / name}.mp4")
    width, height = size_wh
    seconds, false_times = [], 0
    for number, frame in enumerate(source.frames()):
        assert (frame.seq, frame.image.shape) == (number, (height, width, 3))
        seconds.append(float(frame.pts * info.time_base))
        false_times += read_timecode(frame.image) is not None
    assert len(seconds) == count
    assert seconds == sorted(set(seconds))
    assert seconds[-1] - seconds[0] == pytest.approx((count - 1) / rate, abs=0.01)
    assert false_times == 0
