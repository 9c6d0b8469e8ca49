"""Who is let in, and what every answer carries."""

from pathlib import Path

import pytest

from benchmarks.common.fake_server import Served
from realtime.web.auth import (
    BURST,
    FORGIVEN,
    MOST_WAIT_S,
    REMEMBERED,
    BackOff,
    Guard,
    RateLimiter,
    RefusedError,
    network_of,
)
from tests.realtime.web.served import serving

SDP = {"Content-Type": "application/sdp"}


STRANGERS = {
    "another name for this machine (DNS rebinding)": ({"Host": "evil.example"}, 403),
    "a page of another site": ({"Host": "127.0.0.1:80", "Origin": "https://evil.example"}, 403),
    "a sandboxed page": ({"Host": "127.0.0.1:80", "Origin": "null"}, 403),
    "our own page": ({"Host": "localhost:80", "Origin": "http://localhost:80"}, 200),
    "no browser": ({"Host": "[::1]:80"}, 200),
    "a Host that is none": ({"Host": "["}, 400),
    "an Origin that is none": ({"Host": "127.0.0.1:80", "Origin": "http://["}, 400),
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
            assert (await client.get("/info", headers={"Authorization": "Bearer secret"})).status == 200, "forgiven"
        assert (await client.get("/info", headers={"Authorization": "Bearer secret", "Host": "a.b"})).status == 200
        assert (await client.ws_connect("/socket?token=secret")).closed is False

    serving(test, tmp_path, token="secret")  # noqa: S106


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("token", ["\udcff", "Zoë", "\0", ""])
def test_token_of_odd_characters_is_a_wrong_one(token: str) -> None:
    for headers, query in ((bearer(token), {}), ({}, {"token": token})):
        with pytest.raises(RefusedError) as refused:
            Guard("secret").admit(headers, query, is_public=False)
        assert refused.value.status == 401


def test_wrong_tokens_are_slowed_down_and_the_right_one_is_forgiven() -> None:
    now_s = 0.0
    guard = Guard("secret", clock=lambda: now_s)

    def status(token: str, address: str = "10.0.0.1") -> int:
        try:
            guard.admit(bearer(token), {}, is_public=False, address=address)
        except RefusedError as refused:
            return refused.status
        return 200

    assert [status("wrong") for _ in range(FORGIVEN + 3)] == [401] * FORGIVEN + [429] * 3
    assert status("secret") == 429, "else guessing on would still pay"
    assert status("secret", "10.0.0.2") == 200
    now_s = 1.0
    assert [status("wrong"), status("wrong")] == [401, 429]
    now_s = 3.0
    assert [status("secret"), status("wrong")] == [200, 401]
    assert [status("") for _ in range(3 * FORGIVEN)] == [401] * 3 * FORGIVEN, "a page without a token does not guess"


def test_back_off_has_an_end_and_fixed_memory() -> None:
    back_off = BackOff()
    for number in range(3 * REMEMBERED):
        back_off.failed(f"10.0.{number // 250}.{number % 250}", 0.0)
    assert len(back_off._failures) == REMEMBERED
    for _ in range(5000):
        back_off.failed("::1", 0.0)
    assert back_off.wait_s("::1", 0.0) == MOST_WAIT_S


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("10.0.0.1", "10.0.0.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("fe80::1%eth0", "fe80::2", True),
        ("", "10.0.0.1", False),
    ],
)
def test_addresses_that_one_visitor_may_choose_from_are_one(one: str, other: str, is_same: bool) -> None:
    assert (network_of(one) == network_of(other)) is is_same


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
    limiter = RateLimiter()
    assert [limiter.wait_s("a", 0.0) for _ in range(int(BURST))] == [0.0] * int(BURST)
    assert limiter.wait_s("a", 0.0) > 0
    assert limiter.wait_s("b", 0.0) == 0
    assert limiter.wait_s("a", 1.0) == 0
    for number in range(3 * REMEMBERED):
        limiter.wait_s(str(number), 2.0)
    assert len(limiter._buckets) == REMEMBERED
