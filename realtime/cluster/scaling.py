"""How many hosts Ray Serve shall keep: so many that sessions fill three quarters of their places.

Knows what hosts count; when to follow, and where to put a new one, is Ray Serve's business.
"""

import math
from typing import Any

SESSIONS = "sessions"
FILLED = 0.75


class HostsWanted:
    """A policy of Ray Serve's. places: of each host. least: hosts that are kept though nobody is there."""

    def __init__(self, places: int, least: int) -> None:
        self.places, self.least = places, least

    def __call__(self, context: Any) -> tuple[int, dict[str, Any]]:
        """context: Ray's AutoscalingContext."""
        counted = (context.aggregated_metrics or {}).get(SESSIONS, {})
        return max(self.least, math.ceil(sum(counted.values()) / (FILLED * self.places))), {}
