"""DFM, enhancers and masks on ONNX Runtime, against arithmetic redone here."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.common import onnx_zoo
from engines.backends.onnxruntime import OrtSession
from engines.crops.alignment import align, five_points
from engines.image.geometry import invert_affine
from engines.image.tensors import aligned_crop
from engines.swappers.neural.crop_paste import Finish
from engines.swappers.neural.dfm import DfmSwapper
from engines.swappers.neural.enhancer import EnhancedFace, FaceEnhancer
from engines.swappers.neural.identity import LatentEncoder
from engines.swappers.neural.masks import FaceParser, Occluder, SwappedCrop, box_mask
from engines.swappers.neural.swapper import NeuralSwapper, SwapOptions
from tests.engines.made_faces import layers_on
from tests.engines.swappers.neural.faces import (
    FACE,
    SIGNED,
    UNSIGNED,
    arcface,
    centre_colour,
    expected_colour,
    photo,
    row,
    scene,
    swap_row,
)


@pytest.mark.parametrize("morph", [0.0, 0.75, None])
def test_dfm_paints_its_own_person_inside_its_own_mask(zoo: Path, morph: float | None) -> None:
    colour = (0.1, 0.5, 0.9)
    model = onnx_zoo.dfm(zoo / f"dfm-{morph}.onnx", 224, morph=morph is not None, colour=colour)
    face = DfmSwapper("dfm", OrtSession(model), morph=0.5 if morph is None else morph).face
    canvas = scene()
    face.paint(canvas, FACE)
    share = 1.0 if morph is None else morph
    assert centre_colour(canvas) == pytest.approx(expected_colour(np.array(colour[::-1]) * share), abs=0.02)
    affine = align(five_points(FACE), "dfl_whole_face", 224)
    outside = aligned_crop((canvas != scene()).astype(np.uint8) * 255, affine, 224)
    assert outside[:50].max() == outside[:, :50].max() == 0


def test_enhancer_works_on_what_was_painted_before(zoo: Path) -> None:
    model = onnx_zoo.swapper(zoo / "under.onnx", 128)
    spec = swap_row(128, "arcface_128", UNSIGNED, {"kind": "latent"})
    painted = NeuralSwapper(spec, OrtSession(model), LatentEncoder(arcface(zoo))).prepare(photo())
    taken = {"size_px": 256, "order": "rgb", "template": "ffhq_512", **SIGNED}
    enhancer_row = row("gpen", task="enhance", input=taken, output=SIGNED)
    session = OrtSession(onnx_zoo.enhancer(zoo / "gpen.onnx", 256, extra_output=True))
    before, after = scene(), scene()
    painted.paint(before, FACE)
    EnhancedFace(painted, FaceEnhancer(enhancer_row, session, blend=1.0)).paint(after, FACE)
    assert centre_colour(after) == pytest.approx((centre_colour(before) - 0.5) * 0.5 + 0.5, abs=0.02)


def test_what_lies_over_the_face_stays_in_front(zoo: Path) -> None:
    model = onnx_zoo.swapper(zoo / "covered.onnx", 128)
    spec = swap_row(128, "arcface_128", UNSIGNED, {"kind": "latent"})
    occluder = Occluder(OrtSession(onnx_zoo.occluder(zoo / "xseg.onnx")), "xseg")
    options = SwapOptions(finish=Finish([occluder]))
    face = NeuralSwapper(spec, OrtSession(model), LatentEncoder(arcface(zoo)), options).prepare(photo())
    canvas = scene()
    canvas[180:230, 300:400] = 0  # a black hand over the mouth
    before = canvas.copy()
    face.paint(canvas, FACE)
    assert (canvas[195:220, 310:360] == before[195:220, 310:360]).all()
    assert (canvas[140:160, 310:330] != before[140:160, 310:330]).any()


def test_parser_keeps_the_swap_to_chosen_regions(zoo: Path) -> None:
    parser = FaceParser(OrtSession(onnx_zoo.parser(zoo / "bisenet.onnx")), "bisenet", regions=[1])
    crop = np.zeros((128, 128, 3), np.uint8)
    crop[:, 64:] = 255
    layers = layers_on(crop, FACE.points, photo())
    mask = parser.of(SwappedCrop(crop, FACE, invert_affine(layers.affine), layers))
    assert mask[:, :50].max() == 0
    assert mask[:, 80:].min() == pytest.approx(1, abs=1e-3)
    assert box_mask(128).shape == mask.shape
