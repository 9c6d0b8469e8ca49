"""Consent that is taken back while a stream runs: live nobody is shown any more, a video leaves no file."""

from pathlib import Path

import pytest

from realtime.choices import Strangers, WhenLost
from realtime.errors import ConsentError
from realtime.faces.selection import FixedFaces
from realtime.fakes import FakeFace, FakeSource, FakeTracker
from realtime.outputs import open_sink
from realtime.stream.consent_gate import ConsentGate
from realtime.stream.live_settings import LiveControl
from realtime.stream.painter import FramePainter
from realtime.stream.pipeline import SwapPipeline
from realtime.stream.privacy import PrivacyGate, PrivacyPolicy
from realtime.stream.runner import StreamRunner
from realtime.tracking.assignment import OrderAssigner
from realtime.types import DiscardableSink, Outcome, ShownFrame

REVOKED_AT = 10


class Revoked:
    """Consent that is gone at the n-th time it is asked for."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> None:
        self.asked += 1
        if self.asked > REVOKED_AT:
            raise ConsentError("consent was revoked", remedy="use another photo")


def watched(source: FakeSource, control: LiveControl, asked: WhenLost | None = None) -> ConsentGate:
    gate = PrivacyGate(PrivacyPolicy.choose(asked, live=source.live))
    painter = FramePainter(FakeTracker({}), OrderAssigner([FakeFace()]), Strangers.BLUR, live=source.live)
    pipeline = SwapPipeline(painter, gate, info=source.info, control=control)
    return ConsentGate(pipeline, Revoked(), control.withhold if source.live else None)


@pytest.mark.parametrize("asked", [None, *WhenLost])
def test_live_nobody_is_shown_any_more_whatever_was_asked_for(asked: WhenLost | None) -> None:
    source, control = FakeSource(2 * REVOKED_AT, live=True, rate=1000), LiveControl(FixedFaces())
    pipeline = watched(source, control, asked)
    shown = [each for frame in source.frames() for each in pipeline.take(frame)]
    assert [frame.outcome for frame in shown[:REVOKED_AT]] == [Outcome.SWAPPED] * REVOKED_AT
    dark = shown[REVOKED_AT:]
    assert [frame.outcome for frame in dark] == [Outcome.WITHHELD] * REVOKED_AT
    assert len({frame.image.tobytes() for frame in dark}) == 1, "a placeholder, and no picture of anybody"
    assert "withheld: consent was revoked" in control.status()


def test_no_command_shows_them_again() -> None:
    control = LiveControl(FixedFaces())
    control.withhold("consent was revoked")
    for command in ("pause off", "pause", "when-lost pass", "strangers leave"):
        control.apply(command)
        assert control.settings.paused


@pytest.mark.parametrize("name", ["out.mp4", "out.mkv", "out.gif", "%03d.png"])
@pytest.mark.parametrize("has_older", [False, True])
def test_video_ends_with_an_error_and_leaves_nothing(tmp_path: Path, name: str, *, has_older: bool) -> None:
    if has_older and "%" not in name:
        (tmp_path / name).write_bytes(b"older")
    source = FakeSource(60, live=False)
    sink = open_sink(str(tmp_path / name), source.info)
    with pytest.raises(ConsentError):
        StreamRunner(source, watched(source, LiveControl(FixedFaces())), [sink]).run()
    left = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert left == ({name: b"older"} if has_older and "%" not in name else {})


def test_picture_that_is_discarded_leaves_the_older_one(tmp_path: Path) -> None:
    (tmp_path / "out.png").write_bytes(b"older")
    source = FakeSource(1, live=False)
    sink = open_sink(str(tmp_path / "out.png"), source.info)
    frame = next(source.frames())
    sink.send(ShownFrame(frame.image, 0, 0, 0, Outcome.SWAPPED))
    assert isinstance(sink, DiscardableSink)
    sink.discard()
    sink.close()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"out.png": b"older"}
