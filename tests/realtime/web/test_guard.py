"""Who is let in, and what every answer carries."""

from pathlib import Path

import pytest

from realtime.web.guard import BURST, REMEMBERED, Pace
from tests.realtime.web.served import Served, serving

SDP = {"Content-Type": "application/sdp"}


STRANGERS = {
    "another name for this machine (DNS rebinding)": ({"Host": "evil.example"}, 403),
    "a page of another site": ({"Host": "127.0.0.1:80", "Origin": "https://evil.example"}, 403),
    "a sandboxed page": ({"Host": "127.0.0.1:80", "Origin": "null"}, 403),
    "our own page": ({"Host": "localhost:80", "Origin": "http://localhost:80"}, 200),
    "no browser": ({"Host": "[::1]:80"}, 200),
}


@pytest.mark.parametrize(("headers", "status"), STRANGERS.values(), ids=STRANGERS)
@pytest.mark.parametrize("path", ["/", "/info", "/healthz", "/page/main.js"])
def test_only_this_machine_and_our_own_page(tmp_path: Path, headers: dict[str, str], status: int, path: str) -> None:
    async def test(server: Served) -> None:
        assert (await server.client.get(path, headers=headers)).status == status

    serving(test, tmp_path)


def test_token_opens_everything_but_the_page_which_is_open(tmp_path: Path) -> None:
    async def test(server: Served) -> None:
        client = server.client
        for path in ("/", "/healthz", "/page/main.js", "/openapi.json"):
            assert (await client.get(path, headers={"Host": "box.example"})).status == 200
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "secret"[:-1]}):
            for path in ("/info", "/metrics", "/faces/ann", "/socket?token=no"):
                assert (await client.get(path, headers=headers)).status == 401
            assert (await client.post("/session", data="v=0", headers={**SDP, **headers})).status == 401
        assert (await client.get("/info", headers={"Authorization": "Bearer secret", "Host": "a.b"})).status == 200
        assert (await client.ws_connect("/socket?token=secret")).closed is False

    serving(test, tmp_path, token="secret")  # noqa: S106


def test_answers_carry_what_keeps_the_page_safe(tmp_path: Path) -> None:
    async def test(server: Served) -> None:
        for path in ("/", "/info", "/nowhere", "/page/main.js"):
            headers = (await server.client.get(path)).headers
            assert "default-src 'self'" in headers["Content-Security-Policy"]
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Referrer-Policy"] == "no-referrer"
            assert "Access-Control-Allow-Origin" not in headers

    serving(test, tmp_path)


@pytest.mark.parametrize("path", ["/page/../serve.py", "/page/%2e%2e/serve.py", "/page/..%2fserve.py", "//etc/passwd"])
def test_no_file_but_the_pages_own(tmp_path: Path, path: str) -> None:
    async def test(server: Served) -> None:
        from yarl import URL  # noqa: PLC0415

        url = URL(str(server.client.make_url("/")).rstrip("/") + path, encoded=True)
        assert (await server.client.session.get(url)).status in {403, 404}

    serving(test, tmp_path)


def test_hasty_address_is_told_to_wait_and_others_are_not() -> None:
    pace = Pace()
    assert [pace.wait_s("a", 0.0) for _ in range(int(BURST))] == [0.0] * int(BURST)
    assert pace.wait_s("a", 0.0) > 0
    assert pace.wait_s("b", 0.0) == 0
    assert pace.wait_s("a", 1.0) == 0
    for number in range(3 * REMEMBERED):
        pace.wait_s(str(number), 2.0)
    assert len(pace._buckets) == REMEMBERED
