"""The face engines of one run: detector, landmarks, and the swapper that was asked for, loaded and tied together.

Knows names and options; knows no stream. Everything a run says about its engines (`notes`) is gathered here.
"""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engines.alignment import five_points
from engines.backends.litert import LiteRtSession
from engines.backends.onnxruntime import OrtSession
from engines.catalogue import (
    SwapChoices,
    Workshop,
    models_for,
    open_detector,
    open_enhancer,
    open_recogniser,
    open_swapper,
    swapper_names,
)
from engines.detectors.blazeface import BlazeFaceDetector
from engines.devices import Choice, DeviceOpener, choose_device
from engines.enhancer import EnhancedFace, FaceEnhancer
from engines.errors import EngineError
from engines.landmarks import FaceMeshLandmarker
from engines.onnx_file import Precision
from engines.recogniser import unit
from engines.source_photo import PHOTO_THRESHOLD, PhotoExaminer
from engines.swappers.dfm import DfmSwapper
from engines.swappers.later import LaterFace
from engines.swappers.mesh import MeshSwapper
from engines.types import FaceDetector, FaceLandmarks, FaceSwapper, Image, PreparedFace, SourcePhoto
from models.errors import UserError
from models.library import known_models
from models.manifest import Manifest
from models.progress import Progress
from models.spec import ModelSpec
from models.store import ModelStore
from realtime.config import MESH, RunConfig
from realtime.knowing import Embed, KnownWearer
from realtime.pictures import read_image

DETECTOR, LANDMARKER = "face_detection_back", "face_landmark"
BUILDING = {"tensorrt", "rtx"}
"""Devices whose engines are built first, which takes from seconds to minutes."""


class FaceEngines:
    """The face models of a run; fetched first where they are missing. Close it, to stop what is still being built.

    live: the mesh swapper stands in while an engine is built; a file waits for it. progress: told about builds.
    device: where the networks run, "cpu" for the built-in ones. notes: what a person should know about the choice.
    """

    def __init__(self, config: RunConfig, store: ModelStore, *, live: bool, progress: Progress) -> None:
        manifest = known_models(store.home)
        self._config, self._spec = config, swapper_spec(config, manifest)
        if not config.sources and not _is_one_person(self._spec):
            raise UserError("no source face", remedy="add --face PHOTO: a photo of the face to appear with")
        choice = choose_device(config.device) if config.runs_networks else Choice("cpu")
        self.device = choice.device
        self.notes = [f"runs on {choice.device} ({'; '.join(choice.passed_over)})"] if choice.passed_over else []
        detector_file, mesh_file = store.ensure_all([manifest.get(DETECTOR), manifest.get(LANDMARKER)])
        self.landmarker = FaceMeshLandmarker(LiteRtSession(mesh_file))
        photo_detector = BlazeFaceDetector(LiteRtSession(detector_file), threshold=PHOTO_THRESHOLD)
        self._examiner = PhotoExaminer(photo_detector, self.landmarker)
        folder = store.derived_folder
        self._opener = DeviceOpener(choice.device, folder, ladder=_ladder(config), progress=progress)
        self._workshop = Workshop(manifest, store.ensure, store.is_cached, self._opener, OrtSession, folder)
        if self._spec is not None:
            store.ensure_all(models_for(self._spec, self._workshop))  # all questions before the first download
        self.detector: FaceDetector = (
            BlazeFaceDetector(LiteRtSession(detector_file))
            if config.detector is None
            else open_detector(config.detector, self._workshop)
        )
        self._enhancer: FaceEnhancer | None = None
        self._enhancer_is_off = False
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="engines")
        self._waits = not (live and choice.device in BUILDING and self._spec is not None and config.sources)

    def prepare_all(self, photos: tuple[Path, ...]) -> list[PreparedFace]:
        """The source faces, ready to be worn. Raises SourceError or SourcePhotoError."""
        sources = [self._examiner.examine(read_image(path), path.name) for path in photos]
        if self._waits:
            faces = self._prepare(sources)
            self._note_engines()
            return faces
        self.notes.append("the mesh swapper stands in until the engine is ready")
        later = self._worker.submit(self._prepare, sources)
        return [self._stand_in(index, photo, later) for index, photo in enumerate(sources)]

    def known_wearers(self, photos: Sequence[Path], worn: Sequence[PreparedFace]) -> tuple[list[KnownWearer], Embed]:
        """The people in `photos`, each with the face they wear, and the way to recognise them."""
        recogniser = open_recogniser(self._workshop)

        def embed(image: Image, face: FaceLandmarks) -> NDArray[np.float32]:
            return unit(recogniser.embed(image, five_points(face)))

        known = []
        for path, face in zip(photos, worn, strict=True):
            person = self._examiner.examine(read_image(path), path.name)
            known.append(KnownWearer(path.stem, embed(person.image, person.face), face))
        return known, embed

    def leave_enhancer_out(self, out: bool) -> None:
        """Switch the enhancer off, or on again."""
        self._enhancer_is_off = out
        if self._enhancer is not None:
            self._enhancer.is_off = out

    def close(self) -> None:
        """Stop building. May be called twice."""
        self._opener.cancel.set()
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _prepare(self, photos: list[SourcePhoto]) -> list[PreparedFace]:
        """Open the swapper and the enhancer, and make the faces; paints once, so that the first frame need not wait."""
        config = self._config
        swapper: FaceSwapper = (
            MeshSwapper() if self._spec is None else open_swapper(self._spec, self._workshop, _choices(config))
        )
        enhancer = open_enhancer(config.enhancer, self._workshop, config.enhancer_blend) if config.enhancer else None
        self._enhancer = enhancer
        self.leave_enhancer_out(self._enhancer_is_off)
        made = [swapper.face] if isinstance(swapper, DfmSwapper) else [swapper.prepare(photo) for photo in photos]
        faces: list[PreparedFace] = [EnhancedFace(face, enhancer) for face in made] if enhancer else list(made)
        for face, photo in zip(faces, photos, strict=False):
            face.paint(photo.image.copy(), photo.face)
        return faces

    def _stand_in(self, index: int, photo: SourcePhoto, later: "Future[list[PreparedFace]]") -> LaterFace:
        mesh = MeshSwapper().prepare(photo)
        mesh.paint(photo.image.copy(), photo.face)
        mine: Future[PreparedFace] = self._worker.submit(lambda: later.result()[index])
        return LaterFace(mesh, mine, self._config.swapper)

    def _note_engines(self) -> None:
        for engine in self._opener.opened:
            self.notes += [f"not at {reason}" for reason in engine.rejected]
            self.notes.append(f"engine at {engine.precision}, {engine.agreement_db:.0f} dB against the CPU")


def swapper_spec(config: RunConfig, manifest: Manifest) -> ModelSpec | None:
    """The row of a neural swapper; None for the mesh swapper. Raises UserError for what is no swapper."""
    if config.swapper == MESH:
        return None
    spec = manifest.get(config.swapper)
    if spec.task != "swap":
        raise EngineError(
            f"{spec.name} does not swap faces; it is there to {spec.task}", remedy=swapper_names(manifest)
        )
    return spec


def person_in_weights(config: RunConfig) -> ModelSpec | None:
    """The row of a swapper that needs no photo, because it was trained on one person; None for the others."""
    spec = swapper_spec(config, known_models())
    return spec if _is_one_person(spec) else None


def _is_one_person(spec: ModelSpec | None) -> bool:
    return spec is not None and spec.identity is not None and spec.identity.kind == "none"


def _choices(config: RunConfig) -> SwapChoices:
    neural = config.neural
    return SwapChoices(
        strength=neural.strength,
        boost=neural.pixel_boost,
        morph=neural.morph,
        occluder=neural.occluder,
        parser=neural.parser,
    )


def _ladder(config: RunConfig) -> tuple[Precision, ...] | None:
    match config.neural.precision:
        case "fp16" | "mixed" | "fp32" as precision:
            return (precision,)
    return None
