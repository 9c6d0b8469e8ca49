"""What a run may be, and what becomes of its options when its swapper is changed."""

from pathlib import Path
from typing import Any

import pytest

from models.errors import UserError
from realtime.config import NeuralConfig, RunConfig, parse_bitrate


def config(**options: Any) -> RunConfig:
    return RunConfig(faces_from=(Path("alice.jpg"),), input="test", outputs=("null",), **options)


def test_a_network_is_not_asked_for_what_only_the_mesh_swapper_can() -> None:
    asked = config(iris="source", mouth="wearer", hands=False)
    other = asked.restyled("inswapper_128", 1.0)
    assert (other.swapper, other.neural.strength, other.iris, other.mouth) == ("inswapper_128", 1.0, "wearer", "wearer")
    assert not other.hands
    assert asked.restyled("mesh", 0.5) == asked


def test_the_mesh_swapper_is_not_asked_for_what_only_networks_can() -> None:
    asked = config(swapper="inswapper_128", device="cuda", neural=NeuralConfig(pixel_boost=2, occluder="xseg_1"))
    assert asked.restyled("mesh", 0.7) == config(device="cuda", neural=NeuralConfig(strength=0.7))
    assert asked.restyled("hyperswap_1a_256", 0.5).neural == asked.neural


def test_hands_are_not_looked_for_where_a_network_tells_what_is_in_front() -> None:
    assert config().sees_hands
    assert not config(hands=False).sees_hands
    assert not config(swapper="inswapper_128", neural=NeuralConfig(occluder="xseg_1")).sees_hands


@pytest.mark.parametrize("option", ["iris", "mouth"])
def test_whose_it_is_must_be_somebody(option: str) -> None:
    with pytest.raises(UserError, match=f"--{option} nobody is not a choice") as caught:
        config(**{option: "nobody"})
    assert caught.value.remedy == "use wearer or source"


@pytest.mark.parametrize(
    ("text", "bits"), [("2500k", 2_500_000), ("4M", 4_000_000), ("1.5m", 1_500_000), ("800000", 800_000)]
)
def test_bitrate_is_read_as_people_write_it(text: str, bits: int) -> None:
    assert parse_bitrate(text) == bits


@pytest.mark.parametrize("text", ["fast", "4 Mbit", "-1M", "10", "1000M", ""])
def test_bitrate_that_no_stream_has_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UserError, match="--bitrate") as caught:
        parse_bitrate(text)
    assert "100k" in caught.value.remedy or "2500k" in caught.value.remedy
