"""WebRTC with aiortc: an offer in, an answer out, and a link that feeds a session or shows it.

Knows SDP, ICE and tracks; knows nothing of HTTP.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCSessionDescription,
)

from models.errors import UserError
from realtime.web.aiortc_patches import AiortcChangedError, make_live
from realtime.web.audio_relay import AudioRelay
from realtime.web.sdp import not_understood, sharp_from_the_start
from realtime.web.session import SwapSession
from realtime.web.tracks import NewestFrameTrack, feed

logger = logging.getLogger(__name__)

OnGone = Callable[[], Awaitable[None]]
"""Called when a connection has failed or was closed by the other side."""


def ice_servers(addresses: Sequence[str]) -> list[RTCIceServer]:
    """ "stun:host:port" or "turn:user:password@host:port" each. Raises UserError."""
    return [_ice_server(address) for address in addresses]


class PeerLink:
    """One WebRTC connection. A Link."""

    def __init__(self, ice: list[RTCIceServer], on_gone: OnGone) -> None:
        # An empty list, because aiortc would ask Google's STUN server where none is given.
        self._peer = RTCPeerConnection(RTCConfiguration(iceServers=ice))
        self._tasks: set[asyncio.Task[None]] = set()
        self._sounds: list[AudioRelay] = []
        self._on_gone = on_gone
        self._peer.on("connectionstatechange", self._on_state)

    async def swap(self, session: SwapSession, offer: str, *, sends_back: bool) -> str:
        """Feed the offered video to a session; send back what it shows, and the sound. Returns the answer.

        Raises RefusedError (400) for an offer that cannot be answered.
        """

        def on_track(track: MediaStreamTrack) -> None:
            if track.kind == "video":
                self._spawn(feed(session, track))
            else:
                session.sound = AudioRelay(track)
                self._sounds.append(session.sound)
            if sends_back:
                self._send(session, track.kind)

        self._peer.on("track", on_track)
        return await self._answer(offer)

    async def show(self, session: SwapSession, offer: str) -> str:
        """Show a session to somebody who watches. Returns the answer. Raises RefusedError (400)."""
        self._send(session, "video").on("ended", self._on_gone)
        if session.sound is not None and "m=audio" in offer:
            self._send(session, "audio")
        return await self._answer(offer)

    async def close(self) -> None:
        """May be called twice."""
        for task in self._tasks:
            task.cancel()
        for sound in self._sounds:
            sound.close()
        for sender in self._peer.getSenders():
            if sender.track is not None:
                sender.track.stop()
        await self._peer.close()

    def _send(self, session: SwapSession, kind: str) -> MediaStreamTrack:
        if kind == "audio" and session.sound is not None:
            track: MediaStreamTrack = session.sound.hear()
        else:
            track = NewestFrameTrack(session.broadcast)
        self._peer.addTrack(track)
        return track

    async def _answer(self, offer: str) -> str:
        try:
            await self._peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
            for transceiver in self._peer.getTransceivers():
                if transceiver.kind == "video":
                    make_live(transceiver, offer)
            await self._peer.setLocalDescription(await self._peer.createAnswer())
        except AiortcChangedError:
            raise
        except Exception as error:
            raise not_understood(error) from error
        return sharp_from_the_start(self._peer.localDescription.sdp)

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _on_state(self) -> None:
        logger.debug("a connection is %s", self._peer.connectionState)
        if self._peer.connectionState in {"failed", "closed"}:
            await self._on_gone()


def _ice_server(address: str) -> RTCIceServer:
    scheme, found, rest = address.partition(":")
    if scheme not in {"stun", "turn", "turns"} or not (found and rest):
        raise UserError(
            f"--ice {address} is not an ICE server", remedy="give stun:HOST:PORT, or turn:USER:PASSWORD@HOST:PORT"
        )
    login, at, host = rest.rpartition("@")
    if not at:
        return RTCIceServer(urls=f"{scheme}:{host}")
    user, _, password = login.partition(":")
    return RTCIceServer(urls=f"{scheme}:{host}", username=user, credential=password)
