"""Which host a request is for: by the key that it carries, else by who has the most room."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp.test_utils import make_mocked_request

from realtime.cluster.directory import HostState, View
from realtime.cluster.routing import SILENT_S, Hosts
from realtime.cluster.scaling import HostsWanted


def host(name: str, headroom: float = 0.5, **more: Any) -> HostState:
    return HostState(name, f"http://{name}", name, sessions=0, places=4, headroom=headroom, **more)


def known(*states: HostState, age_s: float = 0.0) -> Hosts:
    hosts = Hosts(lambda: 100.0)
    hosts.update(View("secret", tuple((state, age_s) for state in states), None))
    return hosts


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/session/b.id", {}),
        ("POST", "/session/b.id/control", {"Cookie": "liveswap_80=a.key"}),
        ("DELETE", "/whip/b.id", {}),
        ("GET", "/results/b.key", {}),
        ("GET", "/info", {"Cookie": "liveswap_80=b.key"}),
        ("GET", "/info", {"Liveswap-Visitor": "b.key", "Cookie": "liveswap_80=a.key"}),
        ("GET", "/socket?visitor=b.key", {}),
        ("POST", "/whep?session=b.watch", {}),
        ("POST", "/whep?session=chosen-by-who-sends", {}),
    ],
)
def test_request_goes_to_the_host_that_made_its_key(method: str, path: str, headers: dict[str, str]) -> None:
    hosts = known(host("a"), host("b", watches=("chosen-by-who-sends",)))
    named = hosts.named_by(make_mocked_request(method, path, {"Host": "x:80", **headers}))
    assert named == hosts.there[1]


@pytest.mark.parametrize("path", ["/info", "/session/unmarked", "/session/gone.id", "/whep?session=unknown", "/whep"])
def test_request_that_names_nobody_who_is_there_is_for_no_host(path: str) -> None:
    assert known(host("a")).named_by(make_mocked_request("GET", path, {"Host": "x"})) is None


def test_somebody_new_goes_where_most_room_is_and_the_next_one_counts_them() -> None:
    hosts = known(host("a", 0.5), host("b", 0.6))
    assert [hosts.best(with_room=True).name for _ in range(4)] == ["b", "a", "b", "a"]  # type: ignore[union-attr]


def test_of_hosts_on_nodes_that_are_equally_busy_the_emptier_one_is_taken() -> None:
    fuller, emptier = (replace(host(name, 0.01), sessions=count) for name, count in (("a", 2), ("b", 1)))
    assert known(fuller, emptier).best(with_room=True) == emptier


def test_next_one_waits_for_a_place_and_not_for_the_hosts_next_word() -> None:
    hosts = known(host("a", 0.01))  # its cores are busy, and four places are free
    assert [hosts.best(with_room=True) is not None for _ in range(5)] == [True] * 4 + [False]


def test_host_that_is_full_drains_or_is_silent_gets_nobody_new() -> None:
    full = known(host("a", 0.0))
    assert full.best(with_room=True) is None
    assert full.best(with_room=False) is not None  # to look at the page
    assert known(host("a", drains=True)).best(with_room=False) is None
    assert known(host("a"), age_s=SILENT_S).best(with_room=False) is None


def test_host_that_does_not_answer_is_gone_until_it_says_so_itself() -> None:
    now_s = [100.0]
    hosts = Hosts(lambda: now_s[0])
    hosts.update(View("secret", ((host("a"), 0.0),), None))
    hosts.lose("a")
    assert hosts.there == []
    now_s[0] += 1
    hosts.update(View("secret", ((host("a"), 1.5),), None))  # said before it was lost
    assert hosts.there == []
    hosts.update(View("secret", ((host("a"), 0.1),), None))
    assert [each.name for each in hosts.there] == ["a"]


@pytest.mark.parametrize(("sessions", "wanted"), [(0, 2), (6, 2), (7, 3), (40, 14)])
def test_more_hosts_are_wanted_before_all_places_are_taken(sessions: int, wanted: int) -> None:
    context = SimpleNamespace(aggregated_metrics={"sessions": {"a": sessions / 2, "b": sessions / 2}})
    assert HostsWanted(places=4, least=2)(context) == (wanted, {})
