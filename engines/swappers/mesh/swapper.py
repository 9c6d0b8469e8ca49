"""The mesh swapper: the source's face on the target's, tied by 468 landmarks. No third party's weights, no GPU.

`prepare` looks at the source's photos once, which become textures (texture.py). `paint` moves the target's own pixels
to the source's proportions (shape.py, warp.py), lays the texture on them, asks the compositor how the two compose
(layers.py, network.py) and does so in one pass over the face's pixels (compose.py). What it did is measured
(coverage.py). Knows the order of these steps; each of the others knows its own trade.
"""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from engines.backends.cores import beside
from engines.compositor.compose import compose, in_rectangle, soften_rim, with_margin
from engines.compositor.coverage import coverage_of
from engines.compositor.hand_mask import without_hands
from engines.compositor.layers import Layers, layers_of
from engines.compositor.network import ALPHA, Compositor, default_compositor, mix_of, occlusion_of
from engines.image.geometry import eye_distance, transform_points
from engines.kinds import SWAPPERS, BuiltInChoices
from engines.mesh import mesh_topology
from engines.mesh.raster import vertex_facing
from engines.mesh.shape import ShapeTransfer
from engines.mesh.square import face_square, rectangle, scale_of, shifted, surroundings
from engines.mesh.surface import Surface
from engines.mesh.warp import Warp, warp_between
from engines.source_faces.texture import Texture, textures_of
from engines.swappers.mesh.eyes import EyeColour
from engines.swappers.mesh.in_front import followed, in_front_of
from engines.swappers.mesh.mouth import beyond_mouth
from engines.swappers.mesh.source_occlusion import bare
from engines.swappers.neural.identity import DEFAULT_STRENGTH
from engines.types import MESH_POINTS, Coverage, FaceLandmarks, FaceOrigin, FaceSwapper, Image, Points, SourcePhoto

SHAPE = 0.65
"""Of the shift that `ShapeTransfer` can make, at any strength: more of it is nearer to the source for a recogniser, and
mouths begin to look odd from 0.9 on. Looked at on six pairs of paintings, generated people and clips."""
AROUND = 3
"""px around the mesh that a cubic reads."""


class MeshSwapper:
    """Makes mesh faces out of source photos.

    strength: 0..1, from the target's skin and light on the source's proportions to as much of the source as can be had.
    iris: whose colour of eyes; where the source's photo shows none it is the target's, and a warning says so. mouth:
    whose lips; what they say is the target's. compositor: None for the one on the CPU.
    """

    name = "mesh"

    def __init__(
        self,
        strength: float = DEFAULT_STRENGTH,
        iris: FaceOrigin = "source",
        mouth: FaceOrigin = "source",
        compositor: Compositor | None = None,
    ) -> None:
        self._strength, self._iris = strength, iris
        self._shown = beyond_mouth() if mouth == "wearer" else np.ones(MESH_POINTS, np.float32)
        self._compositor = compositor or default_compositor()

    def prepare(self, photo: SourcePhoto) -> "MeshFace":
        """Examine the photo, and those of the same person with it, once; a tenth of a second each."""
        shape = ShapeTransfer([view.face.points for view in photo.views], SHAPE * self._shown)
        eyes = EyeColour.of(photo) if self._iris == "source" else None
        textures = textures_of(photo.views, self._shown, partial(bare, compositor=self._compositor))
        return MeshFace(textures, shape, eyes, self._compositor, self._strength)


@dataclass(frozen=True, slots=True)
class _Scene:
    """One target. place: the rectangle of the picture that holds them and their square. layers: in its px.

    laid: (468, 2) px of the square, their landmarks once they are moved. inner: of the rectangle, the one that holds
    the mesh. target, places: see `compose`, of the inner rectangle.
    """

    place: tuple[slice, slice]
    layers: Layers
    laid: Points
    texture: Texture
    inner: tuple[slice, slice]
    target: NDArray[np.float32]
    places: "Future[NDArray[np.float32]]"


class MeshFace:
    """A source face that can be painted over others. One thread at a time."""

    def __init__(
        self,
        textures: list[Texture],
        shape: ShapeTransfer,
        eyes: EyeColour | None,
        compositor: Compositor,
        strength: float,
    ) -> None:
        self._textures, self._shape, self._eyes = textures, shape, eyes
        self._compositor, self._strength = compositor, strength

    @property
    def batch(self) -> object | None:
        """The compositor, where it takes several faces in one run."""
        return self._compositor if self._compositor.takes_many else None

    def paint(self, canvas: Image, face: FaceLandmarks) -> Coverage:
        """Swap `face` in `canvas`, in place. Touches only pixels inside the mesh."""
        [done] = self.paint_together(canvas, [(face, self)])
        return done

    def paint_together(self, canvas: Image, parts: "Sequence[tuple[FaceLandmarks, MeshFace]]") -> list[Coverage]:
        """Swap several faces that do not overlap. parts: faces, and what they wear, all of one compositor."""
        scenes = [worn._scene(canvas, face) for face, worn in parts]  # noqa: SLF001  of our own class
        fields = iter(self._compositor.fields([scene.layers for scene in scenes if scene is not None]))
        return [
            Coverage(0.0) if scene is None else worn._composed(canvas, face, scene, next(fields))  # noqa: SLF001
            for (face, worn), scene in zip(parts, scenes, strict=True)
        ]

    def opacity_on(self, picture: Image, face: FaceLandmarks) -> tuple[NDArray[np.float32], Layers]:
        """How far the source would be seen on a target who is not moved, for those who judge it.

        Returns (S, S) 0..1, 0 where something is in front, and the square that it lies in, in the px of `picture`.
        """
        surface, affine = Surface.of(Warp(face.points, face.points)), face_square(face.points)
        coarse = self._texture_for(eye_distance(face.points) * scale_of(affine))
        layers = layers_of(picture, surface, coarse, affine)
        [fields] = self._compositor.fields([layers])
        return without_hands(fields[ALPHA], face.hands, affine, layers), layers

    def learn(self, face: FaceLandmarks) -> None:
        """Remember of the target what `paint` would, but for what the pixels tell: that is soon learnt."""
        self._moved(face)

    def warp_of(self, canvas: Image, face: FaceLandmarks) -> Warp:
        """How the pixels of a target in `canvas` are moved, px of it. Learns from the face whose it is."""
        return warp_between(face.points, self._moved(face), self._in_front_of(canvas, face))

    def _moved(self, face: FaceLandmarks) -> Points:
        """(468, 3) px: to the source's proportions."""
        return self._shape.moved(face.points, vertex_facing(face.points, mesh_topology.triangles()), face.track_state)

    def _in_front_of(self, canvas: Image, face: FaceLandmarks) -> NDArray[np.float32]:
        """(852,) 0..1. Of who was never painted it is looked for, which costs another run of the network."""
        if face.track_state is not None and face.track_state.in_front is not None:
            return face.track_state.in_front
        opacity, layers = self.opacity_on(canvas, face)
        return in_front_of(opacity, transform_points(face.points[:, :2], layers.affine))

    def _scene(self, canvas: Image, face: FaceLandmarks) -> _Scene | None:
        """None for a face that is not in the picture."""
        affine = face_square(face.points)
        place = surroundings(face.points, affine, canvas.shape)
        if place is None:
            return None
        warp = self.warp_of(canvas, face)
        corner = np.array([place[1].start, place[0].start], np.float32)
        surface, affine = Surface.of(warp).shifted(-corner), shifted(affine, corner)
        inner = rectangle(np.concatenate([surface.warp.read, surface.warp.laid]), canvas[place].shape, AROUND)
        if inner is None:
            return None
        eyes_px = eye_distance(face.points)
        texture = self._texture_for(eyes_px)
        places = beside(places_of, surface, inner, texture, scale_of(affine))
        before = canvas[place] if self._eyes is None else self._eyes.on(canvas[place], face, -corner)
        layers = layers_of(before, surface, self._texture_for(eyes_px * scale_of(affine)), affine)
        laid = transform_points(surface.warp.laid[:, :2], affine)
        return _Scene(place, layers, laid, texture, inner, with_margin(before[inner]), places)

    def _texture_for(self, eye_px: float) -> Texture:
        """The smallest texture that is not magnified, else the largest: sharp without aliasing."""
        fitting = [texture for texture in self._textures if texture.eye_px >= eye_px]
        return fitting[-1] if fitting else self._textures[0]

    def _composed(self, canvas: Image, face: FaceLandmarks, scene: _Scene, fields: NDArray[np.float32]) -> Coverage:
        """The picture, and what was done to it. fields: (9, S, S), as the network gives them."""
        layers, after = scene.layers, canvas[scene.place]
        from_face = shifted(layers.affine, -np.array([scene.place[1].start, scene.place[0].start], np.float32))
        fields[ALPHA] = without_hands(fields[ALPHA], face.hands, from_face, layers)
        mix = mix_of(fields, layers, self._strength)
        if face.track_state is not None:
            seen = in_front_of(fields[ALPHA], scene.laid)
            face.track_state.in_front = followed(face.track_state.in_front, seen)
            mix = face.track_state.mix.follow(mix, layers.target[..., 1], self)
        corner = np.array([scene.inner[1].start, scene.inner[0].start], np.float32)
        laid = in_rectangle(mix, shifted(layers.affine, corner), after[scene.inner].shape)
        compose(after[scene.inner], scene.target, scene.texture.image, scene.places.result(), laid)
        return coverage_of(after, layers, occlusion_of(fields, layers))


def places_of(surface: Surface, inner: tuple[slice, slice], texture: Texture, scale: float) -> NDArray[np.float32]:
    """What `compose` takes, of a rectangle. scale: square px for one px of the picture."""
    rows, columns = inner
    corner = np.array([columns.start, rows.start], np.float32)
    size_hw = rows.stop - rows.start, columns.stop - columns.start
    places = surface.shifted(-corner).places(size_hw, texture.points)
    soften_rim(places, scale)
    return places


@SWAPPERS.register("mesh")
def open_mesh(choices: BuiltInChoices) -> FaceSwapper:
    return MeshSwapper(choices.strength, choices.iris, choices.mouth, choices.compositor())
