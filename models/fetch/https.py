"""Files from the web: resumed where they broke off, and only over connections that nobody can listen to or change.

Knows HTTP, TLS and ranges (RFC 9110, sections 13.1.5 and 14) through urllib, which honours the user's proxies; knows
nothing of hashes and final names.
"""

import http.client
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from email.message import Message
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import urlsplit

from models.disk import MB, PartFile
from models.errors import DownloadError
from models.progress import Progress
from models.spec import ModelSpec

TIMEOUT_S = 30.0
"""For the connection, and for each wait for more bytes."""
CHUNK_BYTES = 256 * 1024


def fetch_https(url: str, part: PartFile, spec: ModelSpec, progress: Progress) -> None:
    """Fill `part` with what is at `url`, continuing what an earlier run began.

    Plain http is refused, also as the target of a redirect, unless it stays on this machine. The network's failures
    raise DownloadError and leave `part` for the next run; those of the disk pass as OSError.
    """
    if part.length_bytes == spec.bytes:  # an earlier run was killed before it could check them
        return
    with _ask(url, part) as response:
        if not _continues(response, part):
            part.restart(_validator(response.headers))
        total = spec.bytes or (part.length_bytes + response.length if response.length else None)
        chunks = _reported(_body(response, part, spec), part.length_bytes, total, spec.name, progress)
        part.append(chunks, limit_bytes=spec.most_bytes)


def _ask(url: str, part: PartFile) -> http.client.HTTPResponse:
    """The server's answer: the bytes that `part` lacks if it still has that version and knows ranges, else all."""
    if part.length_bytes and part.validator:
        response = _open(url, {"Range": f"bytes={part.length_bytes}-", "If-Range": part.validator})
        if response.status == HTTPStatus.OK or _continues(response, part):
            return response
        response.close()
    return _open(url, {})


def _continues(response: http.client.HTTPResponse, part: PartFile) -> bool:
    """Whether the body starts where `part` ends."""
    content_range = response.headers["Content-Range"] or ""
    return response.status == HTTPStatus.PARTIAL_CONTENT and content_range.startswith(f"bytes {part.length_bytes}-")


def _open(url: str, headers: Mapping[str, str]) -> http.client.HTTPResponse:
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.HTTPSHandler(),
        _LoopbackHttpHandler(),
        _RangeRefusedHandler(),
    ):
        opener.add_handler(handler)
    request = urllib.request.Request(url, headers={"User-Agent": "liveswap", **headers})  # noqa: S310  # see the handlers
    try:
        response: http.client.HTTPResponse = opener.open(request, timeout=TIMEOUT_S)
    except (OSError, http.client.HTTPException) as error:
        raise _no_answer(url, error) from error
    return response


class _LoopbackHttpHandler(urllib.request.HTTPHandler):
    """Plain http, to this machine only. Redirects pass here too, so none can lead out of TLS."""

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        # not req.host: behind a proxy that is the proxy
        if not _is_loopback(urlsplit(req.full_url).hostname or ""):
            raise DownloadError(
                f"{req.full_url} is not encrypted, so anybody on the network could change it",
                remedy="use an https:// address; if one led here, tell its publisher",
            )
        return super().http_open(req)


class _RangeRefusedHandler(urllib.request.BaseHandler):
    """Makes "416 Range Not Satisfiable" an answer like others instead of an exception."""

    def http_error_416(
        self, _request: object, response: http.client.HTTPResponse, *_details: object
    ) -> http.client.HTTPResponse:
        return response


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _validator(headers: Message) -> str | None:
    """What If-Range may name: a strong ETag, else the date; a weak ETag promises too little."""
    etag = headers["ETag"]
    return etag if etag is not None and etag.startswith('"') else headers["Last-Modified"]


def _body(response: http.client.HTTPResponse, part: PartFile, spec: ModelSpec) -> Iterator[bytes]:
    try:
        while chunk := response.read1(CHUNK_BYTES):
            yield chunk
    except (OSError, http.client.HTTPException) as error:
        raise _cut(part, spec, str(error)) from error
    if response.length:  # what Content-Length promised and did not come
        raise _cut(part, spec, f"{response.length / MB:.1f} MB are missing")


def _reported(chunks: Iterator[bytes], done: int, total: int | None, label: str, progress: Progress) -> Iterator[bytes]:
    progress(label, done, total)
    for chunk in chunks:
        yield chunk
        done += len(chunk)
        progress(label, done, total)


def _cut(part: PartFile, spec: ModelSpec, reason: str) -> DownloadError:
    then = "goes on where it stopped" if part.validator else "starts over, because this server cannot resume"
    return DownloadError(
        f"the connection broke while {spec.name} came: {reason}", remedy=f"run the same command again: it {then}"
    )


def _no_answer(url: str, error: OSError | http.client.HTTPException) -> DownloadError:
    if isinstance(error, urllib.error.HTTPError):
        error.close()
        passing = error.code >= HTTPStatus.INTERNAL_SERVER_ERROR or error.code == HTTPStatus.TOO_MANY_REQUESTS
        remedy = "try again in some minutes" if passing else f"look at {url} in a browser; update liveswap if it moved"
        return DownloadError(f"{url} answers {error.code} {error.reason}", remedy=remedy)
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, ssl.SSLError):
        return DownloadError(
            f"no trusted connection to {url}: {reason}",
            remedy="check this machine's clock; if a company proxy opens TLS, set SSL_CERT_FILE to its certificates",
        )
    return DownloadError(
        f"no connection to {url}: {reason}", remedy="check the network; behind a proxy, set HTTPS_PROXY"
    )
