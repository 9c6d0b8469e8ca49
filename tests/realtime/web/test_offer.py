"""What visitors may choose of how faces are put on, and the words that say it in a terminal."""

from typing import Any

import pytest

from models.errors import UserError
from realtime.cli.words import config_of
from realtime.faces.swap_settings import SwapSettings
from realtime.web.offer import Offer
from realtime.web.videos.order import Places, order_in, words_of

OFFER = Offer(("mesh", "inswapper_128"), ("gpen_bfr_256",), SwapSettings("mesh", 0.7, "source", "wearer"))
PLACES = Places("in.mp4", "out.mp4", "face-{}".format, "person-{}.png".format)


def test_what_nobody_says_is_as_the_server_was_started() -> None:
    assert OFFER.look_in({}, "") == OFFER.usual
    assert OFFER.look_in({"iris": "wearer", "strength": 1}, "") == SwapSettings("mesh", 1.0, "wearer", "wearer")
    other = OFFER.look_in({"swapper": "inswapper_128", "enhancer": "gpen_bfr_256"}, "")
    assert other == SwapSettings("inswapper_128", 0.5, "source", "wearer", "gpen_bfr_256")


@pytest.mark.parametrize(
    "said",
    [
        {"swapper": "simswap"},
        {"swapper": None},
        {"enhancer": "codeformer"},
        {"enhancer": 1},
        {"strength": "much"},
        {"strength": -0.1},
        {"enhancer_blend": 1.1},
        {"iris": None},
        {"mouth": "hers"},
    ],
)
def test_what_is_not_offered_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(UserError) as refused:
        OFFER.look_in(said, "say it otherwise")
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("said", "iris", "enhancer"),
    [
        ({}, "source", (None, 0.8)),
        ({"enhancer": "gpen_bfr_256", "iris": "wearer"}, "wearer", ("gpen_bfr_256", 0.8)),
        ({"enhancer": "gpen_bfr_256", "enhancer_blend": 0.3}, "source", ("gpen_bfr_256", 0.3)),
        ({"swapper": "inswapper_128"}, "source", (None, 0.8)),
    ],
)
def test_the_command_line_is_told_the_same(said: dict[str, Any], iris: str, enhancer: tuple[str | None, float]) -> None:
    order = order_in({"wear": ["ann"], **said}, OFFER)
    config = config_of(words_of(order, PLACES))
    assert (config.iris, (config.enhancer, config.enhancer_blend), config.mouth) == (iris, enhancer, "wearer")
    assert order_in(order.wished(), OFFER) == order
