"""A pipe shared by several readers: each gets every byte, memory has a limit, and nobody is held up for ever."""

import os
import threading
from collections.abc import Iterator

import pytest

from realtime.sources import shared_pipe
from realtime.sources.shared_pipe import PipeReader, SharedPipe

PIPE_BYTES = 4096
"""Fewer than a pipe holds, so a test may write before it reads."""


@pytest.fixture
def ends() -> Iterator[tuple[SharedPipe, int]]:
    """A shared pipe, and where to write to it."""
    reading, writing = os.pipe()
    pipe = SharedPipe(reading)
    yield pipe, writing
    pipe.close()
    try:
        os.close(writing)
    except OSError:
        return  # the test closed it: the sender's end


def all_of(reader: PipeReader, size: int = 1000) -> bytes:
    return b"".join(iter(lambda: reader.read(size), b""))


def test_every_reader_gets_every_byte_at_its_own_pace(ends: tuple[SharedPipe, int]) -> None:
    pipe, writing = ends
    first, second = pipe.reader(), pipe.reader()
    sent = os.urandom(PIPE_BYTES * 20)

    def send() -> None:
        os.write(writing, sent)
        os.close(writing)

    sender = threading.Thread(target=send)
    assert not pipe.received
    sender.start()
    begun = first.read(7) + first.read(100)
    pipe.begin()
    assert begun + all_of(first) == sent
    assert pipe.received
    assert all_of(second, 333) == sent
    assert not pipe._chunks
    sender.join()


def test_who_comes_late_is_told_that_the_beginning_is_gone(ends: tuple[SharedPipe, int]) -> None:
    pipe, _writing = ends
    pipe.begin()
    with pytest.raises(ValueError, match="beginning"):
        pipe.reader()


@pytest.mark.parametrize("ahead", [True, False], ids=["before", "behind"])
def test_reader_that_is_too_far_from_the_first_has_ended_and_holds_up_nothing(
    ends: tuple[SharedPipe, int], ahead: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(shared_pipe, "MOST_BEFORE_BYTES", 1000)
    monkeypatch.setattr(shared_pipe, "MOST_BEHIND_BYTES", 1000)
    pipe, writing = ends
    first, second = pipe.reader(), pipe.reader()
    pipe.begin()
    os.write(writing, bytes(PIPE_BYTES))
    if ahead:
        assert len(all_of(second, 100)) == 1100  # and it did not wait for more
        os.close(writing)
        assert len(all_of(first)) == PIPE_BYTES
    else:
        os.close(writing)
        assert len(all_of(first)) == PIPE_BYTES
        assert second.read(100) == b""
    assert not pipe._chunks
    assert "the sound or the subtitles end here" in caplog.text


def test_reader_that_is_gone_holds_nothing(ends: tuple[SharedPipe, int]) -> None:
    pipe, writing = ends
    first = pipe.reader()
    pipe.reader()  # nobody keeps it
    pipe.begin()
    os.write(writing, bytes(PIPE_BYTES))
    os.close(writing)
    assert len(all_of(first)) == PIPE_BYTES
    assert not pipe._chunks


def test_closing_ends_a_wait_for_bytes(ends: tuple[SharedPipe, int]) -> None:
    pipe, _writing = ends
    readers, got = [pipe.reader(), pipe.reader()], list[bytes]()
    waiting = [threading.Thread(target=lambda reader=reader: got.append(reader.read(1))) for reader in readers]
    for thread in waiting:
        thread.start()
    pipe.close()
    pipe.close()
    for thread in waiting:
        thread.join(2)
    assert got == [b"", b""]
