"""What a server says of itself: a session for its page, and everything for Prometheus.

Knows numbers and their names; measures nothing.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from realtime.web.session import SwapSession
from realtime.web.sessions import Sessions


def session_state(session: SwapSession) -> dict[str, Any]:
    """For the page: what holds now, and the numbers of the last two seconds (outcomes: since the start)."""
    stream = session.stream
    recent, settings, numbers = stream.metrics.recent(), stream.control.settings, stream.metrics.snapshot()
    chosen = stream.source_bank.selection.chosen
    return {
        "watch": session.watch,
        "now": stream.control.status(),
        "notice": stream.source_bank.notice,
        "face": chosen.name if chosen is not None and chosen.is_offered else None,
        "swapper": stream.source_bank.settings.swapper,
        "strength": stream.source_bank.settings.strength,
        "wanted": asdict(stream.source_bank.wanted),
        "mirror": settings.mirror,
        "hands": settings.hands,
        "badge": settings.disclosure.badge,
        "no_badge": settings.disclosure.no_badge or None,
        "badge_language": settings.disclosure.language,
        "caption": settings.disclosure.caption,
        "paused": settings.paused,
        "when_lost": settings.when_lost,
        "strangers": settings.strangers or stream.strangers,
        "faces": None if settings.faces is None else str(settings.faces).partition(" ")[0],
        "people": [asdict(person) for person in stream.pipeline.in_view],
        "fps": recent.fps,
        "latency_p50_ms": recent.latency_p50_ms,
        "latency_p95_ms": recent.latency_p95_ms,
        "stages_ms": numbers["stages_ms"],
        "outcomes": recent.outcomes,
        "frames_in": numbers["frames_in"],
        "dropped": numbers["dropped"],
    }


def exposition(sessions: Sessions) -> bytes:
    """Prometheus' text format; called in the event loop. Sessions are counted, never named: an id is a key."""
    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=registry)
    registry.register(_Sessions(sessions))
    return generate_latest(registry)


class _Sessions(Collector):
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def collect(self) -> Iterable[Metric]:
        yield GaugeMetricFamily("liveswap_sessions", "Connected now.", value=len(self._sessions))
        yield CounterMetricFamily("liveswap_sessions_opened", "Since the start.", value=self._sessions.opened)
        yield GaugeMetricFamily("liveswap_tasks", "Of the event loop.", value=len(asyncio.all_tasks()))
        fps = GaugeMetricFamily("liveswap_fps", "Frames a second, the last 2 s.", labels=["session"])
        latency = GaugeMetricFamily("liveswap_latency_ms", "Arrival to shown.", labels=["session", "quantile"])
        stages = GaugeMetricFamily("liveswap_stage_ms", "Of one frame.", labels=["session", "stage", "quantile"])
        dropped = CounterMetricFamily("liveswap_dropped_frames", "A newer one came.", labels=["session"])
        outcomes = CounterMetricFamily("liveswap_frames", "By what became of them.", labels=["session", "outcome"])
        for number, session in enumerate(self._sessions, 1):
            which, state = str(number), session_state(session)
            fps.add_metric([which], state["fps"] or 0)
            for quantile in ("p50", "p95"):
                if state[f"latency_{quantile}_ms"] is not None:
                    latency.add_metric([which, quantile], state[f"latency_{quantile}_ms"])
                for stage, times in state["stages_ms"].items():
                    stages.add_metric([which, stage, quantile], times[quantile] or 0)
            dropped.add_metric([which], state["dropped"])
            for outcome, count in state["outcomes"].items():
                outcomes.add_metric([which, outcome], count)
        yield from (fps, latency, stages, dropped, outcomes)
