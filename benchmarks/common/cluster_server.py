"""`liveswap serve --cluster`, whose hosts take visitors until their places are taken, however late their pictures come.

    python -m benchmarks.common.cluster_server ADDRESS PLACES     (a subprocess of the benchmarks)

So that what else a shared machine does decides nothing. Knows how the command puts its parts together.
"""

import math
import sys
from dataclasses import replace

from models.store import ModelStore
from realtime.cluster.order import HostOrder
from realtime.cluster.serve import serve
from realtime.config import RunConfig
from realtime.faces.portraits import portraits
from realtime.web.serve import ServeOptions
from realtime.web.server_process import READY, ServerProcess


def cluster_server(address: str, places: int) -> ServerProcess:
    """One at a free port."""
    return ServerProcess([sys.executable, "-m", "benchmarks.common.cluster_server", address, str(places)])


def main(address: str, places: str) -> None:
    """Serve until interrupted."""
    store, options = ModelStore(), ServeOptions(port=0, sessions=int(places))
    config = RunConfig(faces_from=tuple(portraits(store)), input="browser", outputs=("browser",))
    order = replace(HostOrder.of(config, options, accepts_licences=False), late_ms=math.inf)

    def tell(where: str) -> None:
        sys.stderr.write(f"{READY}{where}\n")
        sys.stderr.flush()

    serve(order, options, store.home, lambda now: tell(now.address), address)


if __name__ == "__main__":
    main(*sys.argv[1:])
