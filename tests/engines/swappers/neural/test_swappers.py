"""Every family on ONNX Runtime, against arithmetic redone here."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.common import onnx_zoo
from engines.backends.io_validation import CropFacts
from engines.backends.onnxruntime import OrtSession
from engines.crops.alignment import align, five_points
from engines.crops.crop_codec import CropCodec
from engines.errors import EngineError, ModelContractError
from engines.image.tensors import aligned_crop
from engines.recognition.recogniser import EmbeddingConverter, unit
from engines.swappers.compositing import paint_all
from engines.swappers.neural.identity import LatentEncoder, PictureEncoder
from engines.swappers.neural.swapper import NeuralSwapper, SwapOptions
from tests.engines.swappers.neural.faces import (
    FACE,
    SIGNED,
    UNSIGNED,
    arcface,
    centre_colour,
    expected_colour,
    face_at,
    photo,
    row,
    scene,
    swap_row,
)


@pytest.mark.parametrize(
    ("size", "template", "scale", "options"),
    [
        (128, "arcface_128", UNSIGNED, {}),
        (256, "arcface_128", SIGNED, {"signed": True, "mask": True}),  # hyperswap
        (256, "arcface_112_v1", SIGNED, {"signed": True, "names": ("input", "onnx::Gemm_1", "1165")}),
        (256, "mtcnn_512", SIGNED, {"signed": True, "latent_first": True}),
        (512, "arcface_112_v1", UNSIGNED, {"names": ("a", "b", "781")}),
    ],
    ids=["128", "hyperswap", "ghost", "latent first", "512"],
)
def test_latent_swapper_paints_what_its_network_says(
    zoo: Path, size: int, template: str, scale: dict[str, float], options: dict[str, Any]
) -> None:
    model = onnx_zoo.swapper(zoo / f"latent-{size}-{len(options)}.onnx", size, **options)
    spec = swap_row(size, template, scale, {"kind": "latent"})
    recogniser = arcface(zoo)
    canvas = scene()
    NeuralSwapper(spec, OrtSession(model), LatentEncoder(recogniser)).prepare(photo()).paint(canvas, FACE)
    person = photo()
    latent = unit(recogniser.embed(person.image, five_points(person.face)))
    assert centre_colour(canvas) == pytest.approx(expected_colour(onnx_zoo.identity_colour(latent)), abs=0.02)


@pytest.mark.parametrize("to_unit", [True, False])
def test_converter_and_length_are_as_the_row_says(zoo: Path, to_unit: bool) -> None:
    recogniser = arcface(zoo)
    converter = EmbeddingConverter(row("c"), OrtSession(onnx_zoo.converter(zoo / "converter.onnx")))
    person = photo()
    raw = recogniser.embed(person.image, five_points(person.face))
    translated = raw @ onnx_zoo.emap() * 2
    latent = LatentEncoder(recogniser, converter=converter, to_unit=to_unit).latent(raw)
    assert latent[0] == pytest.approx(unit(translated) if to_unit else translated, rel=1e-3, abs=1e-4)


def test_channels_that_change_places_come_out_changed(zoo: Path) -> None:
    model = onnx_zoo.swapper(zoo / "order.onnx", 128)
    spec = swap_row(128, "arcface_128", UNSIGNED, {"kind": "latent"})
    face = NeuralSwapper(spec, OrtSession(model), LatentEncoder(arcface(zoo))).prepare(photo())
    straight, swapped = scene(), np.ascontiguousarray(scene()[:, :, ::-1])
    difference = centre_colour(scene()) - centre_colour(swapped)
    face.paint(straight, FACE)
    face.paint(swapped, FACE)
    assert centre_colour(straight) - centre_colour(swapped) == pytest.approx(difference * onnx_zoo.KEPT, abs=0.02)


def test_strength_moves_the_latent_between_source_and_target(zoo: Path) -> None:
    model = onnx_zoo.swapper(zoo / "strength.onnx", 128)
    spec = swap_row(128, "arcface_128", UNSIGNED, {"kind": "latent"})
    recogniser = arcface(zoo)
    person, canvas = photo(), scene()
    source = unit(recogniser.embed(person.image, five_points(person.face)))
    target = unit(recogniser.embed(canvas, five_points(FACE)))
    for strength, share in ((0.0, 0.35), (0.5, 0.0), (1.0, -0.35)):
        painted = canvas.copy()
        options = SwapOptions(strength=strength)
        NeuralSwapper(spec, OrtSession(model), LatentEncoder(recogniser), options).prepare(person).paint(painted, FACE)
        colour = onnx_zoo.identity_colour(unit(source * (1 - share) + target * share))
        assert centre_colour(painted) == pytest.approx(expected_colour(colour), abs=0.02)


@pytest.mark.parametrize(("source_px", "names"), [(256, ("target", "source", "out")), (112, ("x", "y", "out"))])
def test_picture_sourced_swapper_tells_its_pictures_apart(
    zoo: Path, source_px: int, names: tuple[str, str, str]
) -> None:
    model = onnx_zoo.picture_swapper(zoo / f"picture-{source_px}.onnx", 256, source_px, names=names, signed=False)
    taken = {"size_px": source_px, "order": "rgb", "template": "arcface_112_v2", **UNSIGNED}
    spec = swap_row(256, "ffhq_512", UNSIGNED, {"kind": "image", "picture": taken})
    assert spec.identity is not None
    assert spec.identity.picture is not None
    facts = CropFacts(spec.identity.picture, "arcface_112_v2", spec.output)  # type: ignore[arg-type]
    canvas, person = scene(), photo()
    NeuralSwapper(spec, OrtSession(model), PictureEncoder(facts)).prepare(person).paint(canvas, FACE)
    crop = aligned_crop(person.image, align(five_points(person.face), "arcface_112_v2", source_px), source_px)
    colour = crop[:, :, ::-1].reshape(-1, 3).mean(axis=0) / 255
    assert centre_colour(canvas) == pytest.approx(expected_colour(colour), abs=0.02)


@pytest.mark.parametrize("batch", [1, "batch"])
def test_pixel_boost_is_finer_and_otherwise_the_same(zoo: Path, batch: int | str) -> None:
    model = onnx_zoo.swapper(zoo / f"boost-{batch}.onnx", 128, batch=batch)
    spec = swap_row(128, "arcface_128", UNSIGNED, {"kind": "latent"})
    errors = {}
    face = face_at((320, 180), 300)
    for boost in (1, 4):
        session, options = OrtSession(model), SwapOptions(boost=boost)
        prepared = NeuralSwapper(spec, session, LatentEncoder(arcface(zoo)), options).prepare(photo())
        canvas = scene()
        prepared.paint(canvas, face)
        # with the colour taken off, what is left is a quarter of the picture's own detail
        middle = np.s_[120:240, 260:380]
        detail, kept = scene()[middle].astype(float), canvas[middle].astype(float)
        ours, real = kept - kept.mean(axis=(0, 1)), (detail - detail.mean(axis=(0, 1))) * onnx_zoo.KEPT
        errors[boost] = float(np.abs(ours - real).mean())
    assert errors[4] < 0.8 * errors[1]
    assert errors[4] < 1


@pytest.mark.parametrize(("batch", "runs"), [(1, 3), ("batch", 1)])
def test_faces_share_a_run_where_the_network_allows_it(zoo: Path, batch: int | str, runs: int) -> None:
    class Counting(OrtSession):
        runs = 0

        def run(self, *tensors: Any) -> Any:
            self.runs += 1
            return super().run(*tensors)

    spec = swap_row(128, "arcface_128", UNSIGNED, {"kind": "latent"})
    session = Counting(onnx_zoo.swapper(zoo / f"together-{batch}.onnx", 128, batch=batch))
    swapper = NeuralSwapper(spec, session, LatentEncoder(arcface(zoo)))
    worn = [swapper.prepare(photo(seed)) for seed in (1, 2, 3)]
    faces = [face_at((x, 180), 100) for x in (110, 320, 530)]
    together, alone = scene(), scene()
    paint_all(together, list(zip(faces, worn, strict=True)))
    assert session.runs == runs
    for face, prepared in zip(faces, worn, strict=True):
        prepared.paint(alone, face)
    assert np.abs(together.astype(int) - alone).max() <= 1


def test_network_that_gives_no_numbers_raises_and_paints_nothing(zoo: Path) -> None:
    class Broken(OrtSession):
        def run(self, *tensors: Any) -> Any:
            return {name: made * np.nan for name, made in super().run(*tensors).items()}

    spec = swap_row(128, "arcface_128", UNSIGNED, {"kind": "latent"})
    session = Broken(onnx_zoo.swapper(zoo / "nan.onnx", 128))
    canvas = scene()
    with pytest.raises(EngineError, match="not numbers"):
        NeuralSwapper(spec, session, LatentEncoder(arcface(zoo))).prepare(photo()).paint(canvas, FACE)
    assert (canvas == scene()).all()


@pytest.mark.parametrize(
    ("made", "spec_px", "words"),
    [
        (
            lambda folder: onnx_zoo.swapper(folder / "m1.onnx", 256),
            128,
            r"target's picture of shape \(1, 3, 128, 128\)",
        ),
        (lambda folder: onnx_zoo.enhancer(folder / "m2.onnx", 128), 128, "expected 2 inputs, the file has input"),
        (lambda folder: onnx_zoo.converter(folder / "m3.onnx"), 128, "expected 2 inputs, the file has input"),
    ],
)
def test_other_network_than_its_row_is_refused_with_what_differs(
    zoo: Path, made: Any, spec_px: int, words: str
) -> None:
    spec = swap_row(spec_px, "arcface_128", UNSIGNED, {"kind": "latent"})
    with pytest.raises(ModelContractError, match=words):
        NeuralSwapper(spec, OrtSession(made(zoo)), LatentEncoder(arcface(zoo)))


def test_crop_is_in_the_place_of_the_template() -> None:
    codec = CropCodec(CropFacts.of(swap_row(128, "arcface_128", UNSIGNED, {"kind": "latent"})))
    crop, affine = codec.cut(scene(), five_points(FACE))
    assert crop.shape == (128, 128, 3)
    assert affine == pytest.approx(align(five_points(FACE), "arcface_128", 128))
