"""The composition root of `liveswap serve --cluster`: hosts by Ray Serve, and a front in this process.

Knows what begins and ends when; what hosts and fronts do is theirs.
"""

import asyncio
from pathlib import Path
from typing import Any

from models.errors import UserError
from realtime.cluster import hosts
from realtime.cluster.connect import connected
from realtime.cluster.directory import View, directory
from realtime.cluster.front import Front, front_name
from realtime.cluster.host import OpenServer, open_server
from realtime.cluster.order import HostOrder
from realtime.web.auth import Guard
from realtime.web.serve import OnReady, ServeOptions, interrupted, listening

BEGIN_S = 900.0
"""The first time, models are fetched to each node."""
LOOK_S = 0.2


def serve(
    order: HostOrder,
    options: ServeOptions,
    home: Path,
    on_ready: OnReady,
    address: str,
    opens: OpenServer = open_server,
) -> None:
    """Serve until interrupted. home: where a certificate is kept. address: see `connected`.

    on_ready: told once a host is there. Raises UserError before that, if at all.
    """
    with connected(address):
        asyncio.run(_serve(order, options, home, on_ready, opens))


async def _serve(order: HostOrder, options: ServeOptions, home: Path, on_ready: OnReady, opens: OpenServer) -> None:
    actor, name, addresses = directory(), front_name(), list[str]()
    front = Front(lambda: actor.look.remote(name, tuple(addresses)))
    guard = Guard(options.token, framed_by=options.framed_by)
    async with listening(front.application(guard), options, home) as now:
        addresses += now.addresses
        try:
            await asyncio.to_thread(hosts.deploy, order, opens)
            await _first_host(actor, name)
            on_ready(now)
            await interrupted()
        finally:
            if await actor.close.remote(name):
                await asyncio.to_thread(hosts.end)
                _forget(actor)


async def _first_host(actor: Any, name: str) -> None:
    """Until one is there. Raises UserError, with what a host said that could not start."""
    try:
        async with asyncio.timeout(BEGIN_S):
            while True:
                view: View = await actor.look.remote(name, ())
                if view.problem is not None:
                    raise UserError(view.problem[0], remedy=view.problem[1])
                if view.hosts:
                    return
                await asyncio.sleep(LOOK_S)
    except TimeoutError as error:
        remedy = "has a node enough cores for one? `ray status` tells; or use fewer --sessions"
        raise UserError(f"no host has started in {BEGIN_S:g} s", remedy=remedy) from error


def _forget(actor: Any) -> None:
    import ray  # noqa: PLC0415  an extra

    ray.kill(actor)
