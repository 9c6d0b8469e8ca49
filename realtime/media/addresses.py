"""Addresses on the network, as they may be shown: without what only their owner may know.

An address can hold a password, a passphrase or a stream key, and whoever reads a log or a bug report could then send
in its owner's name. Knows how they are spelled; opens nothing.
"""

import re
from urllib.parse import parse_qsl, urlsplit

HIDDEN = "***"
SECRET_NAMES = re.compile(r"pass|key|token|secret|auth|sig|streamid", re.IGNORECASE)
"""In the names of an address's values; SRT's streamid often holds user and password."""
PASSWORD = re.compile(r"(?<=:)[^/:]+(?=@)")
LEAST_SECRET = 4
"""Characters of a secret that is looked for in messages: shorter ones would hide half of their words."""


def shown_url(url: str) -> str:
    """The address as it may stand in a log."""
    scheme, found, rest = url.partition("://")
    if not found:
        return url
    path, _, query = rest.partition("?")
    path = PASSWORD.sub(HIDDEN, path)
    values = [_shown_value(value) for value in query.split("&")] if query else []
    if scheme.lower().startswith("rtmp") and path.count("/") > 1:  # rtmp://host/app/KEY?ALSO_KEY
        path, values = f"{path.rpartition('/')[0]}/{HIDDEN}", [HIDDEN] if query else []
    return f"{scheme}://{path}" + (f"?{'&'.join(values)}" if values else "")


def scrubbed(text: str, url: str) -> str:
    """A message about an address, such as ffmpeg's, as it may stand in a log."""
    text = text.replace(url, shown_url(url))
    for secret in sorted(_secrets(url), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


def _shown_value(value: str) -> str:
    name = value.partition("=")[0]
    return f"{name}={HIDDEN}" if SECRET_NAMES.search(name) else value


def _secrets(url: str) -> set[str]:
    parts = urlsplit(url)
    found = {value for name, value in parse_qsl(parts.query) if SECRET_NAMES.search(name)}
    found |= set(PASSWORD.findall(parts.netloc))
    if parts.scheme.lower().startswith("rtmp") and parts.path.count("/") > 1:
        found |= {parts.path.rpartition("/")[2], parts.query, *(value for _, value in parse_qsl(parts.query))}
    return {secret for secret in found if len(secret) >= LEAST_SECRET}
