"""The face engines of one run: detector, landmarks, and the swapper that was asked for, loaded and tied together.

Knows names and options; knows no stream. Everything a run says about its engines (`notes`) is gathered here.
"""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engines.backends import Session
from engines.backends.devices import Choice, DeviceOpener, choose_device
from engines.backends.litert import LiteRtSession
from engines.backends.onnxruntime import OrtSession
from engines.backends.session_pool import SharedModels
from engines.compositor.network import Compositor, weights_file
from engines.crops.alignment import five_points
from engines.kinds import DEVICES, BuiltInChoices
from engines.recognition.recogniser import unit
from engines.registry import (
    ModelContext,
    chosen_recogniser,
    models_for,
    open_built_in,
    open_detector,
    open_enhancer,
    open_recogniser,
    open_swapper,
)
from engines.swappers.mesh.swapper import MeshSwapper
from engines.swappers.neural.dfm import DfmSwapper
from engines.swappers.neural.enhancer import EnhancedFace, FaceEnhancer
from engines.swappers.stand_in import StandInFace
from engines.types import FaceDetector, FaceLandmarks, FaceSwapper, Image, PreparedFace, SourcePhoto
from models.errors import UserError
from models.library import known_models
from models.progress import Progress, ignore_progress
from models.spec import ModelSpec
from models.store import ModelStore
from realtime.built_in_models import BuiltIn
from realtime.config import CPU_DEVICES, RunConfig
from realtime.faces.person import read_person
from realtime.faces.source_bank import InitialFaces, PrepareFn, SourceBank
from realtime.faces.swap_settings import SwapSettings
from realtime.pictures.reading import read_image
from realtime.swapper_options import is_one_person, precisions, swap_choices, swapper_spec
from realtime.tracking.recognition import Embed, KnownTarget


class FaceEngines:
    """The face models of a run; fetched first where they are missing. Close it, to stop what is still being built.

    live: the mesh swapper stands in while an engine is built; a file waits for it. progress: told about builds.
    shared: with other streams of this process. device: where the networks run, "cpu" for the built-in ones.
    notes: what a person should know about the choice.
    """

    def __init__(
        self,
        config: RunConfig,
        store: ModelStore,
        *,
        live: bool,
        progress: Progress = ignore_progress,
        shared: SharedModels | None = None,
    ) -> None:
        manifest = known_models(store.home)
        self._config, self._spec = config, swapper_spec(config, manifest)
        if not config.sources and not is_one_person(self._spec):
            raise UserError("no source face", remedy="add --face PHOTO: a photo of the face to appear with")
        self._store, self._manifest, self._progress = store, manifest, progress
        self._shared = SharedModels() if shared is None else shared
        self.notes: list[str] = []
        self._has_chosen = self._spec is not None or config.runs_more_networks
        self._use(choose_device(config.device) if self._has_chosen else Choice("cpu"))
        self._built_in = BuiltIn(manifest, store, self._shared, with_hands=config.sees_hands)
        self.landmarker, self.hand_tracker = self._built_in.landmarker, self._built_in.hand_tracker
        self.examiner = self._built_in.examiner
        if self._spec is not None:
            store.ensure_all(models_for(self._spec, self._context))  # all questions before the first download
        self.detector: FaceDetector = (
            self._built_in.detector if config.detector is None else open_detector(config.detector, self._context)
        )
        self._enhancer: FaceEnhancer | None = None
        self._enhancer_is_off = False
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="engines")
        self._waits = not (live and _builds(self.device) and self._spec is not None and config.sources)

    def source_bank(self, photos: tuple[Path, ...]) -> SourceBank:
        """The faces behind these paths, ready to be worn. Raises SourceError or SourcePhotoError."""
        return self.source_bank_of(tuple(read_person(path, self.examiner.examine) for path in photos))

    def source_bank_of(self, sources: tuple[SourcePhoto, ...]) -> SourceBank:
        """These faces, ready to be worn."""
        settings = self._config.look
        if self._waits:
            faces = tuple(self._prepare(sources))
            self._note_engines()
            return SourceBank(InitialFaces(settings, sources[: len(faces)], faces), self.prepare_fn)
        self.notes.append("the mesh swapper stands in until the engine is ready")
        later = self._worker.submit(self._prepare, sources)
        stand_ins = tuple(self._stand_in(index, photo, later) for index, photo in enumerate(sources))
        return SourceBank(InitialFaces(settings, sources, stand_ins), self.prepare_fn)

    def prepare_fn(self, settings: SwapSettings) -> PrepareFn:
        """Another way of swapping, while a stream runs: nothing is asked or downloaded. Raises UserError."""
        config = self._config.restyled(settings)
        spec = swapper_spec(config, self._context.manifest)
        if is_one_person(spec):
            raise UserError(
                f"{settings.swapper} is one person's network", remedy="start a run with it: consent comes first"
            )
        needed = [] if spec is None else models_for(spec, self._context)
        needed += [self._context.manifest.get(config.enhancer)] if config.enhancer else []
        missing = [need.name for need in needed if not self._context.is_here(need)]
        if missing:
            what = missing[0] if spec is None else settings.swapper
            raise UserError(f"{what} is not on this disk", remedy=f"liveswap models pull {' '.join(missing)}")
        if needed and not self._has_chosen:
            self._choose_device()
        return _prepare_fn(*self._open(config, spec))

    def known_targets(self, photos: Sequence[Path], worn: Sequence[PreparedFace]) -> tuple[list[KnownTarget], Embed]:
        """The people in `photos`, each with the face they wear, and the way to recognise them."""
        embed, known = self.embedder(), []
        for path, face in zip(photos, worn, strict=True):
            person = self.examiner.examine(read_image(path), path.name)
            known.append(KnownTarget(path.stem, embed(person.image, person.face), face))
        return known, embed

    @property
    def can_recognise(self) -> bool:
        """Whether a recogniser is on this disk."""
        return self._context.is_here(chosen_recogniser(self._context))

    def embedder(self) -> Embed:
        """The way to recognise people; fetched first where it is missing."""
        recogniser = open_recogniser(self._context)

        def embed(image: Image, face: FaceLandmarks) -> NDArray[np.float32]:
            return unit(recogniser.embed(image, five_points(face)))

        return embed

    def leave_enhancer_out(self, out: bool) -> None:
        """Switch the enhancer off, or on again."""
        self._enhancer_is_off = out
        if self._enhancer is not None:
            self._enhancer.is_off = out

    def close(self) -> None:
        """Stop building. May be called twice."""
        self._opener.cancel.set()
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _choose_device(self) -> None:
        self._has_chosen = True
        self._use(choose_device(self._config.device))

    def _use(self, choice: Choice) -> None:
        """Open networks there from now on."""
        self.device, folder, store = choice.device, self._store.derived_folder, self._store
        self.notes += [f"runs on {choice.device} ({'; '.join(choice.passed_over)})"] if choice.passed_over else []
        self._opener = DeviceOpener(choice.device, folder, ladder=precisions(self._config), progress=self._progress)
        self._context = ModelContext(
            self._manifest,
            store.ensure,
            store.is_cached,
            self._open_shared,
            self._open_on_cpu,
            folder,
            self._compositor,
        )

    def _open_shared(self, path: Path, edge: int | None = None) -> Session:
        return self._shared.get((self.device, path, edge), partial(self._opener, path, edge))

    def _compositor(self) -> Compositor:
        """On the device that was asked for; otherwise on the CPU, where it takes a few milliseconds (LEDGER.md)."""
        if self._config.device in CPU_DEVICES:
            return self._compositor_on_cpu()
        return Compositor(self._open_shared(weights_file(".onnx")))

    def _compositor_on_cpu(self) -> Compositor:
        path = weights_file(".tflite")
        return Compositor(self._shared.get(("litert", path), partial(LiteRtSession, path)))

    def _open_on_cpu(self, path: Path) -> Session:
        return self._shared.get(("cpu", path, None), partial(OrtSession, path))

    def _prepare(self, photos: Sequence[SourcePhoto]) -> list[PreparedFace]:
        """The faces as the run was asked to make them; a DFM has one of its own."""
        swapper, enhancer = self._open(self._config, self._spec)
        if isinstance(swapper, DfmSwapper):
            return [EnhancedFace(swapper.face, enhancer) if enhancer else swapper.face]
        return list(map(_prepare_fn(swapper, enhancer), photos))

    def _open(self, config: RunConfig, spec: ModelSpec | None) -> tuple[FaceSwapper, FaceEnhancer | None]:
        if spec is None:
            swapper = open_built_in(config.swapper, self._built_in_choices(config))
        else:
            swapper = open_swapper(spec, self._context, swap_choices(config))
        self._enhancer = (
            open_enhancer(config.enhancer, self._context, config.enhancer_blend) if config.enhancer else None
        )
        self.leave_enhancer_out(self._enhancer_is_off)
        return swapper, self._enhancer

    def _built_in_choices(self, config: RunConfig) -> BuiltInChoices:
        return BuiltInChoices(
            strength=config.neural.strength, iris=config.iris, mouth=config.mouth, compositor=self._compositor
        )

    def _stand_in(self, index: int, photo: SourcePhoto, later: "Future[list[PreparedFace]]") -> StandInFace:
        mesh = MeshSwapper(mouth=self._config.mouth, compositor=self._compositor_on_cpu()).prepare(photo)
        mesh.paint(photo.image.copy(), photo.face)
        mine: Future[PreparedFace] = self._worker.submit(lambda: later.result()[index])
        return StandInFace(mesh, mine, self._config.swapper)

    def _note_engines(self) -> None:
        for engine in self._opener.opened:
            self.notes += [f"not at {reason}" for reason in engine.rejected]
            self.notes.append(f"engine at {engine.precision}, {engine.agreement_db:.0f} dB against the CPU")


def _builds(device: str) -> bool:
    """Whether its engines are built first, which takes from seconds to minutes."""
    kind = DEVICES.get(device)
    return kind is not None and kind.builds


def _prepare_fn(swapper: FaceSwapper, enhancer: FaceEnhancer | None) -> PrepareFn:
    """Makes faces and paints the first one once, so that no frame need wait; later ones would disturb a stream."""
    is_warm = False

    def make(photo: SourcePhoto) -> PreparedFace:
        nonlocal is_warm
        made = swapper.prepare(photo)
        face: PreparedFace = EnhancedFace(made, enhancer) if enhancer else made
        if not is_warm:
            face.paint(photo.image.copy(), photo.face)
            is_warm = True
        return face

    return make
