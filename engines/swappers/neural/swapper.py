"""Neural swappers: a crop of the target and the source's identity in, a crop with the source's face out.

One class for all families whose networks work like that; what differs between them is in their rows (facts) and in
swappers/identity.py. Knows the order of the steps on one face; knows nothing of runtimes, files and frames.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engines.backends import Session, TensorSpec
from engines.backends.io_validation import (
    EMBEDDING,
    MOST_TOGETHER,
    CropFacts,
    described,
    differs,
    require_count,
    require_float,
    require_shape,
    the_one,
)
from engines.crops.alignment import five_points
from engines.crops.crop_codec import CropCodec
from engines.image.tensors import Tensor
from engines.swappers.neural.crop_paste import AS_IT_IS, Finish, lay_on
from engines.swappers.neural.identity import DEFAULT_STRENGTH, Source
from engines.swappers.neural.masks import box_mask
from engines.types import Affine, Coverage, FaceLandmarks, Image, SourcePhoto
from models.spec import ModelSpec


class SourceEncoder(Protocol):
    """Turns a photo into what the network is told."""

    def source(self, photo: SourcePhoto, strength: float) -> Source: ...


@dataclass(frozen=True, slots=True)
class SwapOptions:
    """How a neural swapper is used.

    strength: 0..1. boost: how many times finer the crop is than what the network sees. finish: how it is laid on.
    """

    strength: float = DEFAULT_STRENGTH
    boost: int = 1
    finish: Finish = AS_IT_IS


class NeuralSwapper:
    """A swap network, ready. spec: its row; session: loaded. Raises ModelContractError when they do not fit."""

    def __init__(
        self, spec: ModelSpec, session: Session, encoder: SourceEncoder, options: SwapOptions = SwapOptions()
    ) -> None:
        self.name = spec.name
        self._facts = CropFacts.of(spec)
        self._binding = bind(spec, session)
        self._session, self._encoder, self._options = session, encoder, options

    def prepare(self, photo: SourcePhoto) -> "NeuralFace":
        """Look at the source once."""
        codec = CropCodec(self._facts, boost=self._options.boost, batch=self._binding.target.shape[0] == -1)
        source = self._encoder.source(photo, self._options.strength)
        return NeuralFace(codec, self._binding, self._session, source, self._options.finish)


@dataclass(frozen=True, slots=True)
class Binding:
    """Which tensor is which: the target's picture, the source's identity, the picture that comes out."""

    target: TensorSpec
    source: TensorSpec
    picture: TensorSpec
    target_first: bool


class NeuralFace:
    """A source face that can be put on others by a network. One thread at a time."""

    def __init__(self, codec: CropCodec, binding: Binding, session: Session, source: Source, finish: Finish) -> None:
        self._codec, self._binding, self._session = codec, binding, session
        self._source, self._finish = source, finish

    @property
    def batch(self) -> object | None:
        """The session, where it takes any number of pictures and latents at once."""
        takes_many = self._binding.target.shape[0] == self._binding.source.shape[0] == -1
        return self._session if takes_many and not self._codec.is_boosted else None

    def paint_together(self, canvas: Image, parts: "Sequence[tuple[FaceLandmarks, NeuralFace]]") -> list[Coverage]:
        """Swap several faces in one run. parts: faces, and what they wear, all of this network."""
        five = [five_points(face) for face, _ in parts]
        cuts = [self._codec.cut(canvas, points) for points in five]
        batch = np.concatenate([self._codec.encode(crop).copy() for crop, _ in cuts])  # one buffer for all
        sources = [worn._source.tensor(canvas, points) for (_, worn), points in zip(parts, five, strict=True)]  # noqa: SLF001  of our own class
        made = self._run(batch, np.concatenate(sources))
        return [
            self._paste(canvas, cut, np.asarray(planes, np.float32), face)
            for (face, _), cut, planes in zip(parts, cuts, made, strict=True)
        ]

    def paint(self, canvas: Image, face: FaceLandmarks) -> Coverage:
        """Swap `face` in `canvas`, in place, inside the crop's rectangle only."""
        points = five_points(face)
        crop, affine = self._codec.cut(canvas, points)
        identity = self._source.tensor(canvas, points)
        planes = self._codec.through(lambda batch: self._run(batch, self._repeated(identity, len(batch))), crop)
        return self._paste(canvas, (crop, affine), planes, face)

    def _run(self, batch: Tensor, identity: NDArray[Any]) -> NDArray[Any]:
        """Any number of pictures, at most MOST_TOGETHER at a time."""
        made = []
        for first in range(0, len(batch), MOST_TOGETHER):
            some = slice(first, first + MOST_TOGETHER)
            told = identity[some] if len(identity) == len(batch) else identity
            ordered = (batch[some], told) if self._binding.target_first else (told, batch[some])
            made.append(self._session.run(*ordered)[self._binding.picture.name])
        return made[0] if len(made) == 1 else np.concatenate(made)

    def _repeated(self, identity: NDArray[Any], count: int) -> NDArray[Any]:
        """As often as there are pictures in a run, where the network wants it so."""
        return np.repeat(identity, count, axis=0) if self._binding.source.shape[0] == -1 else identity

    def _paste(self, canvas: Image, cut: tuple[Image, Affine], planes: Tensor, face: FaceLandmarks) -> Coverage:
        return lay_on(canvas, cut, self._codec.decode(planes, box_mask(self._codec.size)), face, self._finish)


def bind(spec: ModelSpec, session: Session) -> Binding:
    """Tell the network's tensors apart and check their shapes.

    Bound by rank, since exporters name them as they like; for two pictures by name, then by size.
    """
    require_float((*session.inputs, *session.outputs), spec.name)
    require_count(session.inputs, 2, "inputs", spec.name)
    size = CropFacts.of(spec).taken.size_px
    if spec.identity is None:
        raise differs(spec.name, "a row that says how the identity goes in", "none")
    if spec.identity.picture is None:
        source = the_one(session.inputs, rank=2, what="latent", model=spec.name)
        require_shape(source, (1, EMBEDDING), what="a latent", model=spec.name)
        target = the_one(session.inputs, rank=4, what="picture", model=spec.name)
    else:
        source, target = _two_pictures(session.inputs, spec.identity.picture.size_px, spec.name)
        edge = spec.identity.picture.size_px
        require_shape(source, (1, 3, edge, edge), what="the source's picture", model=spec.name)
    require_shape(target, (1, 3, size, size), what="the target's picture", model=spec.name)
    # Some exporters add a mask, which nobody uses: the picture is the output with three channels.
    pictures = [output for output in session.outputs if len(output.shape) == 4 and output.shape[1] in {3, -1}]
    picture = the_one(pictures, rank=4, what="picture out", model=spec.name)
    require_shape(picture, (1, 3, size, size), what="a picture out", model=spec.name)
    return Binding(target, source, picture, target_first=session.inputs[0].name == target.name)


def _two_pictures(inputs: Sequence[TensorSpec], source_px: int, model: str) -> tuple[TensorSpec, TensorSpec]:
    """(source, target) of a network that takes two pictures."""
    if len(inputs) == 2:
        for source, target in (inputs, inputs[::-1]):
            if "source" in source.name.lower() or "target" in target.name.lower():
                return source, target
        by_size = [spec for spec in inputs if spec.shape[-1] == source_px]
        if len(by_size) == 1:
            source = by_size[0]
            return source, next(spec for spec in inputs if spec is not source)
    raise differs(model, "two pictures that can be told apart by name or size", described(inputs))
