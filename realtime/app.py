"""The composition root: turns a RunConfig into objects that know each other.

The only place where real sources, engines and outputs are made (of a segment of a video: realtime/segments/make.py);
knows no terminal and asks nobody.
"""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from engines.types import Points
from models.progress import Progress, ignore_progress
from models.store import ModelStore
from realtime.admission import consent_watch, no_badge_record
from realtime.choices import Faces, Hdr, Strangers
from realtime.config import RunConfig
from realtime.face_engines import FaceEngines
from realtime.faces.consent_watch import ConsentWatch
from realtime.faces.loaded_faces import LoadedFaces, load_faces
from realtime.faces.portraits import target_portrait
from realtime.faces.selection import FixedFaces
from realtime.faces.source_bank import SourceBank
from realtime.media.local_path import is_file, local_path, without_scheme
from realtime.outputs import OutputOptions, open_sink
from realtime.outputs.partial_file import PartialFile, writable_target
from realtime.outputs.recorder import EncoderOptions
from realtime.outputs.virtual import VirtualCamera
from realtime.outputs.write_errors import write_failure
from realtime.pictures.reading import read_image
from realtime.provenance.credit import Credit
from realtime.refusals import refuse_unfit
from realtime.sources import SourceOptions, open_source
from realtime.stream.backfill import BackfillBuffer
from realtime.stream.badge import Badge
from realtime.stream.consent_gate import ConsentGate
from realtime.stream.latency_budget import LatencyBudget, Saving
from realtime.stream.live_settings import LiveControl, LiveSettings
from realtime.stream.metrics import StreamMetrics
from realtime.stream.painter import FramePainter
from realtime.stream.pipeline import SwapPipeline, Tracked
from realtime.stream.privacy import PrivacyGate, PrivacyPolicy
from realtime.stream.runner import StreamRunner
from realtime.tracking.assignment import FaceAssigner, OrderAssigner
from realtime.tracking.recognition import RecognitionAssigner
from realtime.tracking.tracker import FaceTracker
from realtime.tracking.wanted_people import WantedPeople, most_followed
from realtime.types import FrameSink, FrameSource, StreamInfo

GIVE_UP_S = 30.0
"""How long a lost camera is waited for; for ever where a video call would lose its camera with it."""


@dataclass(frozen=True, slots=True)
class Run:
    """A stream that is ready to start: call `runner.run()`, read `metrics`."""

    runner: StreamRunner
    metrics: StreamMetrics
    info: StreamInfo
    sinks: Sequence[FrameSink]
    notes: tuple[str, ...]  # what a person should know about the engines
    control: LiveControl
    most_faces: int | None  # that are followed, where more are to be swapped; None for no limit
    strangers: Strangers
    close: Callable[[], None]  # after the run: what the runner does not close


def build_run(
    config: RunConfig, store: ModelStore, progress: Progress = ignore_progress, lent: LoadedFaces | None = None
) -> Run:
    """Open everything a run needs.

    progress: told about engines that are built. lent: loaded before, for several runs of files, and not closed by this
    one. Raises UserError, with nothing left open and no older output touched.
    """
    if config.metrics_file is not None:
        writable_target(config.metrics_file)
    watch = consent_watch(config, store.home)
    watch.require()
    with ExitStack() as opened:
        source = open_source(config.input, source_options(config, store))
        opened.callback(source.close)
        refuse_unfit(config, source.info)
        no_badge = no_badge_record(config, store.home)
        info = replace(source.info, credit=credit_of(config, store, no_badge.reasons))
        options = OutputOptions(
            encoder=encoder_options(config),
            size_wh=config.size_wh,
            microphone=config.microphone,
            bits=config.bits,
        )
        sinks = []
        for where in config.outputs:
            sinks.append(open_sink(where, info, options))
            opened.callback(sinks[-1].close)
        loaded = lent or load_faces(config, store, live=source.info.live, progress=progress)
        close = opened.callback((lambda: None) if lent else loaded.close)  # lent faces stay open
        run = _connect(config, source, sinks, loaded, close, watch)
        run.control.on_no_badge = no_badge.note
        opened.pop_all()  # from here on the runner closes them
        return run


def write_metrics(path: Path, numbers: Mapping[str, object]) -> None:
    """One JSON object. Raises SinkError when it cannot be written; an older one is then still there."""
    part = PartialFile(path)
    try:
        part.file.write((json.dumps(numbers, indent=1) + "\n").encode())
        part.publish()
    except OSError as error:
        part.discard()
        raise write_failure(path, error, otherwise="give --metrics another place") from error


def _connect(
    config: RunConfig,
    source: FrameSource,
    sinks: Sequence[FrameSink],
    loaded: LoadedFaces,
    close: Callable[[], None],
    watch: ConsentWatch,
) -> Run:
    info, engines, source_bank = source.info, loaded.engines, loaded.source_bank
    metrics = StreamMetrics(primary=sinks[0].name, swapper=config.swapper, device=engines.device)
    metrics.damage = info.damage or metrics.damage
    if isinstance(sinks[0], VirtualCamera):
        sinks[0].on_repeat = metrics.on_repeated
    pipeline, control = make_pipeline(config, engines, source_bank, info, metrics)
    gate = ConsentGate(pipeline, watch.require, control.withhold if info.live else None)
    runner = StreamRunner(source, gate, sinks, observer=metrics, duration_s=config.duration_s)
    return Run(
        runner,
        metrics,
        info.first(config.duration_s),
        sinks,
        tuple(engines.notes),
        control,
        most_faces=_limit_of(config, live=info.live),
        strangers=_strangers(config, live=info.live),
        close=close,
    )


def make_pipeline(
    config: RunConfig,
    engines: FaceEngines,
    source_bank: SourceBank,
    info: StreamInfo,
    metrics: StreamMetrics,
    prefer: Sequence[Points] = (),
) -> tuple[SwapPipeline, LiveControl]:
    """What turns one stream's frames into frames that viewers may see, and what changes it while it runs.

    prefer: see `FaceSearch`.
    """
    max_faces = _followed(config, live=info.live)
    tracker = FaceTracker(
        engines.detector,
        engines.landmarker,
        hands=engines.hand_tracker(),
        max_faces=max_faces,
        video=not info.live,
        on_detector_run=metrics.on_detector_run,
    )
    tracker.prefer(prefer)
    policy = PrivacyPolicy.choose(config.when_lost, live=info.live)
    badge = Badge()
    gate = PrivacyGate(policy, mark=badge.stamp)
    bank = FixedFaces(source_bank.names) if config.maps else source_bank
    control = LiveControl(bank, LiveSettings(disclosure=config.disclosure, mirror=config.mirror))
    control.is_mapped, control.finds_hands = bool(config.maps), config.sees_hands
    assigner = _assigner(config, engines, source_bank, live=info.live)
    strangers = _strangers(config, live=info.live)
    painter = FramePainter(tracker, assigner, strangers, live=info.live, observer=metrics)
    backfill = None if info.live else BackfillBuffer[Tracked](engines.landmarker, max_faces)
    pipeline = SwapPipeline(painter, gate, info=info, control=control, backfill=backfill, observer=metrics)
    pipeline.badge = badge
    if info.live and config.latency_budget_ms is not None:
        pipeline.budget = LatencyBudget(config.latency_budget_ms, _savings(config, engines, tracker, pipeline))
    return pipeline, control


def _assigner(config: RunConfig, engines: FaceEngines, source_bank: SourceBank, *, live: bool) -> FaceAssigner:
    if config.maps:
        return RecognitionAssigner(*engines.known_targets([target for target, _ in config.maps], list(source_bank)))
    return OrderAssigner(source_bank, config.faces, WantedPeople(config.faces) if live else None)


def _savings(config: RunConfig, engines: FaceEngines, tracker: FaceTracker, pipeline: SwapPipeline) -> list[Saving]:
    """What may be left out, in this order."""
    savings = [Saving("the enhancer", engines.leave_enhancer_out)] if config.enhancer else []
    return [
        *savings,
        Saving("smoothing", tracker.leave_unsteady),
        Saving("every second and third search for new faces and hands", tracker.search_seldom),
        Saving("every second row and column", pipeline.work_at_half_size),
    ]


def _strangers(config: RunConfig, *, live: bool) -> Strangers:
    return Strangers.choose(config.strangers, live=live, mapped=bool(config.maps))


def _wanted(config: RunConfig) -> int:
    return sys.maxsize if config.maps or config.faces.limit is None else config.faces.limit


def _followed(config: RunConfig, *, live: bool) -> int:
    """How many faces the tracker follows."""
    return most_followed(Faces(None) if config.maps else config.faces) if live else _wanted(config)


def _limit_of(config: RunConfig, *, live: bool) -> int | None:
    """How many are followed, if that is fewer than are wanted."""
    followed = _followed(config, live=live)
    return followed if followed < _wanted(config) else None


def encoder_options(config: RunConfig) -> EncoderOptions:
    """What a run asks of its videos' encoder."""
    return EncoderOptions(codec=config.codec, crf=config.crf)


def credit_of(config: RunConfig, store: ModelStore, no_badge: Sequence[str]) -> Credit:
    """What the manifests of a run's files say. no_badge: why there is none, told until they are finished."""
    path = local_path(without_scheme(config.input))
    return Credit(store.home, config.swapper, path if is_file(path) else None, no_badge)


def source_options(config: RunConfig, store: ModelStore) -> SourceOptions:
    """What a run asks of its source."""
    return SourceOptions(
        size_wh=config.size_wh,
        rate=config.rate,
        trim=config.trim,
        at_s=config.at_s,
        still_s=config.duration_s,
        keeps_hdr=config.hdr is Hdr.KEEP,
        give_up_s=None if any(where.partition(":")[0] == "virtual" for where in config.outputs) else GIVE_UP_S,
        test_picture=lambda: read_image(target_portrait(store)),
    )
