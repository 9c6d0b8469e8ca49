"""How much room a host says it has, and where it sits on its node."""

from pathlib import Path

from realtime.cluster.headroom import LATE_BEATS, LATE_MS, LEAST, Headroom
from realtime.cluster.order import HostOrder
from realtime.cluster.seat import seated
from realtime.config import RunConfig
from realtime.web.serve import ServeOptions


def test_full_host_has_no_room() -> None:
    assert Headroom().measure(sessions=4, places=4, p95_ms=1.0) == 0.0


def test_host_whose_pictures_come_late_for_a_while_has_no_room_until_they_do_not() -> None:
    headroom = Headroom()
    measured = [headroom.measure(1, 4, LATE_MS) for _ in range(LATE_BEATS)]
    assert measured == [LEAST] * (LATE_BEATS - 1) + [0.0]
    assert headroom.measure(1, 4, LATE_MS / 2) > 0


def test_host_with_nobody_always_has_room() -> None:
    headroom = Headroom()
    assert all(headroom.measure(0, 1, 10 * LATE_MS) > 0 for _ in range(2 * LATE_BEATS))


def test_seat_is_one_hosts_and_the_next_one_gets_the_same(tmp_path: Path) -> None:
    with seated(tmp_path) as first, seated(tmp_path) as second:
        assert first.name != second.name
    with seated(tmp_path) as again:
        assert again.name in {first.name, second.name}
    assert len(list((tmp_path / "hosts").iterdir())) == 2


def test_order_brings_the_photos_along(tmp_path: Path) -> None:
    photos = [tmp_path / side / "ann.png" for side in ("left", "right")]
    for photo in photos:
        photo.parent.mkdir()
        photo.write_text(photo.parent.name)
    config = RunConfig(faces_from=tuple(photos), input="browser", outputs=("browser",))
    order = HostOrder.of(config, ServeOptions(), accepts_licences=False)
    there = order.config_at(tmp_path / "there")
    assert [path.name for path in there.faces_from] == ["ann.png", "ann.png"]
    assert [path.read_text() for path in there.faces_from] == ["left", "right"]
    assert set(there.faces_from).isdisjoint(photos)
