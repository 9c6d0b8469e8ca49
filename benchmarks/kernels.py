"""Every kernel on the hot path, ready to be called again and again: a line a kernel.

Knows what each is called with; counts and times nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import count

import numpy as np

from engines.alignment import five_points
from engines.contract import CropFacts
from engines.crop_codec import CropCodec
from engines.geometry import roi_from_landmarks
from engines.mesh_topology import triangles
from engines.paste import paste
from engines.swappers.glasses import Glasses
from engines.swappers.identity import DEFAULT_STRENGTH
from engines.swappers.light import LightField, relight, sample_vertices
from engines.swappers.occlusion import Occlusion
from engines.swappers.raster import (
    ALPHA,
    ATTRIBUTES,
    CONTRAST_B,
    LIFT_B,
    paint_triangles,
    texels_of,
    vertex_facing,
    visible_triangles,
)
from engines.swappers.shape import ShapeTransfer
from engines.types import FaceLandmarks, Image
from engines.wearer import Wearer
from engines.yuv import Yuv420, empty_planes
from models.manifest import load_manifest
from models.store import ModelStore
from realtime.bench.equipment import Equipment
from realtime.colour import BT709, LUMA_WEIGHTS
from realtime.label import Badge
from realtime.privacy import blur
from realtime.slot import LatestSlot
from realtime.smoothing import SteadyLandmarks

HD = (1280, 720)
NS_PER_FRAME = 33_333_333
PATCH_PX, PATCH_CELLS = 300, 20
"""A square of about as many pixels and triangles as a face."""
Kernel = Callable[[], object]
Kernels = Mapping[str, Kernel]


def kernels(store: ModelStore) -> Kernels:
    """Our own, by name. All share one frame, which is painted again and again. Raises UserError."""
    equipment = Equipment(store)
    image = equipment.camera(HD).render(0)
    face = equipment.engines.landmarker.locate(image, equipment.roi_in(image))
    [worn] = equipment.wardrobe
    return {
        "mesh: whole swap": lambda: worn.paint(image, face),
        **_of_the_mesh(image, face),
        **_of_a_neural_swap(image, face),
        **_of_the_frame(image, face),
    }


def networks(store: ModelStore) -> Kernels:
    """The two built-in networks with what surrounds them. Their threads wait in loops, so only time tells."""
    equipment = Equipment(store)
    image, engines = equipment.camera(HD).render(0), equipment.engines
    roi = equipment.roi_in(image)
    return {
        "network: detector": lambda: engines.detector.detect(image),
        "network: landmarks": lambda: engines.landmarker.locate(image, roi),
    }


def _of_the_mesh(image: Image, face: FaceLandmarks) -> Kernels:
    points, wiring = face.points, triangles()
    field, facing = LightField(points), vertex_facing(points, wiring)
    colours = sample_vertices(image, points)
    light = field.smooth(colours, facing)
    shape, occlusion, wearer = ShapeTransfer([points], DEFAULT_STRENGTH), Occlusion(), Wearer()
    glasses = Glasses()
    return {
        "mesh: triangles": _patch(image.copy()),
        "mesh: facing": lambda: vertex_facing(points, wiring),
        "mesh: order": lambda: visible_triangles(points, wiring),
        "mesh: vertex colours": lambda: sample_vertices(image, points),
        "mesh: light": lambda: field.smooth(colours, facing),
        "mesh: proportions": lambda: shape.moved(points, facing, wearer),
        "mesh: what is in front": lambda: occlusion.seen_in(image, points, light),
        "mesh: glasses": lambda: glasses.seen_in(image, points, facing),
        "mesh: relight": lambda: relight(light, light),
    }


def _patch(canvas: Image) -> Kernel:
    """A textured square in the middle of the canvas, half of it half transparent."""
    steps = np.linspace(0, PATCH_PX, PATCH_CELLS + 1, dtype=np.float32)
    grid = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    first = np.arange(PATCH_CELLS * (PATCH_CELLS + 1)).reshape(PATCH_CELLS, -1)[:, :-1].ravel()
    below = first + PATCH_CELLS + 1
    wiring = np.concatenate([np.stack([first, first + 1, below], 1), np.stack([first + 1, below + 1, below], 1)])
    corners = np.ones((len(grid), ATTRIBUTES), np.float32)
    corners[:, :2], corners[:, LIFT_B : LIFT_B + 3], corners[:, CONTRAST_B] = grid * 0.9, 5, 0.8
    corners[: len(grid) // 2, ALPHA] = 0.5
    texture = np.random.default_rng(0).integers(0, 256, (PATCH_PX, PATCH_PX, 3)).astype(np.uint8)
    points = (grid + (np.array(HD) - PATCH_PX) / 2).astype(np.float32)
    return partial(paint_triangles, canvas, texels_of(texture), points, corners, wiring.astype(np.int32))


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
