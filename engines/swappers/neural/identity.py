"""What a swap network is told about the source person: an embedding in its own space, or a picture.

Knows the three ways of the public models; knows nothing of pasting. How far the target's own face shines through
(strength) is mixed here, between embeddings, as facefusion does; at the default nobody looks at the target's identity.
"""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engines.backends.io_validation import CropFacts
from engines.crops.alignment import five_points
from engines.crops.crop_codec import CropCodec
from engines.errors import ModelContractError
from engines.recognition.recogniser import Embedding, EmbeddingConverter, FaceRecogniser, unit
from engines.types import Image, Points, SourcePhoto

DEFAULT_STRENGTH = 0.5
MIX = 0.35
"""Share of the target's embedding at strength 0, and of its opposite at strength 1 (facefusion 3.8.1)."""
EMAP_SHAPE = (512, 512)


class Source(Protocol):
    """One source person, for one network."""

    def tensor(self, canvas: Image, points: Points) -> NDArray[Any]:
        """What the network takes beside the picture. canvas, points: the target, looked at only if need be."""
        ...


class FixedSource:
    """The same tensor for every frame."""

    def __init__(self, tensor: NDArray[Any]) -> None:
        self._tensor = np.ascontiguousarray(tensor, np.float32)

    def tensor(self, _canvas: Image, _points: Points) -> NDArray[Any]:
        return self._tensor


class MixedSource:
    """The source's embedding with more or less of the target's, who is recognised anew in every frame."""

    def __init__(self, source: Embedding, encoder: "LatentEncoder", strength: float) -> None:
        self._source, self._encoder = source, encoder
        self._share = float(np.interp(strength, [0, 1], [MIX, -MIX]))

    def tensor(self, canvas: Image, points: Points) -> NDArray[Any]:
        target = self._encoder.recogniser.embed(canvas, points)
        mixed = unit(self._source) * (1 - self._share) + unit(target) * self._share
        return self._encoder.latent(mixed * np.float32(np.linalg.norm(self._source)))


class LatentEncoder:
    """Embeddings as a swapper takes them: through its matrix (emap) or a converter, at length 1 or as they are."""

    def __init__(
        self,
        recogniser: FaceRecogniser,
        *,
        emap: NDArray[np.float32] | None = None,
        converter: EmbeddingConverter | None = None,
        to_unit: bool = True,
    ) -> None:
        self.recogniser = recogniser
        self._emap = None if emap is None else checked_emap(emap)
        self._converter = converter
        self._to_unit = to_unit

    def source(self, photo: SourcePhoto, strength: float) -> Source:
        """The person in `photo`. strength: 0..1, DEFAULT_STRENGTH as the network was trained."""
        seen = [self.recogniser.embed(view.image, five_points(view.face)) for view in photo.views]
        embedding = np.asarray(np.mean(seen, axis=0), np.float32)
        if strength == DEFAULT_STRENGTH:
            return FixedSource(self.latent(embedding))
        return MixedSource(embedding, self, strength)

    def latent(self, embedding: Embedding) -> NDArray[np.float32]:
        """(1, 512). embedding: (512,) raw."""
        if self._converter is not None:
            embedding = self._converter.convert(embedding)
        if self._emap is not None:
            embedding = unit(embedding) @ self._emap
        return (unit(embedding) if self._to_unit else embedding).reshape(1, -1)


class PictureEncoder:
    """The source as an aligned picture. facts: what the network wants of it."""

    def __init__(self, facts: CropFacts) -> None:
        self._codec = CropCodec(facts)

    def source(self, photo: SourcePhoto, strength: float) -> Source:
        """The person in `photo`. Raises ModelContractError for a strength: there is no embedding to mix."""
        if strength != DEFAULT_STRENGTH:
            raise ModelContractError(
                "this swapper takes a picture as identity, so it has no strength to set",
                remedy="omit --strength",
            )
        crop, _ = self._codec.cut(photo.image, five_points(photo.face))
        return FixedSource(self._codec.encode(crop).copy())


def checked_emap(emap: NDArray[np.float32]) -> NDArray[np.float32]:
    """The matrix, if it can be one. Raises ModelContractError: a wrong one melts faces without a word.

    A real one keeps the variety of embeddings (full rank in practice) and holds no extreme values.
    """
    spread = float(np.std(emap)) if emap.size else 0.0
    if (
        emap.shape != EMAP_SHAPE
        or not np.isfinite(emap).all()
        or not 1e-4 < spread < 1e2
        or np.linalg.matrix_rank(emap) < EMAP_SHAPE[0] // 2
    ):
        raise ModelContractError(
            f"the embedding matrix (emap) cannot be right: shape {emap.shape}, spread {spread:.3g}",
            remedy="take the original inswapper file: optimisers and converters shuffle what this matrix is found by",
        )
    return np.ascontiguousarray(emap, np.float32)
