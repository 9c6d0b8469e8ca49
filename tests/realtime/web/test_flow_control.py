"""How much may be under way: enough for a long way, and no more than a tenth of a second of waiting."""

import asyncio

from realtime.web.flow_control import LEAST, PATIENCE_S, FlowControl
from tests.realtime.web.served import run


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_little_is_sent_before_anything_is_known() -> None:
    flow = FlowControl()
    for _ in range(3):
        assert flow.is_open
        flow.sent()
    assert not flow.is_open


def test_a_long_way_holds_many_and_a_queue_on_it_holds_none() -> None:
    clock = Clock()
    flow = FlowControl(clock)
    flow.sent()
    clock.now_s = 0.3
    flow.arrived()
    under_way = 0
    while flow.is_open:
        flow.sent()
        under_way += 1
        clock.now_s += 1 / 30
    assert under_way in {12, 13}, "300 ms of way and 100 ms of patience at 30 fps"
    flow.arrived()
    assert flow.is_open


def test_words_without_pictures_change_nothing() -> None:
    flow = FlowControl()
    flow.arrived()
    assert flow.is_open


def test_the_share_falls_while_it_waits_and_comes_back() -> None:
    async def test() -> None:
        clock = Clock()
        flow = FlowControl(clock)
        assert await flow.opens() == 1
        flow.sent()
        flow.arrived()
        shares = []
        for _ in range(30):
            flow.sent()
            clock.now_s += PATIENCE_S + 0.5
            waiting = asyncio.ensure_future(flow.opens())
            await asyncio.sleep(0)
            assert not waiting.done()
            flow.arrived()
            shares.append(await waiting)
        assert shares == sorted(shares, reverse=True)
        assert shares[-1] == LEAST
        for _ in range(400):
            share = await flow.opens()
        assert share == 1

    run(test)
