"""A frame goes out at its marker bit, whatever order its packets come in, and never with a hole."""

from aiortc.rtp import RtpPacket
from hypothesis import given
from hypothesis import strategies as st

from realtime.web.jitter import PATIENCE, MarkerJitterBuffer


def packets(frames: int, each: int = 3, first: int = 65_530) -> list[RtpPacket]:
    """Frames of `each` packets; sequence numbers run over their end."""
    made = []
    for number in range(frames * each):
        packet = RtpPacket(
            sequence_number=(first + number) % 65_536, timestamp=number // each * 3000, marker=number % each == each - 1
        )
        packet._data = bytes([number])  # type: ignore[attr-defined]
        made.append(packet)
    return made


def test_frame_goes_out_with_its_last_packet() -> None:
    buffer = MarkerJitterBuffer()
    got = [buffer.add(packet)[1] for packet in packets(2)]
    assert [frame.data if frame else None for frame in got] == [None, None, b"\0\1\2", None, None, b"\3\4\5"]
    assert [frame.timestamp for frame in got if frame] == [0, 3000]


@given(st.permutations(range(5)))
def test_order_of_a_frames_packets_does_not_matter(order: list[int]) -> None:
    buffer = MarkerJitterBuffer()
    first, frame = packets(1, 1)[0], packets(1, 5, first=65_531)
    assert buffer.add(first)[1] is not None
    got = [found for number in order if (found := buffer.add(frame[number])[1])]
    assert [found.data for found in got] == [b"\0\1\2\3\4"]


def test_frame_with_a_hole_waits_for_the_packet() -> None:
    buffer, made = MarkerJitterBuffer(), packets(2)
    assert [buffer.add(made[n])[1] for n in (0, 2, 3, 4, 5)] == [None] * 5
    late = buffer.add(made[1])[1]
    assert late is not None
    assert late.data == b"\0\1\2"


def test_packet_that_never_comes_costs_its_frame_a_key_frame_and_no_more() -> None:
    buffer = MarkerJitterBuffer()
    made = packets(30)
    del made[4]  # of the second frame
    results = [buffer.add(packet) for packet in made]
    asked = [number for number, (asks, _) in enumerate(results) if asks]
    assert len(asked) == 1
    waited = made[asked[0]].timestamp - made[4].timestamp
    assert PATIENCE < waited <= PATIENCE + 3000
    after = [frame.timestamp for _, frame in results if frame]
    assert after[0] == 0
    assert after[1:] == list(range(after[1], 30 * 3000, 3000))
    assert after[1] == made[asked[0]].timestamp


def test_buffer_without_markers_ends_frames_where_the_next_begins() -> None:
    buffer, made = MarkerJitterBuffer(), packets(2)
    for packet in made:
        packet.marker = 0
    got = [frame.data for packet in made if (frame := buffer.add(packet)[1])]
    assert got == [b"\0\1\2"]
