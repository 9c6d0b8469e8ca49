"""A web server of this machine that breaks off, forgets and refuses when told to, and remembers what it was asked."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Behaviour:
    """What the server serves, and how badly. Change it between requests."""

    content: bytes
    headers: dict[str, str] = field(default_factory=lambda: {"ETag": '"v1"'})
    status: int | None = None  # answer this, whatever was asked
    cut_after: int | None = None  # bytes of the body, then it hangs up
    on_range: int = 206  # 200 to ignore ranges, 416 to refuse them
    range_shift: int = 0  # bytes by which it misses the start that was asked for
    says_length: bool = True
    ranges_asked: list[str | None] = field(default_factory=list)
    bytes_sent: list[int] = field(default_factory=list)
    url: str = ""
    asked: threading.Event = field(default_factory=threading.Event)
    may_answer: threading.Event = field(default_factory=threading.Event)

    def answer(self, wanted: str | None, still: str | None) -> tuple[int, int]:
        """Status and the offset to start at, for these Range and If-Range headers."""
        if self.status is not None:
            return self.status, 0
        if wanted is None or (still is not None and still not in self.headers.values()):
            return 200, 0
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) + self.range_shift
        return (self.on_range, start) if self.on_range == 206 else (self.on_range, 0)


@contextmanager
def serving(content: bytes) -> Iterator[Behaviour]:
    """Serve `content` on a loopback port until the block ends."""
    behaviour = Behaviour(content)
    behaviour.may_answer.set()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers["Range"]
            behaviour.ranges_asked.append(wanted)
            behaviour.asked.set()
            behaviour.may_answer.wait()
            status, start = behaviour.answer(wanted, self.headers["If-Range"])
            body = behaviour.content[start:] if status in (200, 206) else b""
            self.send_response(status)
            for name, value in behaviour.headers.items():
                self.send_header(name, value)
            if behaviour.says_length:
                self.send_header("Content-Length", str(len(body)))
            if status == 206:
                whole = len(behaviour.content)
                self.send_header("Content-Range", f"bytes {start}-{whole - 1}/{whole}")
            self.end_headers()
            behaviour.bytes_sent.append(len(body[: behaviour.cut_after]))  # before whoever gets them looks
            self.wfile.write(body[: behaviour.cut_after])

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class calls it so
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    behaviour.url = f"http://127.0.0.1:{server.server_port}/model.onnx"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield behaviour
    finally:
        behaviour.may_answer.set()
        server.shutdown()
        thread.join()
        server.server_close()
