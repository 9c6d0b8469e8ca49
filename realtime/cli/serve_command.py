"""`liveswap serve`: what must be agreed to first, and where the page is found then; on one machine or on a cluster.

Knows people and options; knows nothing of requests.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from rich.text import Text

from models.errors import UserError
from models.install import to_add
from models.store import ModelStore, home_folder
from realtime.admission import note_no_badge, require_consent
from realtime.cli.arguments import ServeArguments
from realtime.cli.commands import asked
from realtime.cli.console import DownloadDisplay, say, stderr
from realtime.cli.model_commands import open_store
from realtime.config import RunConfig
from realtime.faces.portraits import portraits

if TYPE_CHECKING:
    from realtime.web.serve import Listening, OnReady, ServeOptions  # an extra, and it loads the engines

Serving: TypeAlias = "Callable[[RunConfig, ServeOptions, ModelStore, OnReady], None]"


def serve(arguments: ServeArguments) -> None:
    """Serve the page until interrupted. Without a photo, two portraits are there to wear.

    Raises UserError, and KeyboardInterrupt when it was interrupted.
    """
    try:
        options, serve_page = _options(arguments), _serving(arguments)
    except ModuleNotFoundError as error:
        if error.name not in {"aiohttp", "aiortc", "prometheus_client"}:
            raise
        raise UserError(f"{error.name} is not installed", remedy=to_add("web")) from error
    with DownloadDisplay() as progress:
        store = open_store(progress, accepts_licences=arguments.accept_licence)
        lent = [] if arguments.face else list(portraits(store))
    config = arguments.config(arguments.face or lent)
    require_consent(config, home_folder(), replace(arguments.consent(), ask=asked()), lent)
    note_no_badge(config, home_folder())
    with stderr.status("preparing (a few seconds longer the first time)") as status:

        def on_ready(now: "Listening") -> None:
            status.stop()
            _tell_where(now)
            if options.token and not options.is_secure:
                say("browsers give a camera to https only: add --self-signed, or use an ssh tunnel", style="dim")

        serve_page(config, options, store, on_ready)
    raise KeyboardInterrupt


def _options(arguments: ServeArguments) -> "ServeOptions":
    from realtime.web.serve import ServeOptions  # noqa: PLC0415  an extra, and it loads the engines

    return ServeOptions(
        host=arguments.host,
        port=arguments.port,
        token=arguments.token,
        ice=tuple(arguments.ice or ()),
        sessions=arguments.sessions,
        tls_cert=arguments.tls_cert,
        tls_key=arguments.tls_key,
        self_signed=arguments.self_signed,
        framed=arguments.framed,
    )


def _serving(arguments: ServeArguments) -> Serving:
    """What serves: this process, or a cluster behind it."""
    address = arguments.cluster
    if address is None:
        from realtime.web.serve import serve as serve_here  # noqa: PLC0415  as above

        return serve_here
    from realtime.cluster.order import HostOrder  # noqa: PLC0415  as above
    from realtime.cluster.serve import serve as serve_cluster  # noqa: PLC0415  as above

    def serve_there(config: RunConfig, options: "ServeOptions", store: ModelStore, on_ready: "OnReady") -> None:
        order = HostOrder.of(config, options, accepts_licences=arguments.accept_licence)
        serve_cluster(order, options, store.home, on_ready, address)

    return serve_there


def _tell_where(now: "Listening") -> None:
    """The page's address; and, of a certificate that nobody vouches for, how to know it."""
    stderr.print(Text.assemble("open ", (now.address, "bold"), "  (Ctrl-C ends it)"), soft_wrap=True)
    if now.fingerprint is None:
        return
    for address in now.elsewhere:
        stderr.print(Text.assemble("on a phone ", (address, "bold")), soft_wrap=True)
    say("browsers warn once: this machine made its certificate itself, and nobody vouches for it. It is this server if")
    say(f"they show the SHA-256 {now.fingerprint}")
    say("Then choose Advanced, Continue. What is sent is encrypted in any case.")
