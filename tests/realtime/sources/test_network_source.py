"""Streams from the network: a real sender on this machine, and what is said when it stops, hangs or is not there."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from realtime.errors import SourceError
from realtime.sources import media, open_source
from tests.realtime.clips import Clip, write_clip

FRAMES = 60


@pytest.fixture(scope="module")
def transport_stream(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    clip = Clip(frames=FRAMES, size_wh=(320, 180), sound=None)
    return write_clip(tmp_path_factory.mktemp("network") / "clip.ts", clip).read_bytes()


@contextmanager
def sender(content: bytes, *, then_hang: bool = False) -> Iterator[str]:
    """Sends `content` to who connects; then closes, or says nothing more until the end of the block. Yields its URL."""
    over = threading.Event()

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(content)
            if then_hang:
                over.wait(30)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        try:
            yield f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            over.set()
            thread.join(5)


def test_stream_is_live_and_its_end_is_an_error_that_says_who_ended_it(transport_stream: bytes) -> None:
    with sender(transport_stream) as url:
        source = open_source(url)
        assert (source.info.live, source.info.size_wh, source.info.frame_count) == (True, (320, 180), None)
        stream = source.frames()
        frames = [next(stream) for _ in range(FRAMES)]
        with pytest.raises(SourceError, match="the sender closed it"):
            next(stream)
    assert [frame.seq for frame in frames] == list(range(len(frames)))


def test_sender_that_hangs_is_an_error_that_says_how_long(
    transport_stream: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "READ_TIMEOUT_S", 0.3)
    with sender(transport_stream, then_hang=True) as url:
        source = open_source(url)
        with pytest.raises(SourceError, match=r"nothing came for 0\.3 s"):
            list(source.frames())


def test_closing_ends_a_read_that_waits_without_an_error(
    transport_stream: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "READ_TIMEOUT_S", 0.5)
    with sender(transport_stream, then_hang=True) as url:
        source = open_source(url)
        frames = source.frames()
        for _ in range(FRAMES // 2):
            next(frames)
        closer = threading.Timer(0.1, source.close)
        closer.start()
        list(frames)
        closer.join()


def test_live_frames_come_when_they_were_sent_not_when_the_decoder_has_more(
    transport_stream: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "READ_TIMEOUT_S", 0.5)
    frames = []
    with sender(transport_stream, then_hang=True) as url, suppress(SourceError):
        for frame in open_source(url).frames():
            frames.append(frame)  # noqa: PERF402  list() would lose them when it raises
    assert len(frames) == FRAMES
    held_back = [frame for frame in frames if frame.captured_ns - frames[0].captured_ns > 0.4e9]
    assert len(held_back) <= 2  # in a transport stream a frame ends where the next begins, for demuxer and for parser


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:9/x", "Connection refused"),
        ("rtsp://user:geheim@127.0.0.1:9/x", "Connection refused"),
        ("gopher://user:geheim@127.0.0.1/x", "not an address that can be read"),
    ],
)
def test_stream_that_does_not_open_is_an_error_that_keeps_the_password(url: str, reason: str) -> None:
    with pytest.raises(SourceError, match=reason) as raised:
        open_source(url)
    assert "geheim" not in str(raised.value) + raised.value.remedy
    assert raised.value.remedy


class FromTheBeginning(SimpleHTTPRequestHandler):
    """A server that cannot give a part of a file, as Python's own."""

    def log_message(self, *_: object) -> None: ...


def test_server_that_cannot_seek_is_told_apart_from_a_damaged_video(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, 4 << 20, dtype=np.uint8)  # or it would fit into one read
    video = write_clip(tmp_path / "clip.mp4").read_bytes()
    index = video.index(b"moov") - 4
    free = (len(noise) + 8).to_bytes(4, "big") + b"free" + noise.tobytes()
    (tmp_path / "clip.mp4").write_bytes(video[:index] + free + video[index:])
    assert len(list(open_source(str(tmp_path / "clip.mp4")).frames())) == 30
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(FromTheBeginning, directory=str(tmp_path))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            with pytest.raises(SourceError) as raised:
                open_source(f"http://127.0.0.1:{server.server_port}/clip.mp4")
        finally:
            server.shutdown()
            thread.join()
    assert raised.value.remedy == "download it, and give the file"
