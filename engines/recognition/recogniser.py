"""Who is this: face embeddings, and the converters that translate them for other swappers.

Knows ArcFace-type networks; knows nothing of swapping. A source is looked at once, never again per frame.
"""

import numpy as np
from numpy.typing import NDArray

from engines.backends import Session
from engines.backends.io_validation import EMBEDDING, CropFacts, require_count, require_shape, the_one
from engines.crops.crop_codec import CropCodec
from engines.types import Image, Points
from models.spec import ModelSpec

Embedding = NDArray[np.float32]
"""(512,) float32."""


class FaceRecogniser:
    """Embeds faces. spec: its row; session: loaded. Raises ModelContractError for another network."""

    def __init__(self, spec: ModelSpec, session: Session) -> None:
        facts = CropFacts.of(spec)
        size = facts.taken.size_px
        require_count(session.inputs, 1, "inputs", spec.name)
        picture = the_one(session.inputs, rank=4, what="picture", model=spec.name)
        require_shape(picture, (1, 3, size, size), what="a picture", model=spec.name)
        output = the_one(session.outputs, rank=2, what="embedding", model=spec.name)
        require_shape(output, (1, EMBEDDING), what="an embedding", model=spec.name)
        self._session, self._output = session, output.name
        self._codec = CropCodec(facts)

    def embed(self, image: Image, points: Points) -> Embedding:
        """The raw embedding (not of unit length). points: five, px of `image` (`engines.crops.alignment`)."""
        crop, _ = self._codec.cut(image, points)
        made = self._session.run(self._codec.encode(crop))[self._output]
        return np.array(made, np.float32).reshape(EMBEDDING)


class EmbeddingConverter:
    """Translates a raw embedding into another recogniser's (facefusion's crossface models)."""

    def __init__(self, spec: ModelSpec, session: Session) -> None:
        for specs, what in ((session.inputs, "embedding in"), (session.outputs, "embedding out")):
            tensor = the_one(specs, rank=2, what=what, model=spec.name)
            require_shape(tensor, (1, EMBEDDING), what=what, model=spec.name)
        self._session, self._output = session, session.outputs[0].name

    def convert(self, embedding: Embedding) -> Embedding:
        """embedding: (512,) raw. Returns (512,) raw."""
        made = self._session.run(np.ascontiguousarray(embedding.reshape(1, EMBEDDING)))[self._output]
        return np.array(made, np.float32).reshape(EMBEDDING)


def unit(embedding: Embedding) -> Embedding:
    """The same direction at length 1."""
    return np.asarray(embedding / max(float(np.linalg.norm(embedding)), 1e-12), np.float32)
