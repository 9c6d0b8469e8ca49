"""Pictures over a WebSocket: what goes in comes back swapped, bad ones are left out, and slow takers get the newest."""

import asyncio
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError

from benchmarks.common.fake_server import PAINT_BGR, Served
from engines.types import Image
from realtime.web.broadcast import Shown
from realtime.web.decoders import MOST_PIXELS
from realtime.web.frame_codec import FRAME_CODECS, FrameCodec
from tests.realtime.web.served import GREY_BGR, png, serving

GREY = np.full((240, 320, 3), GREY_BGR, np.uint8)
codecs = pytest.mark.parametrize("codec", FRAME_CODECS)


async def talking(server: Served, codec: str) -> tuple[ClientWebSocketResponse, str]:
    socket = await server.client.ws_connect(f"/socket?codec={codec}")
    return socket, (await socket.receive_json())["session"]


async def heard(socket: ClientWebSocketResponse) -> dict[str, Any] | bytes:
    """The next message: words, or a picture with its first byte."""
    message = await socket.receive(timeout=10)
    assert message.type in {WSMsgType.TEXT, WSMsgType.BINARY}
    if message.type is WSMsgType.TEXT:
        return dict(message.json())
    return bytes(message.data)


async def pictures(socket: ClientWebSocketResponse, count: int) -> list[bytes]:
    """The next pictures, and each acknowledged."""
    found: list[bytes] = []
    while len(found) < count:
        message = await heard(socket)
        if isinstance(message, bytes):
            found.append(message)
            await socket.send_str("shown")
    return found


def as_sent(frame_codec: FrameCodec, stamp_ms: int) -> bytes:
    return stamp_ms.to_bytes(4, "big") + frame_codec.write(Shown(GREY, stamp_ms * 90), is_key=False)[0]


def pixels_of(frame_codec: FrameCodec, data: bytes) -> Image:
    arrival = frame_codec.read(0, data)
    assert arrival is not None
    return arrival.read()


@pytest.mark.smoke
@codecs
def test_pictures_come_back_swapped_and_are_acknowledged(tmp_path: Path, codec: str) -> None:
    async def test(server: Served) -> None:
        socket, session = await talking(server, codec)
        mine, got = FRAME_CODECS[codec](), []
        for number in range(1, 6):
            await socket.send_bytes(as_sent(mine, 33 * number))
            answers = [await heard(socket), await heard(socket)]
            assert {"got": 33 * number} in answers
            got += [answer for answer in answers if isinstance(answer, bytes)]
            await socket.send_str("shown")
        assert len(got) == 5
        assert got[0][0] == 1, "a decoder can begin with the first"
        assert any(not picture[0] for picture in got) is (codec != "jpeg")
        reader = FRAME_CODECS[codec]()
        seen = [pixels_of(reader, picture[1:]) for picture in got][-1]
        assert np.abs(seen[16:30, 24:40].mean(axis=(0, 1)) - PAINT_BGR).max() < 20
        assert np.abs(seen[120:].mean(axis=(0, 1)) - GREY_BGR).max() < 8
        state = await (await server.client.get(f"/session/{session}")).json()
        assert state["outcomes"]["swapped"] == 5
        await socket.close()
        await asyncio.sleep(0.2)
        assert len(server.sessions) == 0

    serving(test, tmp_path)


def test_bad_pictures_are_left_out_and_counted(tmp_path: Path) -> None:
    huge = bytearray(png())
    huge[16:24] = (9000).to_bytes(4, "big") * 2

    async def test(server: Served) -> None:
        socket, session = await talking(server, "jpeg")
        for message in (b"", b"\0\0\0\1nonsense", b"\0\0\0\1" + bytes(huge), as_sent(FRAME_CODECS["jpeg"](), 2)):
            await socket.send_bytes(message)
            await asyncio.sleep(0.1)
        await socket.send_str("words mean nothing here")
        await pictures(socket, 1)
        state = await (await server.client.get(f"/session/{session}")).json()
        assert (state["frames_in"], state["dropped"], state["outcomes"]["swapped"]) == (3, 2, 1)
        assert state["face"] == "ann"
        numbers = await (await server.client.get("/metrics")).text()
        assert 'liveswap_frames_total{outcome="swapped",session="1"} 1.0' in numbers
        assert session not in numbers, "an id is a key"

    serving(test, tmp_path)


@pytest.mark.parametrize("codec", [name for name in FRAME_CODECS if name != "jpeg"])
def test_a_stream_that_cannot_be_read_is_asked_to_begin_again(tmp_path: Path, codec: str) -> None:
    async def test(server: Served) -> None:
        socket, _ = await talking(server, codec)
        await socket.send_bytes(b"\0\0\0\1" + bytes(range(1, 200)))
        assert [await heard(socket), await heard(socket)] == [{"key": True}, {"got": 1}]
        await socket.send_bytes(as_sent(FRAME_CODECS[codec](), 2))
        [first] = await pictures(socket, 1)
        await socket.send_bytes(as_sent(FRAME_CODECS[codec](), 3))
        [second] = await pictures(socket, 1)
        await socket.send_str("key")
        await asyncio.sleep(0.1)
        await socket.send_bytes(as_sent(FRAME_CODECS[codec](), 4))
        [third] = await pictures(socket, 1)
        assert [picture[0] for picture in (first, second, third)] == [1, 0, 1]

    serving(test, tmp_path)


def test_who_does_not_say_that_pictures_came_gets_few_and_then_the_newest(tmp_path: Path) -> None:
    async def test(server: Served) -> None:
        socket, _ = await talking(server, "jpeg")
        frame_codec, got = FRAME_CODECS["jpeg"](), 0
        for number in range(1, 31):
            await socket.send_bytes(as_sent(frame_codec, number))
            await asyncio.sleep(0.02)
        while (message := await heard(socket)) != {"got": 30}:
            got += isinstance(message, bytes)
        assert got == 3
        for _ in range(3):
            await socket.send_str("shown")
        assert len(await pictures(socket, 1)) == 1
        with pytest.raises(asyncio.TimeoutError):
            await socket.receive(timeout=0.5)

    serving(test, tmp_path)


def test_junk_keeps_no_session(tmp_path: Path) -> None:
    """Four sockets that sent nonsense held every place of a server for as long as they liked."""

    async def test(server: Served) -> None:
        junk = [(await talking(server, "jpeg"))[0] for _ in range(3)]
        honest, session = await talking(server, "jpeg")
        frame_codec = FRAME_CODECS["jpeg"]()
        for number in range(1, 100):
            for socket in junk:
                with suppress(ConnectionError):  # it is ended
                    await socket.send_bytes(b"\0\0\0\1nonsense")
            await honest.send_bytes(as_sent(frame_codec, number))
            await asyncio.sleep(0.1)
            if len(server.sessions) == 1:
                break
        assert [one.id for one in server.sessions] == [session]
        for socket in (*junk, honest):
            await socket.close()

    serving(test, tmp_path, silent_s=1)


def test_time_in_which_the_server_stood_still_is_no_silence_of_its_visitors(tmp_path: Path) -> None:
    """As under SIGSTOP: its visitors could say nothing that it heard."""

    async def test(server: Served) -> None:
        socket, session = await talking(server, "jpeg")
        frame_codec = FRAME_CODECS["jpeg"]()
        await socket.send_bytes(as_sent(frame_codec, 1))
        await asyncio.sleep(0.2)
        time.sleep(3)  # the whole process stands
        await asyncio.sleep(0.1)
        assert [one.id for one in server.sessions] == [session]
        await asyncio.sleep(2.5)
        assert len(server.sessions) == 0, "silence is noticed still"
        await socket.close()

    serving(test, tmp_path, silent_s=1)


def test_picture_that_is_no_jpeg_is_no_picture() -> None:
    arrival = FRAME_CODECS["jpeg"]().read(0, png())
    assert arrival is not None
    with pytest.raises(ValueError, match="not a readable picture"):
        arrival.read()


def test_unknown_codec_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    async def test(server: Served) -> None:
        with pytest.raises(WSServerHandshakeError, match="400"):
            await server.client.ws_connect("/socket?codec=mpeg1")
        assert len(server.sessions) == 0

    serving(test, tmp_path)


@codecs
def test_picture_larger_than_any_page_sends_is_not_decoded(codec: str) -> None:
    large = np.zeros((1400, 2000, 3), np.uint8)
    assert large.shape[0] * large.shape[1] > MOST_PIXELS > 1920 * 1134, "the page's largest, with its strip"
    data, _ = FRAME_CODECS[codec]().write(Shown(large, 0), is_key=True)
    with pytest.raises(ValueError, match=r".+"):
        pixels_of(FRAME_CODECS[codec](), data)


@codecs
def test_fewer_bits_where_the_way_is_narrow(codec: str) -> None:
    rng = np.random.default_rng(5)
    scene = np.asarray(cv2.resize(rng.integers(0, 255, (45, 80, 3), np.uint8), (640, 360)), np.uint8)

    def bytes_at(share: float) -> int:
        frame_codec = FRAME_CODECS[codec]()
        frame_codec.slow_down(share)
        rolled = [np.ascontiguousarray(np.roll(scene, 5 * number, axis=1)) for number in range(20)]
        return sum(
            len(frame_codec.write(Shown(picture, 3000 * number), is_key=False)[0])
            for number, picture in enumerate(rolled)
        )

    assert bytes_at(0.1) < 0.7 * bytes_at(1.0)
