"""What a run may be, and what becomes of its options when its swapper is changed."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.errors import UserError
from realtime.choices import Faces, Hdr
from realtime.config import NeuralConfig, RunConfig, parse_bitrate, parse_map, parse_rate, parse_size
from realtime.faces.selection import Selection, Source
from realtime.faces.swap_settings import SwapSettings
from realtime.media.trim import Trim


def config(**options: Any) -> RunConfig:
    return RunConfig(faces_from=(Path("alice.jpg"),), input="test", outputs=("null",), **options)


def test_a_network_is_not_asked_for_what_only_the_mesh_swapper_can() -> None:
    asked = config(iris="wearer", mouth="wearer", hands=False)
    other = asked.restyled(replace(asked.look, swapper="inswapper_128", strength=1.0))
    assert (other.swapper, other.neural.strength, other.iris, other.mouth) == ("inswapper_128", 1.0, "source", "wearer")
    assert not other.hands
    assert asked.restyled(asked.look) == asked


def test_the_mesh_swapper_is_not_asked_for_what_only_networks_can() -> None:
    asked = config(swapper="inswapper_128", device="cuda", neural=NeuralConfig(pixel_boost=2, occluder="xseg_1"))
    assert asked.restyled(replace(asked.look, enhancer_blend=0.3)).enhancer_blend == 0.3
    assert asked.restyled(SwapSettings("mesh", 0.7)) == config(device="cuda", neural=NeuralConfig(strength=0.7))
    assert asked.restyled(SwapSettings("hyperswap_1a_256")).neural == asked.neural


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


MISTAKES: dict[str, tuple[dict[str, Any], str, str]] = {
    "no output": ({"outputs": ()}, "no output", "add --output"),
    "no face": ({"faces_from": ()}, "no source face", "add --face PHOTO"),
    "map beside face": ({"maps": ((Path("a.jpg"), Path("b.jpg")),)}, "do not go together", "in a --map"),
    "budget": ({"latency_budget_ms": 0.5}, "--latency-budget 0.5 is out of range", "1 to 10000"),
    "iris of a network": ({"swapper": "inswapper_128", "iris": "wearer"}, "--iris is for the mesh", "omit it"),
    "workers": ({"workers": 0}, "--workers 0 is out of range", "1 or more"),
    "HDR in another size": ({"hdr": Hdr.KEEP, "size_wh": (640, 360)}, "do not go together", "only one"),
    "a frame of a part": ({"at_s": 1.0, "trim": Trim.parse("1-2")}, "--at and --trim", "whole video"),
    "a frame before the first": ({"at_s": -1.0}, "--at -1 is not a time", "seconds from 0"),
    "no duration": ({"duration_s": 0.0}, "--duration 0 is not a length", "above 0"),
}


@pytest.mark.parametrize(("options", "problem", "remedy"), MISTAKES.values(), ids=MISTAKES)
def test_a_run_that_cannot_be_is_refused_with_a_remedy(options: dict[str, Any], problem: str, remedy: str) -> None:
    given = {"faces_from": (Path("alice.jpg"),), "input": "test", "outputs": ("null",), **options}
    with pytest.raises(UserError, match=problem) as caught:
        RunConfig(**given)
    assert remedy in caught.value.remedy


@pytest.mark.parametrize(
    ("parse", "text", "problem"),
    [
        (parse_map, "ann.jpg", "'ann.jpg' is not a pair"),
        (parse_map, "=alice.jpg", "is not a pair"),
        (parse_size, "large", "'large' is not a size"),
        (parse_size, "10x10", "10x10 is out of range"),
        (parse_rate, "fast", "'fast' is not a frame rate"),
        (parse_rate, "1/0", "'1/0' is not a frame rate"),
        (parse_rate, "1000", "1000 is out of range"),
        (parse_rate, "1e999999999", "is not a frame rate"),  # counted out, it would take all memory
        (parse_bitrate, "9" * 400, "is not a bit rate"),
        (Faces.parse, "9" * 5000, "does not say which faces"),
        (Trim.parse, f"{'9' * 5000}:00-", "is not a time"),
        (Selection((Source("0", "ann"),), 0).wished, "9" * 5000, "there is no face"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_remedy(parse: Callable[[str], Any], text: str, problem: str) -> None:
    with pytest.raises(UserError, match=problem) as caught:
        parse(text)
    assert caught.value.remedy
