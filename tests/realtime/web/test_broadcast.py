"""Threads that make pictures outlive the server that shows them."""

import asyncio

import numpy as np

from realtime.web.broadcast import Broadcast, Shown


def test_a_picture_that_comes_after_the_server_has_gone_harms_nobody() -> None:
    async def begin() -> Broadcast:
        return Broadcast()

    broadcast = asyncio.run(begin())
    broadcast.publish(Shown(np.zeros((2, 2, 3), np.uint8), 0))
    broadcast.end()
