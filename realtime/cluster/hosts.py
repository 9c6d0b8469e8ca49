"""The hosts as an application of Ray Serve's: one on each node at first, more while they fill, spread over the nodes.

Ray Serve starts them, replaces those that die, follows the number of sessions and ends what is too many. Its own HTTP
proxy is off: see front.py. Knows Ray Serve; knows no request.
"""

import logging
import os
import warnings
from importlib import import_module
from typing import Any

from engines.backends.cores import told_to_share
from models.store import home_folder
from realtime.cluster.directory import directory
from realtime.cluster.headroom import cores_for
from realtime.cluster.host import DRAIN_S, Host, OpenServer, open_server
from realtime.cluster.order import HostOrder
from realtime.cluster.scaling import SESSIONS, HostsWanted

logger = logging.getLogger(__name__)

APPLICATION, DEPLOYMENT = "liveswap", "hosts"
MOST_HOSTS = 1000
TRIES = 2
"""Of a host that cannot start, with all that are to begin."""


class ServedHost(Host):
    """What Ray Serve makes, asks and ends; it awaits the three methods with underscores at both ends."""

    async def __init__(self, order: HostOrder, opens: OpenServer) -> None:  # type: ignore[misc]
        ray: Any = import_module("ray")
        _take_turns_as_others()
        super().__init__(order, directory(), ray.util.get_node_ip_address())
        await self.begin(home_folder(), opens)

    async def record_autoscaling_stats(self) -> dict[str, float]:
        """How full it is."""
        return {SESSIONS: float(self.sessions)}

    async def check_health(self) -> None:
        """A host that raises is replaced. Raises RuntimeError."""
        if not self.is_heard:
            raise RuntimeError("this host says no more how it is")

    async def __del__(self) -> None:
        """It is one too many, or of an older version, or all end."""
        await self.drain()


def deploy(order: HostOrder, opens: OpenServer = open_server, *, least: int | None = None) -> None:
    """Have Ray Serve keep hosts; those that run already by the same order stay. Returns before they have started.

    least: hosts that are kept though nobody is there; one on each node that has the cores, if it does not say.
    """
    serve = _serve()
    cores = cores_for(order.places)
    hosts = least or _nodes_with(cores)
    serve.start(proxy_location="Disabled")
    deployment = serve.deployment(
        ServedHost,
        name=DEPLOYMENT,
        ray_actor_options={"num_cpus": cores, "runtime_env": {"env_vars": told_to_share(max(1, int(cores)))}},
        autoscaling_config={
            "min_replicas": hosts,
            "initial_replicas": hosts,
            "max_replicas": max(hosts, MOST_HOSTS),
            "upscale_delay_s": 2,
            "downscale_delay_s": 300,
            "metrics_interval_s": 2,
            "look_back_period_s": 4,
            "policy": {
                "policy_function": f"{HostsWanted.__module__}:{HostsWanted.__name__}",
                "policy_kwargs": {"places": order.places, "least": hosts},
            },
        },
        graceful_shutdown_timeout_s=DRAIN_S + 60,
        graceful_shutdown_wait_loop_s=0.1,
        health_check_period_s=2,
        max_constructor_retry_count=TRIES,
    )
    serve.run_many(
        [serve.RunTarget(deployment.bind(order, opens), name=APPLICATION, route_prefix=None)],
        wait_for_applications_running=False,
    )


def end() -> None:
    """End the hosts. Returns when they have ended. Ray Serve itself may have other applications, and stays."""
    _serve().delete(APPLICATION)


def _serve() -> Any:
    """Ray Serve, which says nothing but errors: what it would tell is in Ray's logs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its use of pydantic
        serve = import_module("ray.serve")
    logging.getLogger("ray.serve").setLevel(logging.ERROR)
    return serve


def _take_turns_as_others() -> None:
    """Ray runs what it starts at niceness 15, so that live pictures would wait for all else on a node.

    Holds for this thread and those that it starts, which are all of the server's.
    """
    if not hasattr(os, "setpriority"):  # Windows
        return
    try:
        os.setpriority(os.PRIO_PROCESS, 0, 0)
    except PermissionError:
        logger.warning("this host gives way to all else on its node: start Ray with RAY_worker_niceness=0 there")


def _nodes_with(cores: float) -> int:
    """How many nodes could have a host."""
    ray: Any = import_module("ray")
    able = [node for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU", 0) >= cores]
    return max(1, len(able))
