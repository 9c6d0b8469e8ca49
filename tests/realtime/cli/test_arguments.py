"""What a command's options become: the same run whether it is asked for in a terminal, for a browser or from Python."""

from dataclasses import fields, replace
from pathlib import Path

import pytest

from realtime.api_options import Options, Wishes, admitted
from realtime.cli.arguments import RunArguments, ServeArguments
from realtime.config import RunConfig
from realtime.disclosure import BadgeLanguage

ALICE = Path("alice.jpg")
PLAIN = RunConfig(faces_from=(ALICE,), input="in.mp4", outputs=("out.mp4",))


def test_what_is_not_asked_for_is_the_same_everywhere(
    tmp_path: Path, portrait: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIVESWAP_HOME", str(tmp_path))
    assert RunArguments(where_from="in.mp4", output=["out.mp4"], face=[ALICE]).config() == PLAIN
    assert ServeArguments().config([ALICE]) == replace(PLAIN, input="browser", outputs=("browser",))
    config, _ = admitted(portrait, "in.mp4", ("out.mp4",), {"i_have_consent": True})
    assert config == replace(PLAIN, faces_from=(portrait,))


EVERYTHING = RunArguments(
    where_from="0",
    output=["a.mp4", "virtual"],
    face=[ALICE],
    swapper="inswapper_128",
    faces="all",
    no_badge="a test",
    badge_language=BadgeLanguage.ZH,
    caption="A film",
    mirror=True,
    strength=0.7,
    mouth="wearer",
    hands=False,
    device="cuda",
    enhancer="gpen_bfr_256",
    enhancer_blend=0.1,
    detector="det_10g",
    precision="fp16",
    latency_budget=50,
    pixel_boost=2,
    morph=0.2,
    occluder="xseg_1",
    regions="bisenet_resnet_34",
    relight=True,
    recursive=True,
    size="640x480",
    fps="25",
    duration=3,
    trim="1-2",
    mic="default",
    codec="h264",
    crf=20,
    bitrate="2M",
    metrics=Path("numbers.json"),
    workers=2,
)


def test_files_may_be_given_as_file_managers_copy_them() -> None:
    given = RunArguments(where_from="file:///in%20it.mp4", output=["file:///o.mp4", "rtmp://host/x"], face=[ALICE])
    assert (given.config().input, given.config().outputs) == ("/in it.mp4", ("/o.mp4", "rtmp://host/x"))


def test_every_option_reaches_the_run() -> None:
    """One that is forgotten on its way leaves what it sets as it is."""
    asked = EVERYTHING.config()
    elsewhere = {
        "when_lost",
        "strangers",
        "iris",
        "hdr",
        "at_s",
        "maps",
        "cluster",
    }  # they exclude others, or need a type
    left = {each.name for each in fields(RunConfig) if getattr(asked, each.name) == getattr(PLAIN, each.name)}
    assert left - {"faces_from"} == elsewhere
    plain = PLAIN.neural
    assert [each.name for each in fields(plain) if getattr(asked.neural, each.name) == getattr(plain, each.name)] == []


def test_the_api_takes_what_it_names() -> None:
    assert [each.name for each in fields(Wishes)] == [*Options.__annotations__]
