"""The numbers of all hosts as one page for Prometheus: each with its host and its node as labels.

Knows Prometheus' text format; measures nothing.
"""

from collections.abc import Iterable, Sequence

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from realtime.cluster.directory import HostState


def merged(told: Sequence[tuple[HostState, str]]) -> bytes:
    """told: each host, and what its own page says."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Hosts(told))
    return generate_latest(registry)


class _Hosts(Collector):
    def __init__(self, told: Sequence[tuple[HostState, str]]) -> None:
        self._told = told

    def collect(self) -> Iterable[Metric]:
        labels = ["host", "node"]
        places = GaugeMetricFamily("liveswap_places", "Sessions that a host may have.", labels=labels)
        room = GaugeMetricFamily("liveswap_headroom", "0: full. 1: nobody is there.", labels=labels)
        drains = GaugeMetricFamily("liveswap_drains", "1: takes nobody new.", labels=labels)
        families: dict[str, Metric] = {}
        for host, text in self._told:
            for gauge, value in ((places, host.places), (room, host.headroom), (drains, float(host.drains))):
                gauge.add_metric([host.name, host.node], value)
            for found in text_string_to_metric_families(text):
                family = families.setdefault(found.name, Metric(found.name, found.documentation, found.type))
                for sample in found.samples:
                    named = {**sample.labels, "host": host.name, "node": host.node}
                    family.add_sample(sample.name, named, sample.value)
        yield from (places, room, drains, *families.values())
