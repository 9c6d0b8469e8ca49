"""A video of the page, made of segments by the nodes of a cluster, where that is sooner than by this one alone.

Knows when it is; realtime/cluster/helpers.py knows who makes it, and realtime/segments how.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from typing import TypeAlias

from engines.backends.cores import available_cores
from models.errors import UserError
from models.store import ModelStore
from realtime.config import RunConfig
from realtime.errors import ConsentError, SinkError
from realtime.media.local_path import local_path
from realtime.refusals import refuse_what_cannot_be_cut
from realtime.segments.plan import Cuts
from realtime.segments.video import VideoInSegments, wanted_part
from realtime.sources.cuts import video_cuts
from realtime.stream.metrics import Recent, Snapshot

EACH_S = 20
"""Of the video, for each node, at least: of less, what is looked at before a part takes what another node gains."""

Shown: TypeAlias = Callable[[Callable[[], Recent], int | None], AbstractContextManager[None]]
"""Tells, in a block, how far it is. Given what knows that, and how many frames there will be."""

logger = logging.getLogger(__name__)


def make_on_nodes(config: RunConfig, store: ModelStore, telling: Shown, each_s: float = EACH_S) -> Snapshot | None:
    """Returns its numbers; None where one process must make it, or does so as soon: nothing is made then.

    config: with the address of a cluster. Where that cannot be used, one process makes it, and a warning says why.
    Raises ConsentError and SinkError.
    """
    try:
        refuse_what_cannot_be_cut(config)
        cuts = video_cuts(local_path(config.input))
    except UserError as error:
        logger.info("one process makes it: %s", error)
        return None
    workers = int(_length_s(config, cuts) // each_s)
    if workers < 2:
        return None
    try:
        return _made(config, store, telling, workers)
    except (ConsentError, SinkError):
        raise
    except UserError as error:
        logger.warning("the cluster cannot make it, so this node does: %s", error)
        return None


def _made(config: RunConfig, store: ModelStore, telling: Shown, workers: int) -> Snapshot | None:
    from realtime.cluster.connect import connected  # noqa: PLC0415  an extra

    with connected(config.cluster):
        from realtime.cluster.helpers import HelpedNode  # noqa: PLC0415  as above

        with closing(HelpedNode(store.home, workers, available_cores())) as crew:
            if crew.size < 2:
                return None
            video = VideoInSegments(config, store, crew)
            with video.opened() as run, telling(run.progress.recent, video.info.frame_count):
                run.run()
            return run.snapshot(config.swapper, config.device)


def _length_s(config: RunConfig, cuts: Cuts) -> float:
    """Of the part that is wanted."""
    part = wanted_part(config, cuts)
    if not cuts.times:
        return 0.0
    begins_s, ends_s = cuts.times[0] * cuts.base, cuts.times[-1] * cuts.base
    return float(min(ends_s, ends_s if part.end_s is None else part.end_s) - max(begins_s, part.start_s))
