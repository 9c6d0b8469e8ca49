"""The compositor: its word is taken only when it is numbers, and however it is asked it says the same."""

import hashlib
from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engines.backends import Session, TensorSpec
from engines.backends.io_validation import MOST_TOGETHER
from engines.backends.litert import LiteRtSession
from engines.backends.onnxruntime import OrtSession
from engines.compositor.compose import LIFT, OF_TARGET, OF_TEXTURE
from engines.compositor.layers import Layers
from engines.compositor.network import (
    ALPHA,
    GIVEN,
    Compositor,
    default_compositor,
    mix_of,
    occlusion_of,
    weights_file,
)
from engines.errors import EngineError, ModelContractError
from engines.swappers.mesh.swapper import MeshFace, MeshSwapper
from engines.types import FaceLandmarks, Image
from tests.engines.fake_compositor import FixedNetwork, TowardsTheTarget, fields
from tests.engines.made_faces import everybody, layers_on, mean_at
from tests.engines.moving import textured

FACE = FaceLandmarks(mean_at((160, 130), 90), 1.0)


def picture(seed: int = 0, level: float = 1) -> Image:
    return np.asarray(textured((320, 260), seed=seed) * level, np.uint8)


@cache
def layers(seed: int = 0) -> Layers:
    return layers_on(picture(seed), FACE.points, everybody(textured((400, 400), seed=seed + 50)))


def opened(suffix: str) -> Session:
    return LiteRtSession(weights_file(suffix)) if suffix == ".tflite" else OrtSession(weights_file(suffix))


def inputs(seed: int) -> NDArray[np.float32]:
    """(1, 8, S, S) 0..1: random, as smooth as pictures are."""
    noise = np.random.default_rng(seed).normal(0.5, 6, (128, 128, 8)).astype(np.float32)
    soft = np.clip(np.asarray(cv2.GaussianBlur(noise, (0, 0), 9)), 0, 1)
    return np.asarray(soft.transpose(2, 0, 1)[np.newaxis], np.float32)


@pytest.mark.parametrize("suffix", [".tflite", ".onnx"])
def test_our_own_weights_keep_the_contract_and_give_numbers_of_sense(suffix: str) -> None:
    compositor = Compositor(opened(suffix))
    assert compositor.takes_many == (suffix == ".onnx")
    [found] = compositor.fields([layers()])
    assert found.shape == GIVEN[1:]
    assert 0 <= found[ALPHA].min() <= found[ALPHA].max() <= 1
    assert np.abs(found).max() < 20


def test_both_files_of_our_weights_say_the_same() -> None:
    """One multiplies in 8 bits, the other in 32."""
    lite, ort = opened(".tflite"), opened(".onnx")
    for seed in range(4):
        ours, theirs = (session.run(inputs(seed))[session.outputs[0].name] for session in (lite, ort))
        assert np.abs(ours - theirs).mean() < 0.01
        assert np.abs(ours - theirs).max() < 0.15


def test_several_faces_in_a_run_get_what_each_gets_alone() -> None:
    compositor, faces = Compositor(opened(".onnx")), [layers(seed) for seed in range(3)]
    together = compositor.fields(faces)
    for face, found in zip(faces, together, strict=True):
        [alone] = compositor.fields([face])
        np.testing.assert_allclose(found, alone, rtol=0, atol=2e-3)


@pytest.mark.parametrize(("takes", "runs"), [(1, [1] * 6), (-1, [MOST_TOGETHER, 6 - MOST_TOGETHER])])
def test_no_more_faces_go_together_than_the_network_takes(takes: int, runs: list[int]) -> None:
    network, faces = TowardsTheTarget(faces=takes), [layers(seed) for seed in range(6)]
    found = Compositor(network).fields(faces)
    assert network.runs == runs
    for face, made in zip(faces, found, strict=True):
        np.testing.assert_allclose(made, network.of(face.tensor()[0]), rtol=1e-6)
    assert Compositor(network).fields([]) == []


@pytest.fixture(scope="module")
def told() -> tuple[FixedNetwork, MeshFace]:
    """A network that says what it is told to, and a face that was prepared with it."""
    network = FixedNetwork(fields())
    return network, MeshSwapper(compositor=Compositor(network)).prepare(everybody(textured((400, 400))))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("channel", range(9))
def test_values_that_are_no_numbers_raise_and_nothing_is_painted(
    told: tuple[FixedNetwork, MeshFace], bad: float, channel: int
) -> None:
    network, worn = told
    network.answer = fields()
    network.answer[channel, 5, 7] = bad
    before = picture()
    after = before.copy()
    with pytest.raises(EngineError, match="not numbers"):
        worn.paint(after, FACE)
    assert (after == before).all()


WRONG = {
    "another size": ((1, 8, 64, 64), (1, 9, 64, 64), "float32"),
    "another input": ((1, 3, 128, 128), (1, 9, 128, 128), "float32"),
    "another output": ((1, 8, 128, 128), (1, 4, 128, 128), "float32"),
    "half precision": ((1, 8, 128, 128), (1, 9, 128, 128), "float16"),
}


@pytest.mark.parametrize(("taken", "given", "dtype"), WRONG.values(), ids=WRONG)
def test_another_network_is_refused(taken: tuple[int, ...], given: tuple[int, ...], dtype: str) -> None:
    network = FixedNetwork(fields())
    network.inputs, network.outputs = (TensorSpec("a", taken, dtype),), (TensorSpec("b", given, dtype),)
    with pytest.raises(ModelContractError, match="compositor"):
        Compositor(network)


def test_all_who_ask_for_no_device_share_one() -> None:
    assert default_compositor() is default_compositor()


def test_more_strength_shows_more_of_the_source() -> None:
    """A network that only makes the source a little more like the target, who is a little darker."""
    source, target = everybody(textured((400, 400), seed=1)), picture(0, 0.8)
    shown = {}
    for strength in (0.0, 0.5, 1.0):
        compositor = Compositor(TowardsTheTarget(0.5))
        shown[strength] = target.copy()
        MeshSwapper(strength=strength, compositor=compositor).prepare(source).paint(shown[strength], FACE)
    away = {strength: float(np.abs(after.astype(int) - target).mean()) for strength, after in shown.items()}
    assert away[0.0] < away[0.5] < away[1.0]
    assert away[0.0] < 0.8 * away[1.0]


@pytest.mark.parametrize(("correction", "is_kept"), [(0.05, False), (0.3, True), (-0.3, True)])
def test_at_full_strength_only_what_is_no_face_is_corrected(correction: float, is_kept: bool) -> None:
    face = replace(layers(), texture=np.full((128, 128, 3), 0.5, np.float32), ratio=np.ones((128, 128, 3), np.float32))
    asked, told = fields(offset=correction), fields()
    at_full_strength = mix_of(asked, face, 1.0)
    np.testing.assert_allclose(at_full_strength, mix_of(asked if is_kept else told, face, 0.0), rtol=0, atol=1e-3)


def test_at_half_strength_two_thirds_of_what_is_asked_for_is_done() -> None:
    plain = np.full((128, 128, 3), 0.5, np.float32)
    face = replace(layers(), texture=plain, ratio=np.ones_like(plain))
    there = face.holds > 0.5
    lifts = [mix_of(fields(offset=0.05), face, strength)[there, LIFT] for strength in (0.0, 0.5, 1.0)]
    np.testing.assert_allclose((lifts[1] - lifts[2]) / (lifts[0] - lifts[2]), 2 / 3, atol=0.03)


def test_what_lies_in_front_is_left_out_at_any_strength() -> None:
    for strength in (0.0, 1.0):
        mix = mix_of(fields(alpha=0, gain=1.2, offset=0.1, own=1), layers(), strength)
        for channel in (OF_TEXTURE, OF_TARGET, LIFT):
            assert (mix[..., channel] == 0).all()


@pytest.mark.parametrize(("alpha", "expected"), [(1.0, 0.0), (0.0, 1.0), (0.25, 0.75)])
def test_occluded_is_what_is_not_opaque(alpha: float, expected: float) -> None:
    assert occlusion_of(fields(alpha=alpha), layers()) == pytest.approx(expected, abs=1e-3)


def test_of_a_face_of_which_nothing_is_seen_nothing_is_occluded() -> None:
    assert occlusion_of(fields(alpha=0), replace(layers(), valid=np.zeros((128, 128), np.float32))) == 0


@pytest.mark.parametrize("suffix", [".tflite", ".onnx"])
def test_the_weights_are_those_that_the_model_card_speaks_of(suffix: str) -> None:
    path = weights_file(suffix)
    card = path.with_name("COMPOSITOR.md").read_text(encoding="utf-8")
    assert f"sha256 of {path.name}: {hashlib.sha256(path.read_bytes()).hexdigest()}" in card
    assert path.stat().st_size <= 1_500_000
