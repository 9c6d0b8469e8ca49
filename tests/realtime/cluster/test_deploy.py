"""The files of deploy/ name what there is: numbers in the dashboard, options in the manifest."""

import json
import re
from pathlib import Path

import pytest

from benchmarks.common.fake_cluster import in_process
from realtime.cluster.host import DRAIN_S
from tests.realtime.cluster.fakes import COLOURS_BGR, Visitor
from tests.realtime.web.served import run
from tests.test_docs import options_by_command

DEPLOY = Path(__file__).parents[3] / "deploy"
NAME = re.compile(r"\b(?:liveswap|process)_\w+")


def test_dashboard_asks_for_numbers_that_a_front_tells(tmp_path: Path) -> None:
    panels = json.loads((DEPLOY / "grafana.json").read_text())["panels"]
    asked = {name for panel in panels for target in panel["targets"] for name in NAME.findall(target["expr"])}

    async def told() -> str:
        async with in_process(tmp_path, hosts=1) as running:
            visitor = Visitor(COLOURS_BGR[0])
            await visitor.offer(running.client)
            await visitor.sees()
            async with running.client.get("/metrics") as answer:
                text = await answer.text()
            await visitor.leave()
            return text

    assert asked <= set(re.findall(r"^(\w+)\{", run(told), re.MULTILINE))


@pytest.mark.parametrize("name", ["kuberay.yaml"])
def test_manifest_uses_options_that_serve_has(name: str) -> None:
    words = re.findall(r"liveswap serve(.*?)\n +env:", (DEPLOY / name).read_text(), re.DOTALL)
    assert words
    assert set(re.findall(r"--[\w-]+", words[0])) <= options_by_command()["serve",]
    assert DRAIN_S == 3600  # "an hour", docs/cluster.md
