"""Hosts with fake engines and a directory in this process, without Ray; and clients that send a colour of their own."""

from typing import Any

from aiohttp.test_utils import TestClient

from tests.realtime.web.served import Camera, Peer

COLOURS_BGR = ((200, 40, 40), (40, 40, 200), (200, 200, 40), (200, 40, 200))
NEAR = 25
"""Of 255: what an encoder changes of a plain picture."""
PATIENCE_S = 40.0


class Visitor:
    """A client that sends a colour, and must get nobody else's back."""

    def __init__(self, bgr: tuple[int, int, int]) -> None:
        self.bgr, self.peer = bgr, Peer()

    async def offer(self, client: TestClient[Any, Any]) -> int:
        """As the page does when it begins, or has lost its host. Returns the status."""
        await self.peer.connection.close()
        self.peer = Peer()
        self.peer.connection.addTrack(Camera(self.bgr))
        status = await self.peer.connect(client, "/session")
        if status != 201:
            await self.leave()
        return status

    @property
    def host(self) -> str:
        return self.peer.location.rpartition("/")[2].partition(".")[0]

    async def sees(self, pictures: int = 1) -> set[tuple[int, int, int]]:
        """The colours of so many pictures, at a corner where no face is: of COLOURS_BGR, or as they are."""
        seen = set()
        for _ in range(pictures):
            picture = await self.peer.picture()
            b, g, r = (int(value) for value in picture[-20:, -20:].reshape(-1, 3).mean(axis=0))
            known = (one for one in COLOURS_BGR if max(abs(one[0] - b), abs(one[1] - g), abs(one[2] - r)) < NEAR)
            seen.add(next(known, (b, g, r)))
        return seen

    async def leave(self) -> None:
        await self.peer.connection.close()
