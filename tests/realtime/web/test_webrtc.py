"""WebRTC from both ends: the page's session, WHIP in, WHEP out, with real connections on this machine."""

import asyncio
from pathlib import Path

import av
import numpy as np
import pytest
from aiortc import RTCRtpReceiver
from aiortc.contrib.media import MediaPlayer
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError

from benchmarks.common.fake_server import PAINT_BGR, Served, served
from benchmarks.common.web_servers import STATE
from engines.types import Image
from realtime.fakes import FACE_BOX_XYXY
from realtime.media.colour import BT601, BT709
from realtime.web.sdp import with_addresses
from realtime.web.tracks import VideoReader
from tests.realtime.web.served import Camera, Peer, run

WATCH = "the-key-of-this-stream"
LEFT, TOP, RIGHT, BOTTOM = FACE_BOX_XYXY


def is_swapped(picture: Image) -> bool:
    """Painted where the face is, as it came elsewhere, within what a codec does to colours."""
    inside = picture[TOP + 8 : BOTTOM - 8, LEFT + 8 : RIGHT - 8].reshape(-1, 3).mean(axis=0)
    outside = picture[120:200, 120:280].reshape(-1, 3).mean(axis=0)
    return bool(np.abs(inside - PAINT_BGR).max() < 20 and np.abs(outside - 90).max() < 8)


async def sending(server: Served, path: str, *, sound: bool = False) -> Peer:
    peer = Peer()
    peer.connection.addTrack(Camera())
    if sound:
        peer.connection.addTrack(AudioStreamTrack())
    assert await peer.connect(server.client, path) == 201
    return peer


async def watching(server: Served, key: str, *, sound: bool = False) -> Peer:
    peer = Peer()
    peer.connection.addTransceiver("video", "recvonly")
    if sound:
        peer.connection.addTransceiver("audio", "recvonly")
    assert await peer.connect(server.client, f"/whep?session={key}") == 201
    return peer


def test_page_gets_its_picture_back_swapped_and_its_sound(tmp_path: Path) -> None:
    async def test() -> None:
        async with served(tmp_path) as server:
            peer = await sending(server, "/session", sound=True)
            assert is_swapped(await peer.picture(5))
            heard = await peer.tracks["audio"].recv()
            assert heard.pts is not None
            await server.client.delete(peer.location)
            assert len(server.sessions) == 0
            with pytest.raises(MediaStreamError):
                await peer.picture(100)
            await peer.connection.close()
        assert len(server.closed) == 1

    run(test)


def test_the_benchmarks_echo_says_of_itself_what_a_session_says(tmp_path: Path) -> None:
    """Else the page stops at what it does not find, and the echo is measured as nothing."""

    async def test() -> None:
        async with served(tmp_path) as server:
            peer = await sending(server, "/session")
            state = await (await server.client.get(peer.location)).json()
            assert set(state) == set(STATE)
            assert set(state["outcomes"]) == set(STATE["outcomes"])
            await peer.connection.close()

    run(test)


def test_player_watches_what_obs_sends(tmp_path: Path) -> None:
    async def test() -> None:
        async with served(tmp_path) as server:
            sender = await sending(server, f"/whip?watch={WATCH}", sound=True)
            assert sender.tracks == {}
            await asyncio.sleep(0.5)
            players = [await watching(server, WATCH, sound=True), await watching(server, WATCH)]
            for player in players:
                assert is_swapped(await player.picture(3))
            assert (await players[0].tracks["audio"].recv()).pts is not None
            assert (await server.client.delete(players[0].location)).status == 200
            assert (await server.client.delete(players[0].location)).status == 404
            assert is_swapped(await players[1].picture(3)), "one that leaves takes nobody along"
            assert (await server.client.delete(sender.location)).status == 200
            with pytest.raises(MediaStreamError):
                await players[1].picture(100)
            for peer in (sender, *players):
                await peer.connection.close()

    run(test)


@pytest.mark.parametrize("codec", ["video/H264", "video/VP8"])
def test_codec_that_the_page_prefers_is_used(tmp_path: Path, codec: str) -> None:
    async def test() -> None:
        async with served(tmp_path) as server:
            peer = Peer()
            peer.connection.addTrack(Camera())
            able = RTCRtpReceiver.getCapabilities("video")
            assert able is not None
            wanted = [c for c in able.codecs if c.mimeType == codec]
            peer.connection.getTransceivers()[0].setCodecPreferences(wanted)
            assert await peer.connect(server.client, "/session") == 201
            assert codec.split("/")[1] in peer.connection.remoteDescription.sdp
            assert is_swapped(await peer.picture(3))
            await peer.connection.close()

    run(test)


def test_sender_that_goes_away_without_a_word_is_forgotten(tmp_path: Path) -> None:
    async def test() -> None:
        async with served(tmp_path, silent_s=0.5) as server:
            peer = Peer()
            peer.connection.addTrack(Camera())
            await peer.connection.setLocalDescription(await peer.connection.createOffer())
            answer = await server.client.post(
                "/whip", data=peer.connection.localDescription.sdp, headers={"Content-Type": "application/sdp"}
            )
            assert answer.status == 201, "half-open: the answer is never used"
            await asyncio.sleep(1.5)
            assert len(server.sessions) == 0
            await peer.connection.close()
        assert len(server.closed) == 1

    run(test)


def test_real_video_comes_back_at_its_size(tmp_path: Path, media: Path) -> None:
    async def test() -> None:
        async with served(tmp_path) as server:
            peer = Peer()
            player = MediaPlayer(str(media / "man-frontal-480p.mp4"))
            assert player.video is not None
            peer.connection.addTrack(player.video)
            assert await peer.connect(server.client, "/session") == 201
            assert (await peer.picture(5)).shape == (480, 480, 3)
            await peer.connection.close()
            player.video.stop()

    run(test)


@pytest.mark.parametrize(("is_full", "low", "high"), [(True, 0, 255), (False, 16, 235)])
def test_range_of_the_numbers_is_seen_in_the_picture_and_kept(is_full: bool, low: int, high: int) -> None:
    planes = np.full((72, 64), 128, np.uint8)
    planes[:4, :32], planes[:4, 32:] = low, high  # as the time code has them
    read, frame = VideoReader(), av.VideoFrame.from_ndarray(planes, format="yuv420p")
    picture = read(frame)
    assert read.tags is not None
    assert read.tags.full_range is is_full
    assert read.tags.matrix == (BT709 if is_full else BT601), "what a browser writes a canvas in, though it is small"
    planes[:4] = 128
    read(av.VideoFrame.from_ndarray(planes, format="yuv420p"))
    assert read.tags.full_range is is_full, "a dark scene does not make it flicker"
    assert picture[:2].min() <= 2
    assert picture[:2].max() >= 253


def test_names_in_the_place_of_addresses_become_where_the_offer_came_from() -> None:
    name = "0fcac760-53fe-45a6-8d69-9228d5f7e7ea.local"
    line = "a=candidate:1 1 UDP 2122187007 {} 51234 typ host"
    assert with_addresses(line.format(name), "192.0.2.7") == line.format("192.0.2.7")
    assert with_addresses(line.format("192.0.2.9"), "192.0.2.7") == line.format("192.0.2.9")
