"""People are prepared and paired: what is right is known to the pixel."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is in models/training/requirements.txt only, which .ci/run has")

from engines.compositor.relight import light_ratio  # noqa: E402
from models.errors import UserError  # noqa: E402
from models.training import camera  # noqa: E402
from models.training import pairs as pairs_module  # noqa: E402
from models.training.drawing import hands  # noqa: E402
from models.training.image_ops import Dice, mean_of  # noqa: E402
from models.training.occluders import GROWN, SHARES, Bank, put  # noqa: E402
from models.training.pairs import PairMaker, Pairs  # noqa: E402
from models.training.people import People, balanced, prepared  # noqa: E402
from models.training.prepared_sources import Sources  # noqa: E402
from models.training.relight import relit, widened  # noqa: E402
from models.training.sources import with_skin_of  # noqa: E402
from tests.models.training.made_people import KEPT_OUT, TRAINED  # noqa: E402

Made = Callable[..., Pairs]


def quiet(_line: str) -> None: ...


@pytest.fixture
def made(people: People, sources: Sources, bank: Bank) -> Made:
    def make(seed: int = 0, count: int = 12, bank: Bank = bank) -> Pairs:
        generator = torch.Generator().manual_seed(seed)
        return PairMaker(people, sources, people.chosen(test=False), bank, generator).make(count)

    return make


def test_people_are_read_from_a_zip_file_and_split(people: People) -> None:
    assert len(people.chosen(test=False)) == len(TRAINED)
    assert len(people.chosen(test=True)) == len(KEPT_OUT)
    assert not set(people.chosen(test=True)) & set(people.chosen(test=False))


def test_people_are_prepared_once(people_zip: Path, cache: Path, people: People) -> None:
    del people
    before = {path: path.stat().st_mtime_ns for path in cache.iterdir()}
    prepared(people_zip, cache, quiet)
    assert {path: path.stat().st_mtime_ns for path in cache.iterdir()} == before


def test_missing_data_set_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(UserError) as raised:
        prepared(tmp_path / "none.zip", tmp_path / "cache", quiet)
    assert "--people" in raised.value.remedy


def test_each_tone_of_skin_is_drawn_equally_often() -> None:
    tones = np.array([0, 0, 0, 0, 1, 1, 2], np.int8)
    weights = balanced(np.array([1, 1, 0.5, 1, 1, 0.2, 1], np.float32), tones)
    assert [float(weights[tones == tone].sum()) for tone in range(3)] == pytest.approx([1, 1, 1])


def test_tones_are_told_apart(people: People) -> None:
    assert people.tones[:6].tolist() == [0, 1, 2, 0, 1, 2]


def test_wearer_is_the_target_where_nothing_was_pasted(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera, "CUT", 0)  # what goes on beyond a picture's edge was in the face
    pairs = made()
    near = torch.nn.functional.max_pool2d(pairs.inside, 41, 1, 20)  # blurs and 8x8 blocks reach so far
    beyond = near == 0
    assert beyond.any()
    assert float(((pairs.wearer - pairs.target).abs() * beyond).max()) < 1 / 255


def test_wearer_is_somebody_else_inside(made: Made) -> None:
    pairs = made(count=48)
    apart = ((pairs.wearer - pairs.target).abs() * pairs.inside).sum(dim=(1, 2, 3)) / pairs.inside.sum(dim=(1, 2, 3))
    known = pairs.known.flatten() > 0
    assert float(apart[known].min()) > 1 / 255
    assert float(apart[~known].max()) == 0


def test_what_is_in_front_is_on_both_and_hidden(made: Made) -> None:
    pairs = made(count=24)
    covered = pairs.hidden > 0.99
    assert covered.any()
    assert float((pairs.wearer - pairs.target).abs()[covered.expand(-1, 3, -1, -1)].mean()) < 0.02


def test_remains_of_a_source_are_valid_and_beside_holes(made: Made) -> None:
    pairs = made(count=48)
    left = pairs.remains > 0.5
    assert left.any()
    assert float(pairs.valid[left].mean()) > 0.5
    assert float((pairs.remains * (1 - pairs.inside)).max()) == 0


def test_what_grows_on_a_face_is_never_in_front_of_it(made: Made, bank: Bank) -> None:
    grown = bank.drawn_by(*GROWN)
    only = torch.zeros_like(bank.layers).index_copy(0, grown, bank.layers[grown])
    pairs = made(count=48, bank=replace(bank, layers=only))
    assert float(pairs.hidden.max()) == 0
    assert float(pairs.remains.max()) > 0


@pytest.mark.parametrize("share", [0, 1])
def test_nobodys_face_is_worn_as_it_is(made: Made, monkeypatch: pytest.MonkeyPatch, share: float) -> None:
    monkeypatch.setattr(pairs_module, "SWAPPED", 1)
    monkeypatch.setattr(pairs_module, "NOBODYS", share)
    pairs = made()
    means = mean_of(pairs.texture, pairs.valid).flatten(1)
    assert (float(means.std(dim=0).max()) < 0.03) == bool(share)
    assert (float(pairs.remains.max()) == 0) == bool(share)


def test_a_bank_is_drawn_anew_where_other_things_are_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Bank.drawn(2, 0, tmp_path / "things.pt")
    written = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    Bank.drawn(2, 0, tmp_path / "things.pt")
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == written
    monkeypatch.setitem(SHARES, hands.fist, 0.5)
    Bank.drawn(2, 0, tmp_path / "things.pt")
    assert len(list(tmp_path.iterdir())) == len(written) + 1


def test_skin_of_another_tone_leaves_eyes_nearer_to_their_own() -> None:
    dice = Dice(64, 8, torch.Generator().manual_seed(0))
    face, dark = torch.full((64, 3, 8, 8), 0.8), torch.full((64, 3, 8, 8), 0.2)
    features = torch.zeros(64, 1, 8, 8)
    features[..., :4, :] = 1
    toned = with_skin_of(face, dark, 1 - features, features, dice)
    skin, eyes = toned[:, :, 4:].mean(dim=(1, 2, 3)), toned[:, :, :4].mean(dim=(1, 2, 3))
    assert 0 < int((skin < 0.25).sum()) < len(skin)
    assert (eyes >= skin - 1e-6).all()


def test_every_number_is_a_share(made: Made) -> None:
    for values in made():
        assert 0 <= float(values.min()) <= float(values.max()) <= 1


def test_a_seed_makes_the_same_pairs_again(made: Made) -> None:
    first, again, other = (made(seed, 3) for seed in (4, 4, 5))
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first.wearer, other.wearer)


def test_a_hand_has_the_colour_of_the_skin_it_belongs_to(bank: Bank) -> None:
    dice = Dice(1, 128, torch.Generator().manual_seed(0))
    skin = torch.tensor([0.2, 0.3, 0.5]).view(1, 3, 1, 1)
    number = torch.nonzero(bank.skin)[:1, 0]
    affine = torch.tensor([[[4 / 128, 0, -2], [0, 4 / 128, -1.7]]])
    grid = torch.stack(torch.meshgrid(torch.arange(128.0), torch.arange(128.0), indexing="xy"))[None]
    thing = bank.place(number, affine, grid, skin, torch.zeros(1, 3, 128, 128), dice)
    plain = put(torch.zeros(1, 3, 128, 128), thing, torch.ones(1, 1, 1, 1))
    inside = (thing.alpha > 0.9).float()
    mean = (plain * inside).sum(dim=(0, 2, 3)) / inside.sum()
    assert mean[0] < mean[1] < mean[2]


def test_relight_gives_the_wearers_light_and_keeps_the_texture(made: Made) -> None:
    pairs = made()
    lit = relit(pairs.wearer, pairs.wearer * 0.5, pairs.valid, pairs.features)
    where = pairs.valid > 0.9
    assert float((lit - pairs.wearer).abs()[where.expand(-1, 3, -1, -1)].median()) < 0.02


def test_relight_is_the_one_that_runs_in_the_product(made: Made) -> None:
    pairs = made()
    ours = relit(pairs.wearer, pairs.texture, pairs.valid, pairs.features)
    skin = pairs.valid * (1 - widened(pairs.features))
    for n in range(len(pairs.wearer)):
        wearer, texture = (x[n].permute(1, 2, 0).contiguous().numpy() for x in (pairs.wearer, pairs.texture))
        ratio = light_ratio(wearer, texture, skin[n, 0].numpy())
        theirs = torch.from_numpy(np.clip(texture * ratio, 0, 1)).permute(2, 0, 1)
        apart = (ours[n] - theirs).abs() * pairs.valid[n]
        assert float(apart.mean()) < 2 / 255
        assert float(apart.max()) < 0.1


def test_some_wearers_have_a_moustache_that_the_target_has_not(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs_module, "SWAPPED", 0)
    pairs = []
    for share in (0, 1):
        monkeypatch.setattr(pairs_module, "MOUSTACHE", share)
        pairs.append(made())
    shaved, grown = pairs
    apart = (shaved.wearer - grown.wearer).abs().amax(dim=1, keepdim=True)
    assert 0.001 < float((apart > 0.1).float().mean()) < 0.1
    beyond, within = (float((apart * where).mean()) for where in (1 - shaved.inside, shaved.inside))
    assert beyond < 0.1 * within  # what a camera and a codec smear
    assert torch.equal(shaved.target, grown.target)
    assert torch.equal(shaved.hidden, grown.hidden)


def test_a_face_that_the_pictures_edge_cuts_off_ends_there_and_the_picture_goes_on(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(camera, "CUT", 0)
    whole = made()
    monkeypatch.setattr(camera, "CUT", 1)
    cut = made()
    assert torch.equal(whole.texture, cut.texture)
    gone = ((whole.inside > 0) & (cut.inside == 0)).flatten(1).float().mean(dim=1)
    assert float(gone.min()) > 0
    assert float((cut.valid * (1 - cut.inside)).max()) == 0
    inside = (cut.inside > 0).expand_as(cut.wearer)
    assert torch.equal(whole.wearer[inside], cut.wearer[inside])
    for picture, mesh, before in zip(cut.wearer, cut.inside[:, 0], whole.inside[:, 0], strict=True):
        lost = (before > 0) & (mesh == 0)
        along = [torch.diff(picture, dim=dim).abs().amax(dim=0) for dim in (1, 2)]
        flat = [float(step[lost[1:] if dim == 0 else lost[:, 1:]].median()) for dim, step in enumerate(along)]
        assert min(flat) < 1e-4  # along rows or along columns, nothing changes
