import pytest

from realtime.choices import WhenLost
from realtime.fakes import FOREVER, FakeSink, FakeSource, shows_secret
from realtime.types import Outcome
from tests.realtime.streams import Script, make_runner, run_for


@pytest.mark.parametrize("asked", [None, WhenLost.SLATE])
@pytest.mark.parametrize(
    "script",
    [
        dict.fromkeys(range(200), ()),
        dict.fromkeys(range(10, 200), ()),
        {index: RuntimeError("CUDA") for index in range(3, 200)},
        dict.fromkeys(range(0, 200, 2), ()),
        {5: FOREVER},
    ],
    ids=["never a face", "track lost", "engine raises", "flickering track", "engine hangs"],
)
def test_live_the_target_is_never_shown(asked: WhenLost | None, script: Script) -> None:
    sink = FakeSink()
    run_for(make_runner(FakeSource(FOREVER, live=True, rate=100), sink, script=script, asked=asked), 0.7)
    assert sink.frames
    assert not any(shows_secret(frame.image) for frame in sink.frames)


def test_live_the_target_is_shown_when_somebody_asked_for_it() -> None:
    sink = FakeSink()
    script: Script = {2: (), 3: RuntimeError("CUDA")}
    make_runner(FakeSource(20, live=True, rate=50), sink, script=script, asked=WhenLost.PASS).run()
    assert {shows_secret(frame.image) for frame in sink.frames if frame.outcome is Outcome.SWAPPED} == {False}
    assert {shows_secret(frame.image) for frame in sink.frames if frame.outcome is not Outcome.SWAPPED} == {True}


def test_in_a_file_scenes_pass_and_failures_do_not() -> None:
    sink = FakeSink()
    make_runner(FakeSource(5), sink, script={1: (), 3: RuntimeError("CUDA")}).run()
    assert [frame.outcome for frame in sink.frames] == [
        Outcome.SWAPPED,
        Outcome.NO_FACE,
        Outcome.SWAPPED,
        Outcome.FAILED,
        Outcome.SWAPPED,
    ]
    assert [shows_secret(frame.image) for frame in sink.frames] == [False, True, False, False, False]
