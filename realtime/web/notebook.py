"""The page inside a notebook: Jupyter, Colab, SageMaker.

    from realtime.web.notebook import show
    page = show("alice.jpg")      # the last line of a cell shows it
    page.stop()

Knows notebooks and a server in a process of its own; knows nothing of what the server does. Where only HTTP reaches the
notebook's machine, the page takes its WebSocket by itself.
"""

import html
import importlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from realtime.web.server_process import SERVE, ServerProcess


@dataclass(frozen=True, slots=True)
class NotebookPage:
    """A running server, which a notebook shows as its page. url: with the token behind the #. height: px."""

    url: str
    height: int
    server: ServerProcess

    def _repr_html_(self) -> str:
        """What notebooks ask for."""
        frame = 'style="width:100%;border:0" allow="camera; microphone; fullscreen; clipboard-read"'
        return f'<iframe src="{html.escape(self.url)}" height="{self.height}" {frame}></iframe>'

    def stop(self) -> None:
        """End the server. May be called twice."""
        self.server.stop()


def show(*photos: str | Path, proxy: str | None = None, height: int = 900) -> NotebookPage:
    """Start a server and return its page.

    photos: of faces to wear, whose people agreed; without any, two public-domain portraits are there. proxy: an address
    that leads to a port of this machine, with {port} in it, e.g. "/proxy/{port}/" of jupyter-server-proxy; found by
    itself in Colab, and on this machine none is needed. height: px. Raises UserError with what the server said.
    """
    chosen = [part for photo in photos for part in ("--face", str(photo))]
    server = ServerProcess([*SERVE, "--port", "0", "--framed", *chosen, "--i-have-consent"])
    return NotebookPage(_behind(proxy, server.url), height, server)


def _behind(proxy: str | None, url: str) -> str:
    """The address as the notebook's browser must say it."""
    port = url.partition("#")[0].rstrip("/").rpartition(":")[2]
    token = url.partition("#")[2]
    if proxy is None and importlib.util.find_spec("google") and importlib.util.find_spec("google.colab"):
        output = importlib.import_module("google.colab.output")
        proxy = str(output.eval_js(f"google.colab.kernel.proxyPort({port})"))
    return url if proxy is None else f"{proxy.format(port=port)}#{token}"
