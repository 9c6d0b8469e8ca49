"""Requests that schemathesis makes up from the description of the server, right and wrong ones.

Knows the description; the judge of answers is server.py's.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import schemathesis
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok

from benchmarks.fuzzing.server import RunningServer, judged, running
from benchmarks.fuzzing.target import MB, Target
from realtime.web.server import OPENAPI

LEFT_OUT = {"/socket"}
"""Speaks another protocol behind the first answer."""


@contextmanager
def operations(folder: Path) -> Iterator[Target]:
    """Every operation that is described."""
    schemathesis.serializer.alias("application/sdp", "text/plain")
    schema = schemathesis.openapi.from_dict(json.loads(OPENAPI.read_text(encoding="utf-8")))
    found = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    cases = [
        operation.as_strategy(generation_mode=mode)
        for operation in found
        if operation.path not in LEFT_OUT
        for mode in GenerationMode
    ]
    with running(folder) as server:

        def take(case: "Case[Any]") -> None:
            server.call(_called(server, case))

        yield Target(inputs=st.one_of(cases), take=take, most_s=4.0, most_bytes=100 * MB)


async def _called(server: RunningServer, case: "Case[Any]") -> None:
    """Sends it, with the client that all targets use."""
    given = case.as_transport_kwargs(base_url=str(server.client.make_url("")))
    headers = {str(name): str(value) for name, value in dict(given.get("headers") or {}).items()}
    sent = {"data": given.get("data")} if given.get("json") is None else {"json": given["json"]}
    query = {name: str(value) for name, value in dict(given.get("params") or {}).items()}
    try:
        async with server.client.request(
            given["method"], case.formatted_path, params=query, headers=headers, **sent
        ) as got:
            refused = await judged(got, f"{given['method']} {case.path}")
            if refused is not None:
                raise refused
    except (aiohttp.ClientError, ValueError, TypeError):  # what this client cannot send
        await server.is_well()
