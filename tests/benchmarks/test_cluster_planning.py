"""The simulated cluster: nobody is lost, who waits longest goes first, and nodes follow the sessions. A second."""

import numpy as np
import pytest

from benchmarks.cluster_planning import LINGER_S, START_S, Node, Service, simulated
from realtime.cluster.behind import RETRY_S


def service(nodes: int, *, sessions: int = 4) -> Service:
    return Service(Node("any", sessions, price=1.0), 1, np.random.default_rng(0), nodes=nodes)


def test_whoever_finds_no_place_comes_again_and_before_who_is_new() -> None:
    full = service(1)
    assert full.take(0, 6) == {0: 4}
    full.held -= 1
    assert full.take(RETRY_S, 5) == {RETRY_S: 1, 0: 0}
    assert sum(count for _, count in full.waits[2 * RETRY_S]) == 6


def test_sessions_of_a_dead_node_go_on_where_there_is_room_and_wait_where_there_is_none() -> None:
    half = service(4)
    half.take(0, 8)
    assert half.lose(1, mtbf_h=1 / 3600) == 8  # all nodes die
    assert (half.nodes, half.held) == (0, 0)
    assert half.waits[1 + RETRY_S] == [(RETRY_S, 8)]


def test_nodes_come_before_all_is_full_and_go_when_they_are_not_needed_for_long() -> None:
    growing = service(1)
    growing.take(0, 4)
    growing.scale(0)
    assert growing.starts == {START_S: 1}
    growing.scale(START_S)
    assert growing.nodes == 2
    growing.held = 0
    for t in range(LINGER_S):
        growing.scale(START_S + 1 + t)
    assert growing.nodes == 1


@pytest.mark.parametrize("sessions", [4, 16])
def test_as_many_are_there_at_the_peak_as_are_planned_for(sessions: int) -> None:
    found = simulated(Node("any", sessions, price=2.0), 40, mtbf_h=1e9)
    assert 30 < found["peak"] < 120  # four times as many come for a while
    assert found["moved_an_hour"] == 0
    assert found["nodes"] >= found["peak"] / sessions / 4
    assert found["price_a_session_hour"] > 2.0 / sessions
