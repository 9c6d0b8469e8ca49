"""A flipped bit in a broadcast costs no sound, and a real jump stays one."""

from collections.abc import Iterator
from fractions import Fraction
from typing import cast

import av
import pytest

from realtime.media.timeline import Timeline
from realtime.outputs.outlier_stamps import without_lone_stamps
from realtime.outputs.packet_times import AudioPacket, PacketTimes, stamp_of
from tests.realtime.clips import Clip, write_clip

STEP = 20
"""Of packets, ms."""


@pytest.fixture(scope="module")
def container(tmp_path_factory: pytest.TempPathFactory) -> Iterator[av.container.InputContainer]:
    with av.open(str(write_clip(tmp_path_factory.mktemp("sound") / "in.mkv", Clip(frames=2)))) as opened:
        yield opened


def packets_at(container: av.container.InputContainer, times_ms: list[int]) -> list[AudioPacket]:
    made = []
    for at_ms in times_ms:
        packet = cast("AudioPacket", av.Packet(b"sound"))
        packet.stream = container.streams.audio[0]
        packet.pts = packet.dts = at_ms
        packet.duration, packet.time_base = STEP, Fraction(1, 1000)
        made.append(packet)
    return made


@pytest.mark.parametrize("off_ms", [47_721_858, -20_000_000], ids=["later", "earlier"])
@pytest.mark.parametrize("wrong", [range(10, 11), range(10, 40)], ids=["one", "a run"])
def test_sound_goes_on_over_wrong_stamps(container: av.container.InputContainer, off_ms: int, wrong: range) -> None:
    right = [STEP * number for number in range(100)]
    told = [at_ms + off_ms * (number in wrong) for number, at_ms in enumerate(right)]
    times, heard = PacketTimes(Timeline(0.0)), []
    for packet in without_lone_stamps(packets_at(container, told)):
        video_s = times.video_s(packet)
        assert video_s is not None
        times.take(packet, video_s)
        heard.append(video_s)
    assert heard == pytest.approx([at_ms / 1000 for at_ms in right])


@pytest.mark.parametrize("far_ms", [3_600_000, 5_000, -3_000])
def test_stamps_that_stay_where_they_went_are_kept(container: av.container.InputContainer, far_ms: int) -> None:
    told = [STEP * number + far_ms * (number >= 50) for number in range(400)]
    found = [stamp_of(packet) for packet in without_lone_stamps(packets_at(container, told))]
    assert found == [at_ms / 1000 for at_ms in told]


def test_wrong_stamps_at_the_end_make_no_video_of_hours(container: av.container.InputContainer) -> None:
    told = [STEP * number + 47_721_858 * (number >= 95) for number in range(100)]
    times = PacketTimes(Timeline(0.0))
    for packet in without_lone_stamps(packets_at(container, told)):
        video_s = times.video_s(packet, 2.0)
        assert video_s is not None
        times.take(packet, video_s)
    assert times.end_s == pytest.approx(2.0)
