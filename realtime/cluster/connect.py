"""A block in which this process belongs to a Ray cluster, and the words for what is amiss with it.

Ray reports nothing to its makers, has no dashboard, and what its processes log is not told here. Knows addresses and
versions; knows nothing of what the cluster is for.
"""

import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from models.errors import UserError
from models.install import to_add

AUTO = "auto"
ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",  # no environment of its own for `uv run`
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # no warning about GPUs nobody asks for
    "RAY_worker_niceness": "0",  # as the command has it; Ray's own is 15
    "RAY_agent_register_timeout_ms": "120000",  # a busy machine needs longer than 15 s, and Ray then ends
}
"""For Ray, where they are not set."""
TOKEN = Path("~/.ray/auth_token")
"""Where Ray keeps what its clusters ask for; it looks there by itself only when it finds the cluster by itself."""
CONNECT_S = 5.0
ANSWER_S = 60.0
"""How long a node may take to say its version."""
START = "start one: ray start --head, on the other machines ray start --address=HOST:6379"


@contextmanager
def connected(address: str | None) -> Iterator[None]:
    """address: HOST:PORT of a cluster; "local" for one of this machine alone, which ends with the block.

    None or "auto": the one that RAY_ADDRESS names or that was started here (`ray start`), else as "local".

    Raises UserError: Ray is not installed, nobody answers there, or a node has another version of liveswap.
    """
    ray = _ray()
    _require_answer(address)
    with _own_sigterm():
        try:
            ray.init(
                address=None if address == AUTO else address,
                include_dashboard=False,
                log_to_driver=False,
                logging_level=logging.ERROR,
            )
        except Exception as error:  # of no class of its own: gone, of another version, without a node here
            raise UserError(f"the Ray cluster cannot be used: {_first_line(error)}", remedy=START) from error
    try:
        _require_one_version(ray)
        yield
    finally:
        with _own_sigterm():
            ray.shutdown()


def cluster_of_others() -> str | None:
    """HOST:PORT of the cluster that this process, which Ray has started, belongs to; None where that is one node."""
    ray = _ray()
    able = [node for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU", 0) >= 1]
    return str(ray.get_runtime_context().gcs_address) if len(able) > 1 else None


def _ray() -> ModuleType:
    own = {**ENVIRONMENT, **({"RAY_AUTH_MODE": "token"} if TOKEN.expanduser().exists() else {})}
    os.environ.update({name: value for name, value in own.items() if name not in os.environ})
    try:
        import ray  # noqa: PLC0415  an extra
    except ModuleNotFoundError as error:
        if error.name != "ray":
            raise
        raise UserError("ray is not installed", remedy=to_add("cluster")) from error
    return ray


@contextmanager
def _own_sigterm() -> Iterator[None]:
    """Ray puts its own handler for SIGTERM in, which ends the process wherever it is."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _require_one_version(ray: ModuleType) -> None:
    """Raises UserError for a node whose liveswap is not this one."""
    here, ours = ray.get_runtime_context().get_node_id(), version("liveswap")
    others = {node["NodeID"]: node["NodeManagerAddress"] for node in ray.nodes() if node["Alive"]}
    others.pop(here, None)
    asked = {_version_on(ray, node): name for node, name in others.items()}
    answers, late = ray.wait(list(asked), num_returns=len(asked), timeout=ANSWER_S) if asked else ([], [])
    told = [f"{asked[late_one]} does not answer" for late_one in late]
    told += [f"{asked[one]} has {found}" for one in answers if (found := ray.get(one)) != ours]
    if told:
        raise UserError(
            f"this is liveswap {ours}, and of the cluster's nodes {', '.join(told)}",
            remedy=f'on each of them: pip install "liveswap[cluster]=={ours}"',
        )


def _version_on(ray: ModuleType, node: str) -> Any:
    """The promise of a node's version. The function is sent as it is, because there may be no liveswap to import."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy  # noqa: PLC0415  an extra

    def found() -> str:
        from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415  on the node

        try:
            return version("liveswap")
        except PackageNotFoundError:
            return "none"

    there = NodeAffinitySchedulingStrategy(node, soft=False)
    return ray.remote(num_cpus=0, max_retries=0, scheduling_strategy=there)(found).remote()


def _require_answer(address: str | None) -> None:
    """Raises UserError at once where nobody listens; Ray would try for minutes."""
    where = (os.environ.get("RAY_ADDRESS") or AUTO) if address in {None, AUTO} else str(address)
    if where in {AUTO, "local"}:
        return
    try:
        parts = urlsplit(where if "://" in where else f"ray://{where}")
        with socket.create_connection((parts.hostname, parts.port or 6379), timeout=CONNECT_S):
            return
    except (OSError, ValueError) as error:
        raise UserError(f"no Ray cluster answers at {where}: {error}", remedy=START) from error


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
