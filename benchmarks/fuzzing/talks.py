"""Conversations with the server: offers of WebRTC, and pictures over a WebSocket.

Knows what valid ones look like.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import aiohttp
from aiortc import RTCConfiguration, RTCPeerConnection
from hypothesis import strategies as st
from PIL import Image

from benchmarks.fuzzing.edits import edited, edited_text
from benchmarks.fuzzing.films import bar
from benchmarks.fuzzing.server import RunningServer, judged, running
from benchmarks.fuzzing.stills import saved
from benchmarks.fuzzing.target import MB, Target, require
from realtime.web.broadcast import Shown
from realtime.web.client import SDP, video_of
from realtime.web.encoders import LiveVp8Encoder
from realtime.web.tracks import VideoWriter

WORDS = (
    *("a=candidate:1 1 udp 1 192.0.2.1 9 typ host", "a=candidate:1 1 tcp 1 x.local 9 typ srflx"),
    *(
        "m=video 9 UDP/TLS/RTP/SAVPF 96",
        "m=audio 9 RTP/AVP 0",
        "m=application 9 DTLS/SCTP 5000",
        "a=group:BUNDLE 0 1 2",
    ),
    *("a=rtpmap:96 H264/90000", "a=fmtp:96 profile-level-id=zzz", "a=ssrc-group:FID 1 2", "a=setup:active", "a=mid:0"),
    *(
        "a=fingerprint:sha-256 00",
        "a=ice-ufrag:x",
        "a=simulcast:send 1;2",
        "a=extmap:99999 urn:x",
        "\r\n",
        "c=IN IP6 ::",
    ),
)
MANY = (
    "a=candidate:{} 1 udp 1 192.0.2.1 {} typ host",
    "a=candidate:{} 1 udp 1 host{}.local 9 typ host",
    "a=extmap:{} urn:{}",
)
LONGEST_TALK = 12
OFFER_S, OFFER_BYTES = 4.0, 100 * MB
GONE_LOOKS = 200


@contextmanager
def offers(folder: Path) -> Iterator[Target]:
    """An answer, or 400."""
    with running(folder) as server:
        offer = server.call(_offer())
        part = offer[offer.index("m=video") :]

        def take(made: str) -> None:
            server.call(_offered(server, made))

        def many_lines(line: str, count: int) -> str:
            return offer.rstrip() + "\r\n" + "".join(line.format(n, n) + "\r\n" for n in range(count))

        def many_parts(count: int) -> str:
            return offer + "".join(part.replace("a=mid:0", f"a=mid:{n + 2}") for n in range(count))

        inputs = st.one_of(
            edited_text([offer], WORDS),
            edited_text([offer], WORDS),
            st.builds(many_lines, st.sampled_from(MANY), st.integers(1, 1200)),
            st.builds(many_parts, st.integers(1, 60)),
        )
        yield Target(inputs=inputs, take=take, samples=(offer,), most_s=OFFER_S, most_bytes=OFFER_BYTES)


async def _offer() -> str:
    """Of picture and sound, as a browser makes it."""
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    peer.addTransceiver("video", direction="sendonly")
    peer.addTransceiver("audio", direction="sendonly")
    await peer.setLocalDescription(await peer.createOffer())
    text: str = peer.localDescription.sdp
    await peer.close()
    return text


async def _offered(server: RunningServer, offer: str) -> None:
    async with server.client.post("/whip", data=offer.encode(errors="replace"), headers=SDP) as answer:
        refused = await judged(answer, "POST /whip")
        where = answer.headers.get("Location")
    if where is not None:
        async with server.client.delete(where) as ended:
            await judged(ended, "DELETE /whip/ID")
    require(len(server.now.sessions) == 0, "a session is left")
    if refused is not None:
        raise refused


@contextmanager
def websocket(folder: Path) -> Iterator[Target]:
    """Strange pictures and words: the session goes on or ends, and never stays."""
    writer, vp8 = VideoWriter(), LiveVp8Encoder()
    pictures = {
        "jpeg": [saved([Image.fromarray(bar(0))], "JPEG")],
        "h264": video_of(bar, 4, 10),
        "vp8": [vp8.coded(writer(Shown(bar(n), n * 9000)), is_key=n == 0)[0] for n in range(4)],
    }
    stamped = {codec: [bytes([0, 0, n, 0]) + each for n, each in enumerate(made)] for codec, made in pictures.items()}
    texts = edited_text(["shown", "key"])

    def talk_of(codec: str) -> st.SearchStrategy[tuple[str, list[bytes | str]]]:
        message = st.sampled_from(stamped[codec]) | edited(stamped[codec]) | edited(stamped[codec]) | texts
        return st.tuples(st.just(codec), st.lists(message, max_size=LONGEST_TALK))

    with running(folder) as server:

        def take(made: tuple[str, list[bytes | str]]) -> None:
            server.call(_talked(server, *made))

        samples = tuple((codec, list(made)) for codec, made in stamped.items())
        inputs = st.one_of([talk_of(codec) for codec in pictures])
        yield Target(inputs=inputs, take=take, samples=samples, most_s=8.0, most_bytes=150 * MB)


async def _talked(server: RunningServer, codec: str, messages: list[bytes | str]) -> None:
    async with server.client.ws_connect(f"/socket?codec={codec}") as line:
        for message in messages:
            with suppress(ConnectionError):
                await (line.send_bytes(message) if isinstance(message, bytes) else line.send_str(message))
        with suppress(TimeoutError, aiohttp.ClientError):
            while not line.closed and (await line.receive(timeout=0.05)).type is not aiohttp.WSMsgType.CLOSED:
                pass
    for _ in range(GONE_LOOKS):
        if not len(server.now.sessions):
            return
        await asyncio.sleep(0.05)
    require(False, "a session is left")
