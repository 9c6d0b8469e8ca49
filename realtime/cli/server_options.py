"""The options of `liveswap serve` alone, as options.py has the others: where it listens, and whom it lets in."""

from pathlib import Path
from typing import Annotated

import typer

SERVER = "Server"

Host = Annotated[
    str,
    typer.Option(
        metavar="ADDRESS",
        help="Address to listen on. Other machines need a token; without --token one is made.",
        rich_help_panel=SERVER,
    ),
]
Port = Annotated[int, typer.Option(metavar="N", help="Port to listen on; 0 picks a free one.", rich_help_panel=SERVER)]
Token = Annotated[
    str | None,
    typer.Option(
        metavar="SECRET",
        help="Require this token (16 characters or more), on this machine too.",
        rich_help_panel=SERVER,
    ),
]
Ice = Annotated[
    list[str] | None,
    typer.Option(metavar="SERVER", help="stun:HOST:PORT | turn:USER:PASSWORD@HOST:PORT", rich_help_panel=SERVER),
]
MostSessions = Annotated[
    int,
    typer.Option(metavar="N", help="Visitors at the same time; with --cluster, of each host.", rich_help_panel=SERVER),
]
Framed = Annotated[
    bool,
    typer.Option(
        "--framed", help="Other sites may show the page in a frame; asks for a token.", rich_help_panel=SERVER
    ),
]
Cluster = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Sessions on the machines of a Ray cluster: HOST:PORT | auto | local (this machine alone).",
        rich_help_panel=SERVER,
    ),
]
TlsCert = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE.pem",
        help="Serve https: browsers on other machines need it for the camera.",
        rich_help_panel=SERVER,
    ),
]
SelfSigned = Annotated[
    bool,
    typer.Option(
        "--self-signed",
        help="Serve https by a certificate made for this machine; browsers warn once.",
        rich_help_panel=SERVER,
    ),
]
TlsKey = Annotated[
    Path | None,
    typer.Option(metavar="FILE.pem", help="The private key, if it is not in --tls-cert.", rich_help_panel=SERVER),
]
