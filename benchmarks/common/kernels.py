"""Every kernel on the hot path, ready to be called again and again: a line a kernel.

The compositor's network waits for its threads in loops, so that neither a count nor a short time says much of it: here
it gives what it gave once, and is a row of its own. Knows what each is called with; counts and times nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engines.backends import TensorSpec
from engines.backends.io_validation import CropFacts
from engines.backends.litert import LiteRtSession
from engines.compositor.compose import compose, in_rectangle, with_margin
from engines.compositor.coverage import coverage_of
from engines.compositor.layers import layers_of
from engines.compositor.network import Compositor, default_compositor, mix_of, weights_file
from engines.compositor.relight import light_ratio
from engines.crops.alignment import five_points
from engines.crops.crop_codec import CropCodec
from engines.image.geometry import roi_from_landmarks
from engines.image.image_ops import Field
from engines.image.paste import paste
from engines.image.yuv import Yuv420, empty_planes
from engines.mesh.mesh_topology import triangles
from engines.mesh.raster import vertex_facing, visible_triangles
from engines.mesh.shape import ShapeTransfer
from engines.mesh.square import face_square, rectangle, scale_of, shifted
from engines.mesh.surface import Surface
from engines.mesh.warp import Warp, warp_between
from engines.source_faces.texture import Texture, textures_of
from engines.swappers.mesh.swapper import AROUND, MeshSwapper, places_of
from engines.swappers.neural.identity import DEFAULT_STRENGTH
from engines.track_state import Follower, TrackState
from engines.types import MESH_POINTS, Affine, FaceLandmarks, Image, SourcePhoto
from models.manifest import load_manifest
from models.store import ModelStore
from realtime.bench.equipment import Equipment
from realtime.media.colour import BT709, LUMA_WEIGHTS
from realtime.pictures.reading import read_image
from realtime.stream.badge import Badge
from realtime.stream.frame_queue import LatestSlot
from realtime.stream.privacy import blur
from realtime.tracking.smoothing import SteadyLandmarks

HD = (1280, 720)
NS_PER_FRAME = 33_333_333
Kernel = Callable[[], object]
Kernels = Mapping[str, Kernel]
Answer = Mapping[str, NDArray[Any]]


class Answered:
    """A Session that says of every face the same. answer: what its outputs hold, as another session gave it."""

    def __init__(self, inputs: tuple[TensorSpec, ...], outputs: tuple[TensorSpec, ...], answer: Answer) -> None:
        self.inputs, self.outputs, self._answer = inputs, outputs, answer

    @classmethod
    def once_by(cls, path: Path, *tensors: NDArray[Any]) -> "Answered":
        """What a network says of these tensors. It is gone then, and its threads with it."""
        session = LiteRtSession(path, threads=1)
        return cls(session.inputs, session.outputs, session.run(*tensors))

    def run(self, *_tensors: NDArray[Any]) -> Answer:
        return self._answer

    def close(self) -> None:
        """Nothing is open."""


def kernels(store: ModelStore) -> Kernels:
    """Our own, by name. All share one frame, which is painted again and again. Raises UserError."""
    equipment = Equipment(store)
    image = equipment.camera(HD).render(0)
    face = equipment.engines.landmarker.locate(image, equipment.roi_in(image))
    photo = equipment.engines.examiner.examine(read_image(equipment.source), equipment.source.name)
    return {**_of_the_mesh(image, face, photo), **_of_a_neural_swap(image, face), **_of_the_frame(image, face)}


def networks(store: ModelStore) -> Kernels:
    """The built-in networks with what surrounds them. Their threads wait in loops, so only time tells."""
    equipment = Equipment(store)
    image, engines = equipment.camera(HD).render(0), equipment.engines
    roi = equipment.roi_in(image)
    points = engines.landmarker.locate(image, roi).points
    photo = engines.examiner.examine(read_image(equipment.source), equipment.source.name)
    surface = Surface.of(Warp(points, points))
    layers = layers_of(image, surface, _texture_of(photo), face_square(points))
    return {
        "network: detector": lambda: engines.detector.detect(image),
        "network: landmarks": lambda: engines.landmarker.locate(image, roi),
        "network: compositor": lambda: default_compositor().fields([layers]),
    }


def _texture_of(photo: SourcePhoto) -> Texture:
    return textures_of(photo.views, np.ones(MESH_POINTS, np.float32))[0]


def _of_the_mesh(image: Image, face: FaceLandmarks, photo: SourcePhoto) -> Kernels:
    points, wiring, track_state, texture = face.points, triangles(), TrackState(), _texture_of(photo)
    facing, shape = vertex_facing(points, wiring), ShapeTransfer([photo.face.points], DEFAULT_STRENGTH)
    moved = shape.moved(points, facing, track_state)
    surface, affine = Surface.of(warp_between(points, moved)), face_square(points)
    layers = layers_of(image, surface, texture, affine)
    compositor = Compositor(Answered.once_by(weights_file(".tflite"), layers.tensor()))
    worn, canvas = MeshSwapper(compositor=compositor).prepare(photo), image.copy()
    [fields] = compositor.fields([layers])
    mix, steady = mix_of(fields, layers, DEFAULT_STRENGTH), Follower()
    return {
        "mesh: whole swap": lambda: worn.paint(canvas, face),
        "mesh: facing": lambda: vertex_facing(points, wiring),
        "mesh: order": lambda: visible_triangles(points, wiring),
        "mesh: proportions": lambda: shape.moved(points, facing, track_state),
        "mesh: warp": lambda: warp_between(points, moved),
        "mesh: layers": lambda: layers_of(image, surface, texture, affine),
        "mesh: light": lambda: light_ratio(layers.target, layers.texture, layers.valid),
        "mesh: mix": lambda: mix_of(fields, layers, DEFAULT_STRENGTH),
        "mesh: coverage": lambda: coverage_of(image, layers, 0.0),
        "mesh: steady": lambda: steady.follow(mix, layers.target[..., 1], worn),
        **_of_the_pixels(image, surface, texture, affine, mix),
    }


def _of_the_pixels(image: Image, surface: Surface, texture: Texture, affine: Affine, mix: Field) -> Kernels:
    """What is done at full size, within the rectangle of the mesh."""
    inner = rectangle(np.concatenate([surface.warp.read, surface.warp.laid]), image.shape, AROUND)
    if inner is None:
        raise ValueError("the camera shows no face")
    before, scale = image[inner].copy(), scale_of(affine)
    after, to_square = before.copy(), shifted(affine, np.array([inner[1].start, inner[0].start], np.float32))
    places = places_of(surface, inner, texture, scale)

    def paint() -> None:
        laid = in_rectangle(mix, to_square, after.shape)
        compose(after, with_margin(before), texture.image, places, laid)

    return {"mesh: places": lambda: places_of(surface, inner, texture, scale), "mesh: compose": paint}


def _of_a_neural_swap(image: Image, face: FaceLandmarks) -> Kernels:
    codec, five, canvas = CropCodec(CropFacts.of(load_manifest().get("inswapper_128"))), five_points(face), image.copy()
    crop, affine = codec.cut(image, five)
    planes = codec.encode(crop)[0].copy()
    mask = np.zeros((codec.size, codec.size), np.float32)
    mask[8:-8, 8:-8] = 1
    picture = codec.decode(planes, mask).copy()
    return {
        "neural: cut": lambda: codec.cut(image, five),
        "neural: encode": lambda: codec.encode(crop),
        "neural: decode": lambda: codec.decode(planes, mask),
        "neural: paste": lambda: paste(canvas, picture, affine),
    }


def _of_the_frame(image: Image, face: FaceLandmarks) -> Kernels:
    planes, convert = empty_planes(HD), Yuv420(*LUMA_WEIGHTS[BT709], full_range=False)
    convert.from_bgr(image, planes)
    badge, slot, canvas = Badge(), LatestSlot[Image](), image.copy()
    times = _times()

    def hand_over() -> None:
        slot.put(image)
        slot.get()

    steady = SteadyLandmarks()
    return {
        "frame: from 4:2:0": lambda: convert.to_bgr(planes, HD),
        "frame: to 4:2:0": lambda: convert.from_bgr(image, planes),
        "frame: where to look": lambda: roi_from_landmarks(face.points),
        "frame: steady": lambda: steady.update(image, face.points, next(times)),
        "frame: badge": lambda: badge.stamp(canvas),
        "frame: blur": lambda: blur(image),
        "frame: hand-over": hand_over,
    }


def _times() -> Iterator[int]:
    return (number * NS_PER_FRAME for number in count(1))
