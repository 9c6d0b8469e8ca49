"""Every limit that what comes from outside meets, as a table: each number is the code's own, so none goes stale.

Knows where limits stand and what happens at them; sets none.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.fuzzing import films, networks, stills, talks
from realtime.cli import ctl
from realtime.config import MOST_BITS
from realtime.media import ffmpeg
from realtime.pictures import header, heif_header, reading
from realtime.sources import media, shared_pipe
from realtime.web import (
    api,
    auth,
    decoder_queue,
    decoders,
    gallery,
    request_parts,
    sdp,
    serve,
    sessions,
    socket,
    target_photo,
    uploads,
    visitors,
)
from realtime.web.video_api import PIECE_BYTES, WIDEST
from realtime.web.videos import beside, looking, order, people, store
from realtime.web.videos.private_folder import GB, Limits

MB, MEBI = 1_000_000, 1 << 20


@dataclass(frozen=True, slots=True)
class Limit:
    """of: what is limited. most: how much, in words. else_: what happens beyond."""

    of: str
    most: str
    else_: str


def tables() -> Iterator[tuple[str, tuple[Limit, ...]]]:
    """By where the input comes from."""
    yield "Files, by `liveswap run` and everywhere else", tuple(_files())
    yield "`liveswap serve`: what one request may bring", tuple(_requests())
    yield "`liveswap serve`: of one visitor or address, and of all", tuple(_visitors())
    yield "Time and memory for one input, asserted by `python -m benchmarks.fuzz`", tuple(_costs())


def lines() -> Iterator[str]:
    """For the page."""
    for title, limits in tables():
        yield from ("", f"**{title}**", "", "| what | at most | else |", "|---|---|---|")
        yield from (f"| {limit.of} | {limit.most} | {limit.else_} |" for limit in limits)


def _files() -> Iterator[Limit]:
    refused = "refused in words, nothing is decoded"
    yield Limit("pixels of a picture", _mega(reading.MAX_PIXELS), refused)
    yield Limit("a picture's file", f"{reading.MOST_BYTES // MEBI} MiB", "refused")
    yield Limit("scans of a JPEG", f"{reading.MOST_SCANS}", refused)
    yield Limit("bits of a TIFF's pixel", f"{header.MOST_BITS}", refused)
    yield Limit("places of a HEIC's or AVIF's parts", f"{heif_header.MOST_EXTENTS:,}", refused)
    yield Limit(
        "pixels of a video's picture", _mega(ffmpeg.MOST_PIXELS), "refused; later in the video: skipped, counted"
    )
    yield Limit(
        "a network input that does not open, or sends nothing",
        _seconds(media.OPEN_TIMEOUT_S) + ", " + _seconds(media.READ_TIMEOUT_S),
        "refused; live: opened again, as `--when-lost` says",
    )
    yield Limit(
        "what is kept of a pipe for its second reader", f"{shared_pipe.MOST_BEHIND_BYTES // MEBI} MiB", "the sound ends"
    )
    yield Limit("bits a second of a stream out", f"{MOST_BITS // MB} M", "refused")
    yield Limit(
        "a command of `liveswap ctl`", f"{ctl.LONGEST} bytes, {_seconds(ctl.HANDSHAKE_S)}", "the line is closed"
    )


def _requests() -> Iterator[Limit]:
    yield Limit("a photo", f"{request_parts.LARGEST_UPLOAD // MEBI} MiB, {_mega(uploads.MOST_PIXELS)}", "413, 422")
    yield Limit(
        "... kept",
        f"a face: {_mega(uploads.FIT_PIXELS)}; to be changed: {_mega(target_photo.FIT_PIXELS)}",
        "made smaller",
    )
    yield Limit("... to arrive", _seconds(request_parts.RECEIVE_S), "408")
    yield Limit("JSON", f"{request_parts.LONGEST_JSON} bytes", "413")
    yield Limit("an SDP offer", f"{request_parts.LONGEST_SDP // 1024} KiB, {sdp.MOST_PARTS} parts", "413, 400")
    yield Limit("pixels of a live picture", _mega(decoders.MOST_PIXELS), "dropped before it is decoded")
    yield Limit("a message of the WebSocket", f"{socket.LARGEST_PICTURE // MEBI} MiB", "the socket is closed")
    yield Limit("live pictures that wait to be decoded", f"{decoder_queue.MOST}", "dropped")
    yield Limit("a piece of a video", f"{PIECE_BYTES // MEBI} MiB, {_seconds(request_parts.RECEIVE_S)}", "413, 408")
    yield Limit("a video", f"{Limits().most_bytes / GB:g} GB", "413")
    yield Limit("pixels of a video's picture", _mega(looking.MOST_PIXELS), "refused, its bytes go")
    yield Limit(
        "frames searched for people, people found", f"{people.SAMPLES}, {people.MOST_PEOPLE}", "the rest is not listed"
    )
    yield Limit("width of a frame that is shown", f"{WIDEST} px", "422")
    yield Limit("faces of one order", f"{order.MOST_FACES}", "422")


def _visitors() -> Iterator[Limit]:
    limits = Limits()
    yield Limit(
        "requests that change something, of an address", f"{auth.BURST:g} at once, {auth.PER_SECOND:g} a second", "429"
    )
    yield Limit("wrong tokens, of an address", f"{auth.FORGIVEN}", f"429, for 1 to {auth.MOST_WAIT_S:g} s")
    yield Limit("sessions", f"--sessions ({serve.ServeOptions().sessions}); half of them of one address", "503, 429")
    yield Limit("a session without a readable picture", _seconds(sessions.SILENT_S), "ended")
    yield Limit("watchers (WHEP)", f"{api.MOST_WATCHERS}", "503")
    yield Limit(
        "photos that are read at once", f"{uploads.AT_ONCE}, {uploads.AT_ONCE_OF_ADDRESS} of one address", "wait; 429"
    )
    yield Limit("faces of a visitor", f"{gallery.MOST}", "409")
    yield Limit(
        "photos of all visitors, of an address",
        f"{visitors.MOST_PHOTOS}, {visitors.MOST_PHOTOS_OF_ADDRESS}",
        "503, 429",
    )
    yield Limit("photos to be changed, of all visitors", f"{visitors.MOST_TARGETS}", "the oldest goes")
    yield Limit("visitors", f"{visitors.MOST}", "who added nothing is forgotten, else 503")
    yield Limit("a silent visitor", f"{visitors.FORGOTTEN_S / 60:g} min", "forgotten, with their photos")
    yield Limit("videos of a visitor", f"{store.MOST_VIDEOS}, {limits.of_visitor / GB:g} GB with results", "429, 507")
    yield Limit(
        "videos of all", f"{limits.of_all / GB:g} GB; {limits.free_bytes / GB:g} GB of the disk stay free", "507"
    )
    yield Limit("pieces in memory at once", f"{store.MOST_PIECES}", "503")
    yield Limit(
        "frames under way, of a visitor", f"{beside.WAITING_OF_VISITOR}; {beside.AT_ONCE} are made at once", "429"
    )
    yield Limit("jobs of a visitor that wait or run", f"{limits.jobs}; one is made at a time", "429")
    yield Limit("what nobody uses", f"{limits.kept_s / 3600:g} h", "deleted")


def _costs() -> Iterator[Limit]:
    told = "a breach: the run fails, and keeps the input"
    for what, most_s, most_bytes in (
        ("a picture", stills.MOST_S, stills.MOST_BYTES),
        ("a video: looked at, and its first frames read", films.MOST_S, films.MOST_BYTES),
        ("a file that is verified", films.VERIFY_S, films.VERIFY_BYTES),
        ("a model file that is added", networks.MOST_S, networks.MOST_BYTES),
        ("an SDP offer", talks.OFFER_S, talks.OFFER_BYTES),
    ):
        yield Limit(what, f"{most_s:g} s of core time, {most_bytes // MB} MB", told)


def _mega(pixels: int) -> str:
    return f"{pixels / MB:.3g} megapixels"


def _seconds(number: float) -> str:
    return f"{number:g} s"
