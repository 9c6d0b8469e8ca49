"""Whoever hangs is named, once, with the place in the code; and so is that they go on."""

import logging
import threading

import pytest

from realtime.errors import ReaderGoneError
from realtime.fakes import FOREVER, FakeSink, FakeSource
from realtime.stream.watchdog import Work, place_in, stack_of
from tests.realtime.streams import make_runner, run_for

HANGS = "swapping a frame takes more than 0.2 s, in realtime/fakes.py:"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr("realtime.stream.watchdog.HANG_S", 0.2)
    caplog.set_level(logging.INFO)


def test_an_engine_that_hangs_is_named_once_with_its_stack(caplog: pytest.LogCaptureFixture) -> None:
    runner = make_runner(FakeSource(FOREVER, live=True), FakeSink(), script={0: FOREVER})
    run_for(runner, 0.4, once=lambda: HANGS in caplog.text)
    assert caplog.text.count(HANGS) == 1
    assert "the outputs keep the last picture" in caplog.text
    assert "in take" in caplog.text, "the stack, for --verbose"


def test_an_output_that_hangs_is_named_and_that_it_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    stuck = FakeSink("stuck.mp4", faults={1: 0.6})
    runner = make_runner(FakeSource(FOREVER, live=True), stuck, FakeSink("other"))
    run_for(runner, 0.1, once=lambda: "sending a frame to stuck.mp4 goes on, after 0." in caplog.text)
    assert "sending a frame to stuck.mp4 takes more than 0.2 s, in realtime/fakes.py:" in caplog.text
    assert "it misses those that come meanwhile" in caplog.text


def test_an_output_whose_reader_left_does_not_hang(caplog: pytest.LogCaptureFixture) -> None:
    left = FakeSink("left", faults={1: ReaderGoneError("its reader left", remedy="none")})
    other = FakeSink("other")
    run_for(make_runner(FakeSource(FOREVER, live=True), left, other), 0.5, once=lambda: other.frames)
    assert "its reader left" in caplog.text
    assert "sending a frame to left takes" not in caplog.text


def test_a_picture_of_a_file_may_take_its_time(caplog: pytest.LogCaptureFixture) -> None:
    make_runner(FakeSource(3, live=False), FakeSink(), script={1: 0.4}).run()
    assert "takes more" not in caplog.text


def test_each_piece_that_hangs_is_told_of_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("realtime.stream.watchdog.HANG_S", 0)
    work = Work("counting", "nothing is lost")
    for _ in range(2):
        work.begin()
        work.look()
        work.look()
        work.end()
        work.look()
        work.look()
    told = [record.getMessage().partition(",")[0] for record in caplog.records if record.levelname == "WARNING"]
    assert told == ["counting takes more than 0 s", "counting goes on"] * 2


def test_work_that_is_done_in_time_is_not_told_of(caplog: pytest.LogCaptureFixture) -> None:
    work = Work("counting", "nothing is lost")
    for _ in range(3):
        work.begin()
        work.look()
        work.end()
        work.look()
    assert caplog.text == ""


def test_of_a_thread_that_has_ended_there_is_no_place() -> None:
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()
    assert thread.ident is not None
    assert place_in(stack_of(thread.ident)) == ""
