"""A training runs, stops, and goes on from where it stopped."""

from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="torch is in models/training/requirements.txt only, which .ci/run has")
pytest.importorskip("matplotlib", reason="matplotlib draws the curve")

from models.training.card import BEGIN, END, figures_of, write_figures  # noqa: E402
from models.training.command import main  # noqa: E402
from models.training.losses import anyhow_apart, judge, total  # noqa: E402
from models.training.network import Compositor  # noqa: E402
from models.training.occluders import SHARES, Bank  # noqa: E402
from models.training.pairs import PairMaker, Pairs  # noqa: E402
from models.training.trainer import Settings, material_of, train  # noqa: E402
from models.training.weights import Checkpoint  # noqa: E402


def quiet(_line: str) -> None: ...


@pytest.fixture(scope="module")
def settings(people_zip: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    out = tmp_path_factory.mktemp("out")
    return Settings(people_zip, out, 0.03, processes=1, batch=2, bank=64, judged=4)


@pytest.fixture(scope="module")
def trained(settings: Settings) -> Checkpoint:
    train(settings, quiet)
    return Checkpoint.load(settings.checkpoint)


def made_of(settings: Settings, count: int) -> Pairs:
    people, sources, _ = material_of(settings, quiet)
    bank, generator = Bank.drawn(len(SHARES), 0), torch.Generator().manual_seed(0)
    return PairMaker(people, sources, people.chosen(test=False), bank, generator).make(count)


def test_training_leaves_a_checkpoint_a_curve_and_a_sheet(settings: Settings, trained: Checkpoint) -> None:
    assert trained.step > 0
    assert trained.samples == trained.step * settings.batch
    assert {"checkpoint.pt", "curve.png", "sheet.png"} <= {path.name for path in settings.out.iterdir()}


def test_the_same_call_goes_on(settings: Settings, trained: Checkpoint) -> None:
    train(replace(settings, minutes=0.01), quiet)
    later = Checkpoint.load(settings.checkpoint)
    assert later.step > trained.step
    assert later.seconds > trained.seconds
    assert len(later.history) == len(trained.history) + 1


def test_an_ended_training_changes_nothing(settings: Settings, trained: Checkpoint) -> None:
    del trained
    before = Checkpoint.load(settings.checkpoint)
    train(replace(settings, minutes=0), quiet)
    after = Checkpoint.load(settings.checkpoint)
    assert after.step == before.step
    assert all(torch.equal(after.averaged[name], before.averaged[name]) for name in before.averaged)


def test_training_begins_with_given_weights(settings: Settings, trained: Checkpoint, tmp_path: Path) -> None:
    del trained
    cache = tmp_path / "cache"
    cache.symlink_to(settings.cache)
    train(replace(settings, out=tmp_path, minutes=0, start=settings.checkpoint), quiet)
    begun, given = Checkpoint.load(tmp_path / "checkpoint.pt"), Checkpoint.load(settings.checkpoint)
    assert all(torch.equal(begun.averaged[name], given.averaged[name]) for name in given.averaged)


def test_a_few_steps_on_the_same_pairs_make_the_loss_smaller(settings: Settings, trained: Checkpoint) -> None:
    del trained
    pairs = made_of(settings, 4)
    network = Compositor()
    optimiser = torch.optim.Adam(network.parameters(), 1e-3)
    losses = []
    for _ in range(8):
        loss = total(judge(network, pairs).losses)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < losses[0]


def test_what_a_source_wears_costs_nothing_where_it_changes_nothing(settings: Settings, trained: Checkpoint) -> None:
    pairs = made_of(settings, 32)
    network = Compositor().eval()
    network.load_state_dict(trained.averaged)
    known = pairs.known.flatten() > 0
    with torch.no_grad():
        apart = anyhow_apart(network, pairs, judge(network, pairs).composed, half=False)
        pairs = pairs._replace(texture=pairs.clean)
        none = anyhow_apart(network, pairs, judge(network, pairs).composed, half=False)
    assert float(apart[~known].mean()) > 1 / 255
    assert float(apart[known].max()) == 0
    assert float(none.max()) < 1e-5


def test_model_card_gets_its_figures(settings: Settings, trained: Checkpoint, tmp_path: Path) -> None:
    card = tmp_path / "CARD.md"
    card.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    people, sources, _ = material_of(settings, quiet)
    rows = figures_of(trained, people, sources, pairs=2, sprites=len(SHARES))
    write_figures(card, rows, trained)
    text = card.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert "| hands |" in text


def test_command_line_tells_what_is_wrong_and_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--people", str(tmp_path / "none.zip"), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert "\nhint: " in said
