"""The composition root of the server: turns options into a server's state, sessions and a listening socket.

Knows addresses and certificates; knows no terminal.
"""

import asyncio
import re
import secrets
import signal
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TypeAlias

from aiohttp import web

from models.errors import UserError
from models.store import ModelStore
from realtime.config import RunConfig
from realtime.web.auth import Guard, is_loopback
from realtime.web.opened import Asked, opened
from realtime.web.rtc import ice_servers
from realtime.web.tls import own_certificate, tls_context

EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104  compared, not bound
HOST_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
LEAST_TOKEN = 16
TOKEN = re.compile(r"[\w.~/=-]+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """Where a server listens and whom it lets in.

    token: asked of everybody, LEAST_TOKEN characters or more; None makes one up unless only this machine and no other
    site can connect. framed: other sites may show the page in a frame, as notebooks do. self_signed: https by a
    certificate that is made for this machine. Raises UserError.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    token: str | None = None
    ice: tuple[str, ...] = ()
    sessions: int = 4
    tls_cert: Path | None = None
    tls_key: Path | None = None
    self_signed: bool = False
    framed: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise UserError(f"--port {self.port} is out of range", remedy="give 0 to 65535; 0 takes a free one")
        if not 1 <= self.sessions <= 64:
            raise UserError(f"--sessions {self.sessions} is out of range", remedy="give 1 to 64")
        if self.token is not None:
            _require_unguessable(self.token)
        elif self.framed or not is_loopback(self.host):
            object.__setattr__(self, "token", made_token())
        if self.self_signed and self.tls_cert is not None:
            raise UserError("--self-signed and --tls-cert do not go together", remedy="use only one of them")
        if self.self_signed and is_loopback(self.host):
            raise UserError(
                "--self-signed is for other machines: this one needs no https", remedy="add --host 0.0.0.0, or omit it"
            )

    @property
    def is_secure(self) -> bool:
        """Whether it speaks https."""
        return self.self_signed or self.tls_cert is not None

    @property
    def framed_by(self) -> str:
        """Who may show the page in a frame, for its Content-Security-Policy."""
        return "*" if self.framed else "'self'"


@dataclass(frozen=True, slots=True)
class Listening:
    """address: to open here. elsewhere: where other machines find it. Both with the token, behind the #, which browsers
    send to nobody. fingerprint: of a certificate that was made; None without. addresses: as elsewhere, without it.
    """

    address: str
    elsewhere: tuple[str, ...] = ()
    fingerprint: str | None = None
    addresses: tuple[str, ...] = ()


OnReady: TypeAlias = Callable[[Listening], None]


def made_token() -> str:
    """One that nobody guesses."""
    return secrets.token_urlsafe(18)


def _require_unguessable(token: str) -> None:
    remedy = f"omit --token, and one is made; or use --token {made_token()}"
    if len(token) < LEAST_TOKEN:
        raise UserError(f"--token has {len(token)} characters; under {LEAST_TOKEN} it can be guessed", remedy=remedy)
    if not TOKEN.fullmatch(token):
        raise UserError("--token has characters that cannot stand in an address", remedy=remedy)


def serve(config: RunConfig, options: ServeOptions, store: ModelStore, on_ready: OnReady) -> None:
    """Serve until interrupted. on_ready: told once it listens. Raises UserError before that, if at all."""
    asyncio.run(_serve(config, options, store, on_ready))


async def _serve(config: RunConfig, options: ServeOptions, store: ModelStore, on_ready: OnReady) -> None:
    addresses: list[str] = []
    guard = Guard(options.token, framed_by=options.framed_by)
    asked = Asked(ice_servers(options.ice), options.sessions, store.home / "visitors", addresses)
    async with opened(config, store, guard, asked) as server, listening(server.application, options, store.home) as now:
        addresses += now.addresses
        on_ready(now)
        await interrupted()


@asynccontextmanager
async def listening(application: web.Application, options: ServeOptions, home: Path) -> AsyncIterator[Listening]:
    """An application listens in the block. home: where a certificate is kept. Raises UserError when it cannot."""
    own = own_certificate(home, own_hosts(options)) if options.self_signed else None
    certificate = options.tls_cert if own is None else own.path
    tls = None if certificate is None else tls_context(certificate, options.tls_key)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        port = await _listen(runner, options, tls)
        addresses = addresses_elsewhere(options, port)
        token = f"#token={options.token}" if options.token else ""
        elsewhere = tuple(address + token for address in addresses)
        fingerprint = None if own is None else own.fingerprint
        yield Listening(_address(options, port) + token, elsewhere, fingerprint, tuple(addresses))
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, options: ServeOptions, tls: ssl.SSLContext | None) -> int:
    """Returns the port. Raises UserError when it is taken."""
    try:
        await web.TCPSite(runner, options.host, options.port, ssl_context=tls).start()
    except OSError as error:
        raise UserError(
            f"{options.host}:{options.port} cannot be listened on: {error.strerror}",
            remedy=f"is it running already? Or take another: --port {options.port + 1}",
        ) from error
    port: int = runner.addresses[0][1]
    return port


async def interrupted() -> None:
    """Until SIGINT or SIGTERM. With `signal`, since the event loops of Windows have no add_signal_handler."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()

    def end(_number: int, _stack: FrameType | None) -> None:
        loop.call_soon_threadsafe(ended.set)

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        await ended.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)


def addresses_elsewhere(options: ServeOptions, port: int) -> list[str]:
    """Where other machines, such as a phone in the same network, find the page, without the token."""
    host = None if is_loopback(options.host) else _host_elsewhere(options.host)
    return [] if host is None else [_url(options, host, port)]


def own_hosts(options: ServeOptions) -> list[str]:
    """Names and addresses by which browsers may call this server."""
    name = socket.gethostname().lower()
    names = [name, f"{name}.local"] if HOST_NAME.fullmatch(name) else []
    return list(dict.fromkeys(["localhost", "127.0.0.1", *names, *filter(None, [_host_elsewhere(options.host)])]))


def _host_elsewhere(host: str) -> str | None:
    """What it is called that listens on `host`; None where there is no network."""
    if host not in EVERYWHERE:
        return host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(("192.0.2.1", 9))  # of no machine (RFC 5737); nothing is sent
        except OSError:
            return None
        found: str = asked.getsockname()[0]
        return found


def _address(options: ServeOptions, port: int) -> str:
    return _url(options, "127.0.0.1" if options.host in EVERYWHERE else options.host, port)


def _url(options: ServeOptions, host: str, port: int) -> str:
    return f"http{'s' * options.is_secure}://{f'[{host}]' if ':' in host else host}:{port}/"
