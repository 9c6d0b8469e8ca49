"""The network starts at a fair picture, and is the same function as a file."""

from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="torch is in models/training/requirements.txt only, which .ci/run has")

from models.errors import UserError  # noqa: E402
from models.training.export import Exported, open_onnx, write_onnx  # noqa: E402
from models.training.losses import composed  # noqa: E402
from models.training.network import BLOCK, INPUTS, SIZE, Compositor, Fields  # noqa: E402
from models.training.weights import Checkpoint, from_study  # noqa: E402


@pytest.fixture
def network() -> Compositor:
    torch.manual_seed(0)
    network = Compositor().eval()
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.05)
    return network


def squares(count: int) -> Any:
    return torch.rand(count, INPUTS, SIZE, SIZE, generator=torch.Generator().manual_seed(1))


def test_a_network_without_training_shows_the_texture() -> None:
    with torch.no_grad():
        fields = Fields.of(Compositor()(squares(1)))
    assert float(fields.alpha.mean()) == pytest.approx(0.88, abs=0.01)
    assert float(fields.gain.mean()) == pytest.approx(1)
    assert float(fields.offset.mean()) == pytest.approx(0, abs=1e-6)


def test_where_alpha_is_zero_the_wearer_stays() -> None:
    fields = Fields.of(torch.zeros(1, 9, SIZE, SIZE))
    square = squares(1)
    assert torch.equal(composed(fields, square), square[:, :3])


def test_network_keeps_to_its_budget(network: Compositor) -> None:
    assert sum(parameter.numel() for parameter in network.parameters()) < 720_000


def test_exported_graph_is_the_same_function(network: Compositor) -> None:
    with torch.no_grad():
        assert float((Exported(network)(squares(2)) - network(squares(2))).abs().max()) < 1e-5


def test_onnx_file_agrees_and_takes_several_faces(network: Compositor, tmp_path: Path) -> None:
    pytest.importorskip("onnx", reason="the file cannot be written without onnx")
    path = tmp_path / "compositor.onnx"
    write_onnx(Exported(network).eval(), squares(1), path)
    assert path.stat().st_size < 1_500_000
    with torch.no_grad():
        expected = network(squares(3)).numpy()
    assert abs(open_onnx(path)(squares(3).numpy()) - expected).max() < 0.01


def test_a_training_goes_on_from_exported_weights(network: Compositor, tmp_path: Path) -> None:
    path = tmp_path / "compositor.onnx"
    write_onnx(Exported(network).eval(), torch.rand(1, 8, 128, 128), path)
    found = Checkpoint.load(path).averaged
    for name, weight in network.state_dict().items():
        assert torch.allclose(found[name], weight, atol=2e-3), name


def test_weights_of_the_study_are_the_same_function_away_from_the_border() -> None:
    torch.manual_seed(0)
    held = {
        "stem.weight": torch.randn(24, 9 * BLOCK**2, 3, 3),
        "stem.bias": torch.randn(24),
        "e1.a.bias": torch.ones(3),
    }
    weights = from_study(held)
    blocks, ones = torch.rand(1, 32, 8, 8), torch.ones(1, 4, 8, 8)
    before = torch.nn.functional.conv2d(torch.cat([blocks, ones], 1), held["stem.weight"], held["stem.bias"])
    after = torch.nn.functional.conv2d(blocks, weights["stem.weight"], weights["stem.bias"])
    assert torch.allclose(before, after, atol=1e-4)
    assert "encode1.first.bias" in weights


def test_what_is_no_checkpoint_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "notes.pt").write_text("no weights")
    with pytest.raises(UserError, match="not a checkpoint"):
        Checkpoint.load(tmp_path / "notes.pt")
