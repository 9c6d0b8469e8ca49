"""The way into a cluster, and what is said when there is none. Nothing here starts Ray."""

import socket
import subprocess
import sys

import pytest

from models.errors import UserError
from realtime.cluster.connect import connected


def test_without_ray_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UserError, match="ray is not installed") as raised, connected("auto"):
        pass
    assert "cluster" in raised.value.remedy


@pytest.mark.parametrize("where", ["no.such.host.invalid:6379", "HOST:PORT"])
def test_an_address_that_is_none_is_refused_at_once(where: str) -> None:
    with pytest.raises(UserError, match=f"no Ray cluster answers at {where}") as raised, connected(where):
        pass
    assert "ray start --head" in raised.value.remedy


def test_an_address_at_which_nobody_listens_is_refused_at_once() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(UserError, match=f"no Ray cluster answers at {where}"), connected(where):
            pass


def test_nothing_of_ray_is_imported_by_those_who_do_not_ask_for_it() -> None:
    modules = "realtime.cli.main, realtime.segments.command, realtime.batch.run, realtime.web.serve"
    program = f"import sys, {modules}; print('ray' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
